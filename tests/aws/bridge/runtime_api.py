"""The functions' own binaries under a Lambda runtime API, as `sam local invoke` would run them: `cargo lambda` hands them events."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import yaml

from . import REPOSITORY, template
from .emulator import free_port
from .process import Process

_CARGO_LAMBDA = Path(sys.executable).parents[2] / "sam/bin/cargo-lambda"


class RuntimeApi:
    """Serves the runtime API of Lambda, without compiling anything."""

    def __init__(self):
        self._port = free_port()
        command = [str(_CARGO_LAMBDA), "lambda", "watch", "--only-lambda-apis", *self._address()]
        self._process = Process(command, dict(os.environ), REPOSITORY)
        self._process.wait_for(self._is_up, "the runtime API")

    def _address(self):
        return ["--invoke-address", "127.0.0.1", "--invoke-port", str(self._port)]

    def _is_up(self):
        # Any request would be taken for an event.
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def start(self, name, binary, environment):
        """Starts a function's binary, which asks for events from now on."""
        lambda_s = {
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_RUNTIME_API": f"http://127.0.0.1:{self._port}/.rt/{name}",
        }
        return Process([str(binary)], {**environment, **lambda_s})

    def invoke(self, name, event):
        """What the function answers to an event."""
        command = [str(_CARGO_LAMBDA), "lambda", "invoke", name, *self._address(), "--output-format", "json"]
        done = subprocess.run(
            [*command, "--data-ascii", json.dumps(event)], capture_output=True, text=True, timeout=60, cwd=REPOSITORY
        )
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    def stop(self):
        self._process.stop()


def bundles(built_template):
    """The functions' binaries in the bundles that were built, by the functions' names."""
    built = yaml.load(built_template.read_text(), template.Loader)["Resources"]
    folders = {name: built[template.logical_id(name)]["Properties"]["CodeUri"] for name in template.functions()}
    return {name: built_template.parent / folder / "bootstrap" for name, folder in folders.items()}
