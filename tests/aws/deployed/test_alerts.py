"""Alerts become tickets: from the door to Autotask, through the deployed functions."""

import json

from bridge import http, signing
from bridge.installation import account
from bridge.process import wait_for

COMPLETE = 5


def test_a_signed_webhook_becomes_one_ticket_that_is_closed_when_the_alert_ends(installation):
    outside = installation.outside
    alert = installation.alert(1, "SRV-AWS-1")
    ticket = installation.ticket("SRV-AWS-1")
    assert (ticket["companyID"], ticket["status"]) == (account(1), 1)

    # The sender repeats, as senders do. Then the alert ends, which the poll sees.
    installation.alert_webhook(json.dumps(alert).encode()).expect(202)
    outside.acronis("DELETE", f"/api/alert_manager/v1/alerts/{alert['id']}")
    installation.stack.sample("alert-poll", "every-minute")
    wait_for(lambda: installation.ticket("SRV-AWS-1")["status"] == COMPLETE, "the ticket's end")


def test_b1_a_webhook_without_a_valid_signature_is_refused_with_a_constant_answer(installation):
    body = b'{"id": "1"}'
    unsigned = installation.alert_webhook(body, {}).expect(401)
    forged = installation.alert_webhook(body, signing.standard("whsec_Zm9yZ2Vk", body)).expect(401)
    assert unsigned.text == forged.text


def test_a_callout_of_autotask_is_accepted_with_the_secret_that_the_console_made(installation):
    body = installation.stack.event("ticket-webhook", "ticket-updated")["body"].encode()
    secret = json.loads(installation.stack.secret("autotask-webhook"))["current"]
    door = installation.stack.door("/webhooks/autotask")
    http.call("POST", door, body=body, headers=signing.autotask(secret, body)).expect(202)
    http.call("POST", door, body=body, headers=signing.autotask("forged", body)).expect(401)
