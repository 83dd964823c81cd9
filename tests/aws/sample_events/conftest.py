"""The functions' binaries beside an emulator of AWS that has their table, queues and secrets, and nothing deployed."""

import json
import re

import pytest

from bridge import FUNCTIONS, REPOSITORY, template
from bridge.emulator import OPERATOR, Emulator
from bridge.outside import ACRONIS, AUTOTASK
from bridge.runtime_api import RuntimeApi, bundles

PREFIX = "events"


@pytest.fixture(scope="session")
def bare_emulator(tmp_path_factory):
    """AWS on this machine."""
    emulator = Emulator(tmp_path_factory.mktemp("bare"), {})
    yield emulator
    emulator.stop()


@pytest.fixture(scope="session")
def environment(bare_emulator, outside):
    """What the functions are given, with everything that it names."""
    queues = bare_emulator.client("sqs")
    tables = bare_emulator.client("dynamodb")
    made = dict(template.resources("AWS::DynamoDB::Table")["Table"])
    of_create = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    tables.create_table(TableName="events", **{name: made[name] for name in of_create})
    secrets = bare_emulator.client("secretsmanager")
    for name, secret in known_secrets().items():
        secrets.create_secret(Name=f"{PREFIX}/{name}", SecretString=secret)

    def queue(name):
        return queues.create_queue(QueueName=name)["QueueUrl"]

    return {
        **OPERATOR,
        "AWS_ENDPOINT_URL": bare_emulator.url,
        "ALLOW_LOOPBACK": "true",
        "AUTOTASK_DISCOVERY_URL": outside.autotask_url,
        "TABLE_NAME": "events",
        "SECRET_PREFIX": PREFIX,
        "ALERTS_QUEUE_URL": queue("alerts"),
        "ACCOUNTS_QUEUE_URL": queue("accounts"),
        "ALERTS_DEAD_LETTERS_URL": queue("alerts-dead-letters"),
        "ACCOUNTS_DEAD_LETTERS_URL": queue("accounts-dead-letters"),
    }


def known_secrets():
    """The secrets that the sample events are signed with, from the pages beside them."""

    def block(function):
        page = (REPOSITORY / "events" / function / "README.md").read_text()
        return re.search(r"```json\n(.*?)```", page, re.DOTALL)[1]

    page = (REPOSITORY / "events/console/README.md").read_text()
    token = re.search(r"for tests only, `([^`]+)`", page)[1]
    return {
        "acronis-webhook": block("alert-webhook"),
        "autotask-webhook": block("ticket-webhook"),
        "console-token": token,
    }


@pytest.fixture(scope="session")
def runtime(environment, built_template):
    """The runtime API with all functions at it."""
    api = RuntimeApi()
    binaries = bundles(built_template)
    functions = [api.start(name, binaries[name], environment) for name in FUNCTIONS]
    yield api
    for function in functions:
        function.stop()
    api.stop()


@pytest.fixture(scope="session")
def connected(runtime, outside):
    """Both systems are connected, as the console's sample events expect it."""
    connection = {"name": "Demo provider", "base_url": outside.acronis_url, "enabled": True, **ACRONIS}
    for path, document in (("/api/v1/autotask", AUTOTASK), ("/api/v1/connections", connection)):
        event = json.loads((REPOSITORY / "events/console/settings-read.json").read_text())
        event |= {"rawPath": path, "routeKey": "$default", "body": json.dumps(document), "isBase64Encoded": False}
        event["requestContext"]["http"] |= {"method": "PUT", "path": path}
        event["headers"] |= {"content-type": "application/json"}
        answer = runtime.invoke("console", event)
        assert answer["statusCode"] == 200, answer
