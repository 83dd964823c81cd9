"""AWS on this machine: one process that answers for all its services, checks every signature and every right, and runs the functions'
own binaries."""

import os
import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path

import boto3

from .process import Process

ACCOUNT = "111122223333"
REGION = "eu-central-1"
# The account's root, as which the operator deploys. Functions have their roles' keys.
OPERATOR = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "operator", "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}


class Emulator:
    """A running emulator. `around` is added to the environment that the functions inherit."""

    def __init__(self, folder, around):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_SECRET_ACCESS_KEY": OPERATOR["AWS_SECRET_ACCESS_KEY"],
            "AWS_DEFAULT_REGION": REGION,
            "MINISTACK_REGION": REGION,
            # Also of callers who show no keys, such as senders of webhooks.
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "AUTH": "true",
            **around,
        }
        program = Path(sys.executable).parent / "ministack"
        self._process = Process([str(program)], environment, folder)
        self._process.wait_for(self._is_up, "the emulator")

    def _is_up(self):
        try:
            with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def client(self, service, **keys):
        """A client of one of its services, with the operator's keys or others."""
        names = {"AWS_ACCESS_KEY_ID": "aws_access_key_id", "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key"}
        given = {argument: (keys or OPERATOR)[name] for name, argument in names.items()}
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, **given)

    def environment(self):
        """The environment in which tools reach it as the operator."""
        return {**os.environ, **OPERATOR, "AWS_ENDPOINT_URL": self.url, "SAM_CLI_TELEMETRY": "0"}

    def log(self):
        """What it has written."""
        return "\n".join(self._process.lines)

    def stop(self):
        self._process.stop()


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
