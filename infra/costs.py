#!/usr/bin/env python3
"""What an installation costs in a month, from counted calls and list prices; prints the table of README.md.

The counts come from the suites (`cargo test -p suites --test counted -- --nocapture`, `cargo run -p suites --release --bin reconcile`)
and from the table of access patterns in shared/store/README.md. Durations are estimates: nearly all of them is waiting for the
two vendors. Prices are the list prices of us-east-1 in US dollars, without free tiers; other regions differ by a tenth to a fifth.
"""

MINUTES = 43_800  # of a month

# Prices, each for one unit.
LAMBDA_GB_SECOND = 0.0000166667  # x86_64; arm64 is a fifth less
LAMBDA_REQUEST = 0.20e-6
TABLE_READ_UNIT = 0.125e-6
TABLE_WRITE_UNIT = 0.625e-6
TABLE_GB = 0.25 + 0.20  # storage, and backup for point-in-time recovery
QUEUE_CALL = 0.40e-6
API_CALL = 1.00e-6
SCHEDULE = 1.00e-6
SECRET = 0.40
ALARM = 0.10
METRIC = 0.30
LOG_GB = 0.50

# Assumptions that are not counted.
TICKETS_PER_CUSTOMER = 3  # a month, each with its life from alert to completion
CHANGED_QUOTAS_PER_CUSTOMER = 1  # a month
SERVICES_PER_CUSTOMER = 5
SECONDS_PER_CALL = 1.0  # of Autotask or Acronis


def month(customers):
    """The parts of a month's bill."""
    accounts_calls = -(-SERVICES_PER_CUSTOMER * customers // 500) + 6 + 3  # Autotask: counted; Acronis: 3 when little changed
    # 1,800 calls an hour are the runs' share of the budget of 2,000.
    interval = max(3.0, accounts_calls / 1_800 * 60)
    account_runs = MINUTES / interval
    # Mappings are read strongly, what is remembered of each account at half price, lists are packed.
    account_run_units = 4 + customers * (0.12 + 0.375 + 0.015)
    tickets, quotas = customers * TICKETS_PER_CUSTOMER, customers * CHANGED_QUOTAS_PER_CUSTOMER
    seconds = {
        "alert-poll": (MINUTES * 2 * SECONDS_PER_CALL, 0.25),
        "account-poll": (account_runs * accounts_calls * SECONDS_PER_CALL, 0.5),
        "ticket-sync": (tickets * 4 * SECONDS_PER_CALL, 0.25),
        "account-sync": (quotas * 6 * SECONDS_PER_CALL, 0.5),
        "webhooks": (tickets * 4 * 0.1, 0.25),
        "console": (22 * 200 * 1.0, 0.5),
    }
    invocations = MINUTES + account_runs + tickets * 8 + quotas + 22 * 200
    messages = tickets * 4 + quotas
    # Lambda looks into each queue with five long polls of 20 seconds.
    queue_calls = 2 * 5 * 3 * MINUTES + messages * 3
    reads = MINUTES * 5 + account_runs * account_run_units + tickets * 3.45 + quotas * 10
    writes = account_runs * 1 + tickets * 8 + quotas * 12
    return {
        "Functions": sum(time * memory for time, memory in seconds.values()) * LAMBDA_GB_SECOND + invocations * LAMBDA_REQUEST,
        "Table": reads * TABLE_READ_UNIT + writes * TABLE_WRITE_UNIT + customers * 50e-6 * TABLE_GB,
        "Queues": queue_calls * QUEUE_CALL,
        "API and schedules": (tickets * 4 + 22 * 200) * API_CALL + (MINUTES + account_runs) * SCHEDULE,
        "Secrets": 5 * SECRET,
        "Logs, metrics, alarms": invocations * 2e-6 * LOG_GB + 10 * METRIC + 27 * ALARM,
    }


def table():
    """The bills as a table in Markdown."""
    sizes = (100, 1_000, 10_000)
    bills = [month(size) for size in sizes]
    lines = [f"| US dollars a month | {' | '.join(f'{size:,} customers' for size in sizes)} |", "| --- | --: | --: | --: |"]
    lines += [f"| {part} | {' | '.join(f'{bill[part]:.2f}' for bill in bills)} |" for part in bills[0]]
    lines.append(f"| **Together** | {' | '.join(f'**{sum(bill.values()):.2f}**' for bill in bills)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
