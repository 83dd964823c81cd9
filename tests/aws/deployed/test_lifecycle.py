"""An installation lives longer than its releases: it is updated and deleted, and what it knows is kept. These run last."""

import pytest

from bridge.process import wait_for

pytestmark = pytest.mark.last


def accounts_run_at(installation):
    return installation.get("/api/v1/status")["accounts"]["good_at"]


def test_an_update_keeps_the_data_and_its_schedules_fire(installation):
    stack = installation.stack
    before, good_at = installation.get("/api/v1/mapping")["items"], accounts_run_at(installation)
    stack.deploy(AlertPollSchedule="rate(1 minute)", AccountPollSchedule="rate(1 minute)")
    assert installation.get("/api/v1/mapping")["items"] == before

    # Nobody tells the webhook of this one, so only the schedule can find it.
    tenant = before[3]["tenant"]
    installation.outside.raise_alert(tenant, resourceId="SRV-AWS-4", resourceName="SRV-AWS-4", planName="Daily")
    installation.ticket("SRV-AWS-4", 150)
    wait_for(lambda: accounts_run_at(installation) > good_at, "a scheduled run over the accounts", 150, 2)


def test_deleting_the_stack_keeps_the_table_with_what_is_in_it(installation):
    stack = installation.stack
    name = stack.output("TableName")
    stack.delete()
    tables = stack.emulator.client("dynamodb")
    assert tables.describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"] is True
    assert tables.scan(TableName=name)["Count"] > 20
    functions = stack.emulator.client("lambda").list_functions()["Functions"]
    assert functions == []
    assert stack.emulator.client("sqs").list_queues().get("QueueUrls", []) == []
