"""No function may do more than its adapters can ask for, and none less."""

import pytest

from bridge import FUNCTIONS, sources, template

# Wildcards in resources, with the reason. Actions have none.
WILDCARDS = {
    "acronis/*": "connections are made on the Log in tab, so their names are not known here",
    "openid-client*": "the name without its random end: where there is no such secret, the service says so to its reader alone",
}


def statements(role):
    """What a role allows: pairs of action and resource."""
    properties = template.resources("AWS::IAM::Role")[role]
    shared = template.resources("AWS::IAM::ManagedPolicy")
    documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
    documents += [shared[policy["Ref"]]["PolicyDocument"] for policy in properties.get("ManagedPolicyArns", [])]
    allowed = [statement for document in documents for statement in document["Statement"]]
    assert all(statement["Effect"] == "Allow" and statement.keys() <= {"Effect", "Action", "Resource"} for statement in allowed)
    return {
        (action, resource)
        for statement in allowed
        for action in template.texts(statement["Action"])
        for resource in map(secret_name, template.texts(statement["Resource"]))
    }


def secret_name(resource):
    """A secret by its name in the store, whether it is made by the template or later; anything else as it is."""
    made = {f"${{{name}.Id}}": template.text(properties["Name"]) for name, properties in secrets().items()}
    name = made.get(resource, resource).rpartition(":secret:")[2]
    return name.removeprefix("${AWS::StackName}/") if name.startswith("${AWS::StackName}/") else resource


def secrets():
    return template.resources("AWS::SecretsManager::Secret")


def needed(function):
    """What the function's adapters can ask for, by its sources, and what Lambda does in its name."""
    own = template.logical_id(function)
    wanted = {("logs:CreateLogStream", f"${{{own}Log.Arn}}"), ("logs:PutLogEvents", f"${{{own}Log.Arn}}")}
    if sources.uses_table(function):
        wanted |= {(action, "${Table.Arn}") for action in sources.table_actions()}
        indexes = [name for constant, name in sources.schema().items() if constant.endswith("_INDEX")]
        wanted |= {("dynamodb:Query", f"${{Table.Arn}}/index/{index}") for index in indexes}
    for queue in sources.queues_sent_to(function):
        wanted |= {(action, f"${{{queue}Queue.Arn}}") for action in sources.queue_actions()}
    if sources.has_dead_letters(function):
        letters = ("${AlertsDeadLetters.Arn}", "${AccountsDeadLetters.Arn}")
        wanted |= {(action, queue) for action in sources.dead_letter_actions() for queue in letters}
    for name in sources.secrets_read(function):
        wanted.add(("secretsmanager:GetSecretValue", "openid-client*" if name == "openid-client" else name))
    for name in sources.secrets_written(function):
        wanted.add(("secretsmanager:PutSecretValue", name))
        if name.endswith("*"):
            wanted.add(("secretsmanager:CreateSecret", name))
    for mapping in template.resources("AWS::Lambda::EventSourceMapping").values():
        if mapping["FunctionName"]["Ref"] == own:
            received = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
            wanted |= {(action, template.text(mapping["EventSourceArn"])) for action in received}
    return wanted


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_what_its_adapters_can_ask_for_and_nothing_else(function):
    assert statements(f"{template.logical_id(function)}Role") == needed(function)


def test_every_function_has_a_role_of_its_own():
    roles = {name: template.text(properties["Role"]) for name, properties in template.functions().items()}
    assert roles == {name: f"${{{template.logical_id(name)}Role.Arn}}" for name in FUNCTIONS}


def test_no_role_allows_an_action_or_resource_by_wildcard_but_for_the_listed_reasons():
    found = set()
    for role in template.resources("AWS::IAM::Role"):
        for action, resource in statements(role):
            assert "*" not in action, f"{role} allows {action}"
            if "*" in resource:
                found.add(resource)
    assert found == WILDCARDS.keys()


def test_a_schedule_may_invoke_its_function_and_nothing_else():
    schedules = template.resources("AWS::Scheduler::Schedule")
    assert len(schedules) == 2
    for schedule in schedules.values():
        role = schedule["Target"]["RoleArn"]["Fn::GetAtt"][0]
        assert statements(role) == {("lambda:InvokeFunction", template.text(schedule["Target"]["Arn"]))}


def test_the_api_may_invoke_the_functions_behind_its_routes_and_nobody_else_may():
    permissions = template.resources("AWS::Lambda::Permission")
    found = {permission["FunctionName"]["Ref"]: template.text(permission["SourceArn"]).rpartition("${Api}/")[2] for permission in permissions.values()}
    assert found == {"AlertWebhook": "*/POST/webhooks/acronis", "TicketWebhook": "*/POST/webhooks/autotask", "Console": "*"}
    assert {permission["Principal"] for permission in permissions.values()} == {"apigateway.amazonaws.com"}


def test_lambda_alone_may_take_on_a_function_s_role():
    for name in FUNCTIONS:
        role = template.resources("AWS::IAM::Role")[f"{template.logical_id(name)}Role"]
        [statement] = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement == {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
