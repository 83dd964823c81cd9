"""The deployment template as data: as written, and as CloudFormation gets it from the SAM transform."""

import copy
import os
from functools import cache

import yaml
from samtranslator.translator.transform import transform

from . import TEMPLATE

# The transform asks for a region, which changes nothing in its result.
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")


class Loader(yaml.SafeLoader):
    """Reads the short forms of CloudFormation's functions."""


def _function(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix in ("Ref", "Condition"):
        return {suffix: value}
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", _function)


class _NoManagedPolicies:
    """The template names no policy of AWS's own, so none has to be looked up."""

    def load(self):
        return {}


@cache
def _written():
    return yaml.load(TEMPLATE.read_text(), Loader)


def written():
    """The template as it is written."""
    return copy.deepcopy(_written())


@cache
def _transformed():
    packaged = written()
    for resource in packaged["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # As after packaging, which the transform insists on.
            resource["Properties"]["CodeUri"] = "s3://bucket/bundle"
    return transform(packaged, {}, _NoManagedPolicies())


def transformed():
    """The template with everything that SAM adds."""
    return copy.deepcopy(_transformed())


def resources(kind):
    """The resources of a type, by their logical ids, after the transform."""
    found = transformed()["Resources"].items()
    return {name: resource.get("Properties", {}) for name, resource in found if resource["Type"] == kind}


def functions():
    """The functions' properties, by the names of their binaries."""
    named = resources("AWS::Lambda::Function").values()
    return {text(properties["FunctionName"]).removeprefix("${AWS::StackName}-"): properties for properties in named}


def logical_id(function):
    """What the template calls a function: AlertWebhook for alert-webhook."""
    return "".join(part.capitalize() for part in function.split("-"))


def text(value):
    """A text with what CloudFormation puts in: `${Name}` for a reference, `${Name.Attribute}` for an attribute."""
    match value:
        case {"Ref": name}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::Sub": str(pattern)}:
            return pattern
        case str() | int():
            return str(value)
    raise ValueError(f"not a text: {value!r}")


def texts(value):
    """One text or several."""
    return [text(one) for one in (value if isinstance(value, list) else [value])]
