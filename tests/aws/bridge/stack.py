"""The installation as CloudFormation makes it of the template."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

from . import REPOSITORY, differences, http


class Stack:
    """The stack on an emulator, deployed as the operator's page says: with the SAM command and its configuration."""

    def __init__(self, emulator, built_template, name="bridge-dev"):
        self.emulator, self.name, self._built = emulator, name, built_template
        self._formation = emulator.client("cloudformation")

    def deploy(self, **parameters):
        """Makes the stack, or brings it up to date. Parameters that are left out keep their defaults."""
        sam = Path(sys.executable).parents[2] / "sam/bin/sam"
        command = [str(sam), "deploy", "--template-file", str(self._built), "--stack-name", self.name]
        command += ["--config-file", str(REPOSITORY / "infra/samconfig.toml"), "--no-progressbar"]
        if parameters:
            command += ["--parameter-overrides", *(f'{name}="{value}"' for name, value in parameters.items())]
        done = subprocess.run(command, env=self.emulator.environment(), capture_output=True, text=True)
        assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}\n{self.emulator.log()[-4000:]}"
        differences.allow_batches(self.emulator)

    def delete(self):
        """Deletes the stack. What the template keeps stays."""
        self._formation.delete_stack(StackName=self.name)
        self._formation.get_waiter("stack_delete_complete").wait(StackName=self.name, WaiterConfig={"Delay": 1})

    def output(self, name):
        """An output of the stack."""
        [stack] = self._formation.describe_stacks(StackName=self.name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}[name]

    def physical(self, logical_id):
        """What a resource is called."""
        found = self._formation.describe_stack_resource(StackName=self.name, LogicalResourceId=logical_id)
        return found["StackResourceDetail"]["PhysicalResourceId"]

    def door(self, path):
        """The address of a path behind the API."""
        return f"{self.emulator.url}/_aws/execute-api/{self.output('ApiId')}/$default{path}"

    def secret(self, name):
        """The value of a secret."""
        secrets = self.emulator.client("secretsmanager")
        return secrets.get_secret_value(SecretId=f"{self.name}/{name}")["SecretString"]

    def invoke(self, function, event):
        """Invokes a function and returns its answer."""
        answer = self.emulator.client("lambda").invoke(FunctionName=f"{self.name}-{function}", Payload=json.dumps(event))
        payload = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, f"{function}: {payload}"
        return payload

    def event(self, function, case):
        """One of the sample events."""
        return json.loads((REPOSITORY / "events" / function / f"{case}.json").read_text())

    def sample(self, function, case):
        """Invokes a function with one of the sample events."""
        return self.invoke(function, self.event(function, case))

    def errors(self):
        """What the functions have logged as errors."""
        logs, found = self.emulator.client("logs"), []
        for group in logs.describe_log_groups()["logGroups"]:
            for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]:
                if '"level":"ERROR"' in event["message"]:
                    found.append(f"{group['logGroupName']}: {event['message'].strip()}")
        return found

    def queue(self, logical_id):
        """One of the queues."""
        return Queue(self.emulator.client("sqs"), self.physical(logical_id))

    def console(self, method, path, body=None, token=None):
        """A call of the console's JSON API, signed in as a program."""
        headers = {"Authorization": f"Bearer {token or self.secret('console-token')}"}
        return http.call(method, self.door(path), json=body, headers=headers)


class Queue:
    """A queue of the stack, as the operator reaches it."""

    def __init__(self, client, url):
        self._client, self._url = client, url

    def send(self, body):
        """Sends a message."""
        self._client.send_message(QueueUrl=self._url, MessageBody=body)

    def is_empty(self):
        """Whether nothing waits and nothing is in work."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)["Attributes"]
        return all(found[name] == "0" for name in names)

    @contextlib.contextmanager
    def hiding_for(self, seconds):
        """Lets messages come again after this time, for a while."""
        name = "VisibilityTimeout"
        usual = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=[name])["Attributes"][name]
        self._client.set_queue_attributes(QueueUrl=self._url, Attributes={name: str(seconds)})
        try:
            yield
        finally:
            self._client.set_queue_attributes(QueueUrl=self._url, Attributes={name: usual})
