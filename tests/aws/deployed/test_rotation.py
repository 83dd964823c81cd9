"""Rotating the secret of the alert webhook, as the operator's page says."""

import json

from bridge import signing
from bridge.process import wait_for


def test_a_rotated_secret_is_accepted_beside_the_one_before_it(installation):
    secrets = installation.stack.emulator.client("secretsmanager")
    name = f"{installation.stack.name}/acronis-webhook"
    before = json.loads(installation.stack.secret("acronis-webhook"))["current"]
    after = "whsec_YSBzZWNyZXQgdGhhdCB3YXMgcm90YXRlZA=="
    rotated = json.dumps({"current": after, "previous": before})
    secrets.put_secret_value(SecretId=name, SecretString=rotated)
    body = b'{"items": []}'
    # A process that refuses a signature reads the secret again, at most once a minute.
    wait_for(lambda: installation.alert_webhook(body, signing.standard(after, body)).status == 202, "the new secret", 90, 5)
    installation.alert_webhook(body, signing.standard(before, body)).expect(202)
