"""A person's browser, as far as the console can tell one: it keeps cookies and says where its requests come from."""

import re
import urllib.parse

from . import http


class Browser:
    """Reaches a stack under the address that people know. It follows a redirect only when it is told to."""

    def __init__(self, stack, public_url):
        self._stack, self._public_url = stack, public_url
        self.cookies = {}

    def get(self, path):
        """A page."""
        return self._send("GET", path, {"Accept": "text/html"})

    def submit(self, path, fields, **headers):
        """What a form of a page sends."""
        body = urllib.parse.urlencode(fields)
        own = {"Accept": "text/html", "Origin": self._public_url, "Sec-Fetch-Site": "same-origin"}
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", path, own | form | headers, body)

    def own_path(self, url):
        """The path, behind the address that people know, that a redirect leads to."""
        assert url.startswith(f"{self._public_url}/"), url
        return url.removeprefix(self._public_url)

    def _send(self, method, path, headers, body=None):
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = http.call(method, self._stack.door(path), body=body, headers=headers)
        for cookie in answer.headers.getlist("set-cookie"):
            self._keep(cookie)
        return answer

    def _keep(self, cookie):
        pair, *attributes = [part.strip() for part in cookie.split(";")]
        name, value = pair.split("=", 1)
        if "Max-Age=0" in attributes:
            self.cookies.pop(name, None)
        else:
            # A browser refuses a cookie of such a name that is not bound to the host.
            assert not name.startswith("__Host-") or {"Secure", "Path=/"} <= set(attributes), cookie
            self.cookies[name] = value


def field(page, name):
    """The value of a hidden field in a page's forms."""
    return re.search(rf'name="{name}" value="([^"]*)"', page.text)[1]
