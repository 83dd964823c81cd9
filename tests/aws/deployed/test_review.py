"""What could not be read waits on the Review page (rule B2), on AWS as anywhere."""

import json

from bridge.installation import tenant
from bridge.process import wait_for


def parked(installation):
    return installation.get("/api/v1/parked")["items"]


def test_b2_an_unreadable_webhook_is_parked_refused_again_and_discarded(installation):
    installation.alert_webhook(b"<html>").expect(202)
    [message] = wait_for(lambda: parked(installation), "the parked message")
    path = f"/api/v1/parked/{message['id']}"
    again = installation.post(f"{path}/retry", {}).expect(422)
    assert again.json()["error"]["code"] == "still_unreadable"
    installation.post(f"{path}/discard", {"reason": "a test"}).expect(204)
    assert parked(installation) == []


def test_b2_a_message_on_the_wrong_queue_is_parked_and_done_when_it_is_retried(installation):
    workload = "SRV-AWS-2"
    alert = installation.outside.raise_alert(tenant(2), resourceId=workload, resourceName=workload, planName="Daily")
    hint = {"v": 1, "kind": "alerts", "alerts": [{"id": alert["id"], "tenant": tenant(2)}]}
    installation.stack.queue("AccountsQueue").send(json.dumps(hint))
    [message] = wait_for(lambda: parked(installation), "the parked message")
    assert message["source"] == "accounts"
    installation.post(f"/api/v1/parked/{message['id']}/retry", {}).expect(204)
    installation.ticket(workload)
    assert parked(installation) == []
