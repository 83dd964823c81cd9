"""What wakes somebody, and that the operator's page says what to do then."""

import importlib.util
import json
import re

from bridge import FUNCTIONS, REPOSITORY, sources, template

NAMESPACE = "AcronisAutotask/${AWS::StackName}"


def alarms():
    return template.resources("AWS::CloudWatch::Alarm")


def watched():
    """What is watched: namespace, metric, and the values of its dimensions."""
    return {
        (
            template.text(alarm["Namespace"]),
            alarm["MetricName"],
            tuple(template.text(dimension["Value"]) for dimension in alarm.get("Dimensions", [])),
        ): alarm
        for alarm in alarms().values()
    }


def test_every_queue_is_watched_for_dead_letters_and_for_messages_that_wait():
    for queue in ("Alerts", "Accounts"):
        letters = watched()["AWS/SQS", "ApproximateNumberOfMessagesVisible", (f"${{{queue}DeadLetters.QueueName}}",)]
        assert (letters["Threshold"], letters["EvaluationPeriods"]) == (1, 1)
        assert ("AWS/SQS", "ApproximateAgeOfOldestMessage", (f"${{{queue}Queue.QueueName}}",)) in watched()


def test_every_function_is_watched_for_errors_and_the_account_for_throttling():
    for name in FUNCTIONS:
        assert ("AWS/Lambda", "Errors", (f"${{{template.logical_id(name)}}}",)) in watched()
    assert ("AWS/Lambda", "Throttles", ()) in watched()


def test_every_code_that_the_functions_report_has_an_alarm_and_no_other():
    found = {values[0] for namespace, metric, values in watched() if (namespace, metric) == (NAMESPACE, "alarms")}
    assert found == sources.alarm_codes()


def test_freshness_that_is_lost_alarms_even_if_nothing_runs_at_all():
    for name in ("alert-poll", "account-poll"):
        alarm = watched()[NAMESPACE, "completed_runs", (name,)]
        assert alarm["TreatMissingData"] == "breaching"
        assert alarm["ComparisonOperator"] == "LessThanThreshold"


def test_what_is_watched_is_written_by_the_functions_in_this_namespace():
    own = {metric for namespace, metric, _ in watched() if namespace == NAMESPACE}
    assert own == {"alarms", "completed_runs", "held"}
    assert own <= sources.metrics()
    variables = template.functions()["alert-poll"]["Environment"]["Variables"]
    assert template.text(variables["METRIC_NAMESPACE"]) == NAMESPACE


def test_every_alarm_reaches_the_topic_and_says_what_it_is_about():
    for name, alarm in alarms().items():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}], name
        assert alarm["AlarmDescription"], name
        # What is reported once is not over a minute later, so nobody is told that it is.
        assert ("OKActions" in alarm) == (alarm["MetricName"] != "alarms"), name


def test_the_operator_s_page_explains_every_alarm_and_no_other():
    page = (REPOSITORY / "infra/README.md").read_text()
    table = page.split("## Alarms")[1].split("\n## ")[0]
    explained = set(re.findall(r"^\| `([a-z-]+)`", table, re.MULTILINE))
    named = {template.text(alarm["AlarmName"]).removeprefix("${AWS::StackName}-") for alarm in alarms().values()}
    assert explained == named


def test_the_dashboard_is_readable_and_shows_every_alarm():
    [dashboard] = template.resources("AWS::CloudWatch::Dashboard").values()
    widgets = json.loads(template.text(dashboard["DashboardBody"]))["widgets"]
    shown = {name for widget in widgets for name in widget["properties"].get("alarms", [])}
    assert shown == {f"${{{name}.Arn}}" for name in alarms()}


def test_the_operator_s_page_shows_the_costs_as_they_are_computed():
    specification = importlib.util.spec_from_file_location("costs", REPOSITORY / "infra/costs.py")
    costs = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(costs)
    assert costs.table() in (REPOSITORY / "infra/README.md").read_text()
    assert len(alarms()) == 27, "the number of alarms in the costs"
