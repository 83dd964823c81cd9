"""Calls over HTTP, with answers that show themselves when a test fails."""

import json as encoding

import urllib3

_pool = urllib3.PoolManager(timeout=urllib3.Timeout(40), retries=False)


class Answer:
    """What was answered."""

    def __init__(self, call, status, headers, text):
        self.call, self.status, self.headers, self.text = call, status, headers, text

    def expect(self, status):
        """Itself, if it has this status."""
        assert self.status == status, f"{self.call}: expected {status}, got {self.status}: {self.text[:2000]}"
        return self

    def json(self):
        """The body."""
        return encoding.loads(self.text)


def call(method, url, *, json=None, body=None, headers=None):
    """One call. Redirects are answers like others."""
    headers = dict(headers or {})
    if json is not None:
        body = encoding.dumps(json)
        headers.setdefault("Content-Type", "application/json")
    answer = _pool.request(method, url, body=body, headers=headers, redirect=False)
    return Answer(f"{method} {url}", answer.status, answer.headers, answer.data.decode("utf-8", "replace"))
