"""Where the emulator differs from what AWS documents, and the least that lets the tests go on. AWS's documents win: nothing of this
is in the template or in the functions.

Other differences, which need nothing here:
- routes of the API are not throttled (the template's limits are read by a test);
- generated secrets honour the characters to leave out, but not the option to leave out punctuation;
- `Ref` of a secret is its name and not its ARN; the attribute `Id` is the ARN, as documented;
- a secret that the template makes without a value has an empty one instead of none;
- alarms that compute with several metrics are refused, so the template has none;
- dead letters cannot be moved by the service itself (`StartMessageMoveTask`), which the console does not ask for.
"""

import json


def allow_batches(emulator):
    """Lets every role that may send, delete or hide a message do so in batches.

    AWS knows no rights for batches: whoever may send one message may send ten at once. The emulator asks for the call's own name.
    """
    rights = emulator.client("iam")
    for role in rights.list_roles()["Roles"]:
        name = role["RoleName"]
        statements = []
        for statement in _statements(rights, name):
            batches = [f"{action}Batch" for action in _list(statement["Action"]) if action in _BATCHED]
            if batches:
                statements.append({"Effect": "Allow", "Action": batches, "Resource": statement["Resource"]})
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": statements})
            rights.put_role_policy(RoleName=name, PolicyName="batches", PolicyDocument=document)


_BATCHED = {"sqs:SendMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"}


def _statements(rights, role):
    for name in rights.list_role_policies(RoleName=role)["PolicyNames"]:
        yield from rights.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"]
    for attached in rights.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = rights.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        yield from rights.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]["Statement"]


def _list(value):
    return value if isinstance(value, list) else [value]
