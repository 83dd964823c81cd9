"""A message whose worker fails every time: it is given up, shown on the Review page, and sent again from there."""

import contextlib

from bridge.process import wait_for


@contextlib.contextmanager
def without_the_table(stack):
    """Takes the right to the table away from ticket-sync."""
    rights = stack.emulator.client("iam")
    policy = {"RoleName": stack.physical("TicketSyncRole"), "PolicyArn": stack.physical("UsesTable")}
    rights.detach_role_policy(**policy)
    try:
        yield
    finally:
        rights.attach_role_policy(**policy)


def letters(installation):
    return installation.get("/api/v1/dead-letters")["items"]


def test_b2_a_message_that_no_worker_can_do_is_given_up_shown_and_done_when_it_is_sent_again(installation):
    stack = installation.stack
    # Each try would otherwise take the twelve minutes that a message stays hidden for.
    with stack.queue("AlertsQueue").hiding_for(1), without_the_table(stack):
        alert = installation.alert(3, "SRV-AWS-3")
        [letter] = wait_for(lambda: letters(installation), "the dead letter", 120)
        assert letter["queue"] == "alerts" and alert["id"].lower() in letter["body"], letter
        assert len(letters(installation)) == 1, "looking at it changes nothing"
        assert installation.outside.tickets("SRV-AWS-3") == []

    answer = installation.post("/api/v1/dead-letters/alerts/redrive", {}).expect(200).json()
    assert answer == {"sent": 1, "is_partial": False}
    installation.ticket("SRV-AWS-3")
    assert letters(installation) == []
