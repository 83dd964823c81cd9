"""Queues, their workers, and what becomes of a message that no worker can do."""

from bridge import sources, template

WORKERS = {"AlertsQueue": "ticket-sync", "AccountsQueue": "account-sync"}


def queues():
    return template.resources("AWS::SQS::Queue")


def test_every_queue_has_dead_letters_that_are_kept_for_two_weeks():
    found = queues()
    letters = {}
    for name, queue in found.items():
        if "RedrivePolicy" in queue:
            target, attribute = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"]
            assert attribute == "Arn"
            assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5, f"{name}: Lambda itself may give a message back unseen"
            letters[name] = target
    assert letters == {"AlertsQueue": "AlertsDeadLetters", "AccountsQueue": "AccountsDeadLetters"}
    assert found.keys() == letters.keys() | set(letters.values())
    assert all(found[name]["MessageRetentionPeriod"] == 14 * 86_400 for name in letters.values())


def test_a_message_stays_hidden_for_six_times_its_worker_s_time_limit():
    functions = template.functions()
    for queue, worker in WORKERS.items():
        assert queues()[queue]["VisibilityTimeout"] >= 6 * functions[worker]["Timeout"], queue


def test_every_queue_is_encrypted():
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues().values())


def test_a_worker_takes_batches_answers_for_each_message_and_runs_at_most_twice_at_a_time():
    mappings = template.resources("AWS::Lambda::EventSourceMapping").values()
    found = {mapping["EventSourceArn"]["Fn::GetAtt"][0]: mapping for mapping in mappings}
    assert found.keys() == WORKERS.keys()
    for queue, mapping in found.items():
        assert mapping["FunctionName"] == {"Ref": template.logical_id(WORKERS[queue])}
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == (100, 1)
        assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}, "Autotask slows down at three calls at a time"


def test_the_time_limits_are_those_of_the_process_on_one_machine():
    alerts, accounts = sources.local_time_limits()
    limits = {name: properties["Timeout"] for name, properties in template.functions().items()}
    assert (limits["alert-poll"], limits["ticket-sync"]) == (alerts, alerts)
    assert (limits["account-poll"], limits["account-sync"]) == (accounts, accounts)
    # The gateway gives up after 30 seconds.
    assert all(limits[name] == 29 for name in ("alert-webhook", "ticket-webhook", "console"))
