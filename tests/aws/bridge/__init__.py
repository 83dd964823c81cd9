"""What the tests of the deployment share: reading the template and the sources, and the installation on an emulator of AWS."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
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
