"""Contracts become quotas, through the deployed functions."""

from datetime import UTC, datetime

from bridge.installation import account, tenant
from bridge.process import wait_for

WORKSTATIONS = 9001


def quota(installation, number):
    return installation.outside.items(tenant(number))["pw_base_workstations"]["quota"]["value"]


def test_the_first_plans_were_applied_when_a_person_agreed(installation):
    wait_for(lambda: quota(installation, 1) == 25, "the quota of what the demo's contract sells")


def test_units_that_are_sold_today_become_the_quota(installation):
    outside = installation.outside
    [contract] = outside.query(
        "Contracts",
        {"op": "eq", "field": "companyID", "value": account(1)},
        {"op": "eq", "field": "contractName", "value": "Acronis Cyber Protect"},
    )
    wait_for(lambda: quota(installation, 1) == 25, "the first plan")
    today = datetime.now(UTC).date().isoformat()
    adjustment = {"contractID": contract["id"], "serviceID": WORKSTATIONS, "unitChange": 5, "effectiveDate": today}
    outside.autotask("POST", f"/Contracts/{contract['id']}/ServiceAdjustments", adjustment)
    installation.run_accounts()
    wait_for(lambda: quota(installation, 1) == 30, "the quota")

    why = installation.get(f"/api/v1/accounts/{account(1)}/why")["items"]
    cause = next(item for item in why if item["item"]["name"] == "pw_base_workstations")
    assert cause["sources"][0]["units"] == 30
