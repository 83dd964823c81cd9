"""What the tests of the deployment share: reading the template and the sources, and the installation on an emulator of AWS."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
# Where cargo leaves the programs of the tests.
PROGRAMS = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")) / "debug"
TEMPLATE = REPOSITORY / "infra" / "template.yaml"
FUNCTIONS = (
    "account-poll",
    "account-sync",
    "alert-poll",
    "alert-webhook",
    "console",
    "ticket-sync",
    "ticket-webhook",
)
