"""What the functions are given: environment, logs, schedules, routes."""

import re

from bridge import FUNCTIONS, sources, template

# What Lambda sets by itself, or an emulator of AWS.
OF_LAMBDA = {
    "AWS_ACCESS_KEY_ID",
    "AWS_ENDPOINT_URL",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
}
# Lets the functions call simulators on their own machine: never where customers are.
OF_EMULATORS = {"ALLOW_LOOPBACK", "AUTOTASK_DISCOVERY_URL"}


def environment(function):
    return template.functions()[function]["Environment"]["Variables"]


def test_the_seven_functions_are_there_and_are_built_from_their_folders():
    assert tuple(sorted(template.functions())) == FUNCTIONS
    written = template.written()["Resources"]
    for name in FUNCTIONS:
        function = written[template.logical_id(name)]
        assert function["Metadata"] == {"BuildMethod": "rust-cargolambda", "BuildProperties": {"Binary": name}}
        assert function["Properties"]["CodeUri"] == f"../functions/{name}"


def test_the_environment_is_what_the_sources_look_for():
    set_somewhere = set().union(*(environment(name).keys() for name in FUNCTIONS))
    read_somewhere = set().union(*(sources.variables(name) for name in FUNCTIONS))
    assert set_somewhere == read_somewhere - OF_LAMBDA - OF_EMULATORS


def test_no_function_is_given_what_it_does_not_look_for_but_for_what_all_are_given():
    of_all = template.written()["Globals"]["Function"]["Environment"]["Variables"].keys()
    for name in FUNCTIONS:
        assert environment(name).keys() - of_all <= sources.variables(name), name


def test_no_secret_is_in_an_environment_variable():
    secrets = template.resources("AWS::SecretsManager::Secret").keys()
    for name in FUNCTIONS:
        for variable, value in environment(name).items():
            assert "{{resolve:" not in str(value), f"{variable} of {name}"
            named = set(re.findall(r"\$\{(\w+)", str(value))) | set(re.findall(r"'(?:Ref|Fn::GetAtt)': \[?'(\w+)'", str(value)))
            assert not named & secrets, f"{variable} of {name}"
            assert variable == "SECRET_PREFIX" or not re.search("SECRET|TOKEN|PASSWORD|CREDENTIAL|KEY", variable)
    parameters = template.written()["Parameters"].values()
    assert not any(parameter.get("NoEcho") for parameter in parameters), "secrets are entered in the console, not here"


def test_every_function_writes_to_a_log_that_ends():
    groups = template.resources("AWS::Logs::LogGroup")
    assert len(groups) == len(FUNCTIONS)
    for name, function in template.functions().items():
        group = groups[f"{template.logical_id(name)}Log"]
        assert template.text(group["LogGroupName"]) == f"/aws/lambda/{template.text(function['FunctionName'])}"
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
        assert function["LoggingConfig"] == {"LogGroup": {"Ref": f"{template.logical_id(name)}Log"}}


def test_a_schedule_that_failed_is_not_repeated_as_the_next_run_is_the_repeat():
    schedules = template.resources("AWS::Scheduler::Schedule").values()
    found = {template.text(schedule["Target"]["Arn"]): schedule for schedule in schedules}
    assert found.keys() == {"${AlertPoll.Arn}", "${AccountPoll.Arn}"}
    assert all(schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 0 for schedule in found.values())
    configs = template.resources("AWS::Lambda::EventInvokeConfig").values()
    assert {config["FunctionName"]["Ref"] for config in configs} == {"AlertPoll", "AccountPoll"}
    assert all(config["MaximumRetryAttempts"] == 0 for config in configs)
    # Two installations in one account must not share a schedule.
    assert all("${AWS::StackName}" in template.text(schedule["Name"]) for schedule in found.values())


def test_every_door_has_its_route_and_is_throttled():
    routes = template.resources("AWS::ApiGatewayV2::Route")
    found = {route["RouteKey"]: template.text(route["Target"]) for route in routes.values()}
    assert found == {
        "POST /webhooks/acronis": "integrations/${AlertWebhookIntegration}",
        "POST /webhooks/autotask": "integrations/${TicketWebhookIntegration}",
        "$default": "integrations/${ConsoleIntegration}",
    }
    [stage] = template.resources("AWS::ApiGatewayV2::Stage").values()
    limits = [stage["DefaultRouteSettings"], *stage["RouteSettings"].values()]
    assert stage["RouteSettings"].keys() == found.keys() - {"$default"}
    assert all(limit["ThrottlingRateLimit"] > 0 and limit["ThrottlingBurstLimit"] > 0 for limit in limits)


def test_every_parameter_and_output_is_explained_and_every_parameter_shown_in_a_group():
    written = template.written()
    assert all(parameter["Description"] for parameter in written["Parameters"].values())
    assert all(output["Description"] for output in written["Outputs"].values())
    groups = written["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(written["Parameters"])
