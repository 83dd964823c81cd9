"""The service that people sign in with, simulated."""

from . import PROGRAMS
from .process import Process

CLIENT = "console"


class Issuer:
    """An OpenID provider in a process of its own. It lets one person in, an administrator, and asks for nothing."""

    person = "ann@msp.example"

    def __init__(self, public_url):
        command = [str(PROGRAMS / "openid"), "--port", "0", "--client-id", CLIENT, "--redirect-uri", f"{public_url}/sign-in/callback"]
        self._process = Process(command, {})
        self._process.wait_for(lambda: "ready" in self._process.lines, "the sign-in service")
        [self.url] = [line.removeprefix("issuer: ") for line in self._process.lines if line.startswith("issuer: ")]

    def stop(self):
        self._process.stop()
