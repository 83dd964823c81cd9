"""Signatures of webhooks, as their senders make them."""

import base64
import hashlib
import hmac
import time
import uuid


def standard(secret, body, at=None, name=None):
    """The headers of *Standard Webhooks* for a body."""
    name, at = name or f"msg_{uuid.uuid4().hex}", str(int(at or time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = hmac.new(key, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": name,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


def autotask(secret, body):
    """The header of Autotask's callouts for a body."""
    signature = hmac.new(secret.encode(), body, hashlib.sha1).digest()
    return {"X-Hook-Signature": f"sha1={base64.b64encode(signature).decode()}"}
