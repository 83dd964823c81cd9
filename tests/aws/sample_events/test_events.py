"""Every sample event runs through the function's own binary, and ends as the functions' own tests say."""

import base64
import json
import re
import time

import pytest

from bridge import FUNCTIONS, REPOSITORY, signing
from conftest import known_secrets


def cases(function):
    return sorted(file.stem for file in (REPOSITORY / "events" / function).glob("*.json"))


def event(function, case):
    return json.loads((REPOSITORY / "events" / function / f"{case}.json").read_text())


def statuses(path):
    """The table of a Rust test: the status by the case."""
    return {case: int(status) for case, status in re.findall(r'^\s+\("([a-z0-9-]+)", (\d{3})\b', (REPOSITORY / path).read_text(), re.MULTILINE)}


ALERTS = statuses("functions/alert-webhook/tests/webhook/events.rs")
TICKETS = statuses("functions/ticket-webhook/tests/webhook/events.rs")
CONSOLE = statuses("tests/suites/tests/console_api/events.rs")


def test_every_function_has_sample_events_and_every_door_s_case_is_known():
    assert all(len(cases(function)) >= 4 for function in FUNCTIONS)
    assert [sorted(ALERTS), sorted(TICKETS), sorted(CONSOLE)] == [cases("alert-webhook"), cases("ticket-webhook"), cases("console")]


def brought_to_now(request):
    """The same request sent now: as late or early as it was, and as validly signed."""
    headers = request["headers"]
    if "webhook-timestamp" not in headers:
        return request
    body = request["body"].encode()
    body = base64.b64decode(body) if request["isBase64Encoded"] else body
    sent, at = request["requestContext"]["timeEpoch"] // 1000, int(headers["webhook-timestamp"])
    now = int(time.time()) + at - sent
    secrets = json.loads(known_secrets()["acronis-webhook"])
    signatures = headers["webhook-signature"].split(" ")
    for secret in (secrets["current"], secrets["previous"]):
        was = signing.standard(secret, body, at, headers["webhook-id"])["webhook-signature"]
        now_is = signing.standard(secret, body, now, headers["webhook-id"])["webhook-signature"]
        signatures = [now_is if signature == was else signature for signature in signatures]
    moved = headers | {"webhook-timestamp": str(now), "webhook-signature": " ".join(signatures)}
    return request | {"headers": moved}


@pytest.mark.parametrize("case", cases("alert-webhook"))
def test_alert_webhook(runtime, case):
    answer = runtime.invoke("alert-webhook", brought_to_now(event("alert-webhook", case)))
    assert answer["statusCode"] == ALERTS[case]


@pytest.mark.parametrize("case", cases("ticket-webhook"))
def test_ticket_webhook(runtime, case):
    assert runtime.invoke("ticket-webhook", event("ticket-webhook", case))["statusCode"] == TICKETS[case]


# What takes the connection away comes last.
@pytest.mark.parametrize("case", sorted(cases("console"), key=lambda case: case == "connection-disable"))
def test_console(runtime, connected, case):
    assert runtime.invoke("console", event("console", case))["statusCode"] == CONSOLE[case]


@pytest.mark.parametrize("case", cases("ticket-sync"))
def test_ticket_sync(runtime, connected, case):
    assert runtime.invoke("ticket-sync", event("ticket-sync", case)) == {"batchItemFailures": []}


@pytest.mark.parametrize("case", cases("account-sync"))
def test_account_sync(runtime, connected, case):
    assert runtime.invoke("account-sync", event("account-sync", case)) == {"batchItemFailures": []}


@pytest.mark.parametrize("case", cases("alert-poll"))
def test_alert_poll(runtime, connected, case):
    assert runtime.invoke("alert-poll", event("alert-poll", case))["failed"] == []


@pytest.mark.parametrize("case", cases("account-poll"))
def test_account_poll(runtime, connected, case):
    assert runtime.invoke("account-poll", event("account-poll", case))["failed"] == []
