"""What the Rust sources say about the world that the template has to make for them."""

import re
import tomllib
from functools import cache

from . import FUNCTIONS, REPOSITORY

# Which action of IAM a call of an SDK needs. A transaction needs those of what it does.
_ACTIONS = {
    "batch_get_item": {"dynamodb:BatchGetItem"},
    "delete_item": {"dynamodb:DeleteItem"},
    "get_item": {"dynamodb:GetItem"},
    "put_item": {"dynamodb:PutItem"},
    "query": {"dynamodb:Query"},
    "scan": {"dynamodb:Scan"},
    "update_item": {"dynamodb:UpdateItem"},
    "Delete::builder": {"dynamodb:DeleteItem"},
    "Put::builder": {"dynamodb:PutItem"},
    "Update::builder": {"dynamodb:UpdateItem"},
    "ConditionCheck::builder": {"dynamodb:ConditionCheckItem"},
    "transact_write_items": set(),
    "change_message_visibility_batch": {"sqs:ChangeMessageVisibility"},
    "delete_message_batch": {"sqs:DeleteMessage"},
    "receive_message": {"sqs:ReceiveMessage"},
    "send_message": {"sqs:SendMessage"},
    "send_message_batch": {"sqs:SendMessage"},
    "create_secret": {"secretsmanager:CreateSecret"},
    "get_secret_value": {"secretsmanager:GetSecretValue"},
    "put_secret_value": {"secretsmanager:PutSecretValue"},
}


def _text(folder):
    """The Rust sources below a folder, without their unit tests."""
    files = sorted((REPOSITORY / folder).rglob("*.rs"))
    files = [file for file in files if file.name != "tests.rs" and "tests" not in file.parent.parts]
    return "\n".join(file.read_text().split("#[cfg(test)]\nmod tests {")[0] for file in files)


@cache
def _of_function(function):
    """A function's sources with those of the shared crates that decide what it reaches."""
    manifest = tomllib.loads((REPOSITORY / "functions" / function / "Cargo.toml").read_text())
    shared = [name for name in ("billing", "systems") if name in manifest["dependencies"]]
    # Functions that run another's handler reach what it reaches.
    others = [name for name in FUNCTIONS if name in manifest["dependencies"]]
    folders = [f"functions/{function}/src", *(f"shared/{name}/src" for name in shared)]
    return "\n".join([_text(folder) for folder in folders] + [_of_function(other) for other in others])


def _main(function):
    return (REPOSITORY / "functions" / function / "src" / "main.rs").read_text()


def _actions(path):
    """What an adapter calls."""
    source = _text(path) if (REPOSITORY / path).is_dir() else (REPOSITORY / path).read_text()
    calls = re.findall(r"client\s*\.(?!clone\b)(\w+)\(\)", source) + re.findall(r"\b(\w+::builder)\(\)", source)
    unknown = {call for call in calls if "::" not in call} - _ACTIONS.keys()
    assert not unknown, f"{path} makes calls that this list does not know: {unknown}"
    return set().union(*(_ACTIONS.get(call, set()) for call in calls))


def table_actions():
    """What the table's adapter may have to do."""
    return _actions("shared/store/src/table") | _actions("shared/store/src/table.rs")


def queue_actions():
    """What sending hints takes."""
    return _actions("shared/store/src/queue/sqs.rs")


def dead_letter_actions():
    """What looking at dead letters and passing them on takes, beside sending."""
    return _actions("shared/store/src/queue/sqs/dead.rs")


def uses_table(function):
    """Whether the function has the table."""
    return "Systems::on_aws" in _main(function)


def queues_sent_to(function):
    """The queues that the function sends hints to."""
    if "Sqs::new" not in _main(function):
        return set()
    source = _of_function(function)
    named = {"Alerts", "Accounts"} if "QueueName::ALL" in source else set()
    return named | set(re.findall(r"QueueName::(Alerts|Accounts)\b", source))


def has_dead_letters(function):
    """Whether the function looks at dead letters."""
    return "SqsDeadLetters::new" in _main(function)


def secrets_read(function):
    """The secrets that the function reads, as the store names them."""
    return _secrets(function, r"(?:get|refresh|credentials|stored)")


def secrets_written(function):
    """The secrets that the function writes."""
    return _secrets(function, r"(?:put|keep)")


def _secrets(function, verb):
    source = re.sub(r"let name = (SecretName::\w+\([^;]*\));", r"stored(&\1);", _of_function(function))
    named = re.findall(rf"\b{verb}\((?:\w+, )?&(?:store::secrets::)?SecretName::(\w+)", source)
    return {_secret_names()[name] for name in named}


@cache
def _secret_names():
    source = (REPOSITORY / "shared/store/src/secrets.rs").read_text()
    fixed = dict(re.findall(r'Self::(\w+) => f\.write_str\("([^"]+)"\)', source))
    made = dict(re.findall(r'Self::(\w+)\(\w+\) => write!\(f, "([^{"]+)\{', source))
    return fixed | {name: f"{prefix}*" for name, prefix in made.items()}


def variables(function):
    """The environment variables that the function looks at."""
    source = "\n".join([_of_function(function), _text("shared/runtime/src")])
    constants = dict(re.findall(r'const (\w+): &str = "([A-Z][A-Z0-9_]+)";', source))
    read = re.findall(r'\b(?:text|required|parsed|names)(?:::<[^>]*>)?\((?:"([A-Z0-9_]+)"|([A-Z0-9_]+))\)', source)
    return {literal or constants[constant] for literal, constant in read if literal or constant in constants}


def alarm_codes():
    """The codes of what the functions report to be woken by."""
    folders = ("functions", "shared")
    return {code for folder in folders for code in re.findall(r'alarm!\(\s*"(\w+)"', _without_docs(_text(folder)))}


def metrics():
    """The names of the metrics that the functions write."""
    source = _without_docs(_text("functions") + _text("shared"))
    return set(re.findall(r'\bmetric\(\s*"(\w+)"', source))


def _without_docs(source):
    return "\n".join(line for line in source.splitlines() if not line.lstrip().startswith("//"))


def schema():
    """Names of the table's keys, index and attributes, by the constants that hold them."""
    source = (REPOSITORY / "shared/store/src/table/schema.rs").read_text()
    return dict(re.findall(r'pub const (\w+): &str = "(\w+)";', source))


def local_time_limits():
    """The time limits, in seconds, that the process on one machine gives to the functions about alerts and about accounts."""
    source = (REPOSITORY / "infra/local/src/functions.rs").read_text()
    seconds = re.search(r"const TIMEOUT: SignedDuration = SignedDuration::from_secs\((\d+)\);", source)
    minutes = re.search(r"const ACCOUNTS_TIMEOUT: SignedDuration = SignedDuration::from_mins\((\d+)\);", source)
    return int(seconds[1]), int(minutes[1]) * 60
