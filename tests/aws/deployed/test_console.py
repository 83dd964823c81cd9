"""The console behind the API."""

from bridge import http


def test_the_console_is_closed_to_whoever_is_not_signed_in(stack):
    assert http.call("GET", stack.door("/healthz")).status == 200
    http.call("GET", stack.door("/api/v1/settings")).expect(401)
    headers = {"Authorization": "Bearer guessed"}
    http.call("GET", stack.door("/api/v1/settings"), headers=headers).expect(401)


def test_the_token_that_the_stack_was_made_with_opens_it(stack):
    assert "settings" in stack.console("GET", "/api/v1/settings").expect(200).json()


def test_l2_a_log_in_that_was_entered_is_in_the_secret_store_and_does_not_come_back(installation):
    assert "demo-secret" in installation.stack.secret("autotask")
    assert "demo-secret" not in installation.stack.console("GET", "/api/v1/autotask").text
    table = installation.stack.emulator.client("dynamodb")
    items = table.scan(TableName=installation.stack.output("TableName"))["Items"]
    assert len(items) > 20 and "demo-secret" not in str(items)


def test_a_body_that_is_too_large_is_refused_at_every_door(installation):
    large = b'{"id":"' + b"1" * 256 * 1024 + b'"}'
    installation.alert_webhook(large).expect(413)
    headers = {"Authorization": f"Bearer {installation.stack.secret('console-token')}", "Content-Type": "application/json"}
    http.call("PUT", installation.stack.door("/api/v1/settings"), body=large, headers=headers).expect(413)
