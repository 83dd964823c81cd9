"""What the tests of the deployed installation share: one installation, made once."""

import os
from pathlib import Path

import pytest

from bridge import REPOSITORY
from bridge.emulator import Emulator
from bridge.installation import Installation
from bridge.outside import Outside
from bridge.stack import Stack


def pytest_collection_modifyitems(items):
    """Tests that end the installation come after all others."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


@pytest.fixture(scope="session")
def built_template():
    """The template as `sam build` left it, with the bundles beside it."""
    built = Path(os.environ.get("BUILT_TEMPLATE", REPOSITORY / "infra/.aws-sam/build/template.yaml"))
    assert built.exists(), f"{built} is missing: tests/aws/run package makes it"
    return built


@pytest.fixture(scope="session")
def outside():
    """The simulated Acronis and Autotask."""
    outside = Outside()
    yield outside
    outside.stop()


@pytest.fixture(scope="session")
def emulator(outside, tmp_path_factory):
    """AWS on this machine. Its functions may call the simulators, which the template does not let them."""
    around = {"ALLOW_LOOPBACK": "true", "AUTOTASK_DISCOVERY_URL": outside.autotask_url}
    emulator = Emulator(tmp_path_factory.mktemp("emulator"), around)
    yield emulator
    emulator.stop()


@pytest.fixture(scope="session")
def stack(emulator, built_template):
    """The installation as deployed, with nothing configured. Its schedules never come: tests call the polls themselves."""
    stack = Stack(emulator, built_template)
    stack.deploy(AlertPollSchedule="rate(365 days)", AccountPollSchedule="rate(365 days)")
    yield stack
    # Shown beside a test that failed, and by nobody else.
    print("\n".join(stack.errors()[-20:]))


@pytest.fixture(scope="session")
def installation(stack, outside):
    """The installation, set up through the console."""
    installation = Installation(stack, outside)
    installation.set_up()
    return installation
