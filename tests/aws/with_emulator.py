"""Runs a command beside an emulator of AWS, which `AWS_ENDPOINT_URL` names, and ends with its status."""

import subprocess
import sys
import tempfile
from pathlib import Path

from bridge.emulator import Emulator

with tempfile.TemporaryDirectory() as folder:
    emulator = Emulator(Path(folder), {})
    try:
        status = subprocess.run(sys.argv[1:], env=emulator.environment()).returncode
    finally:
        emulator.stop()
sys.exit(status)
