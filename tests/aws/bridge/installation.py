"""An installation that is set up for the simulated provider, through the console, as an administrator does it."""

import json

from . import http, signing
from .outside import ACRONIS, AUTOTASK
from .process import wait_for

# The first eight customers, who have the same names on both sides: accounts 174 to 181.
MAPPED = 8
FIRST_ACCOUNT = 174
# What the provider's services sell: the service's name in Autotask, the item's in Acronis.
SOLD = {
    "Workstations": "pw_base_workstations",
    "Servers": "pw_base_servers",
    "Virtual machines": "pw_base_vms",
    "Mobile devices": "pw_base_mobiles",
    "Office 365 mailboxes": "pw_base_m365_seats",
    "Websites": "pw_base_websites",
    "Local backup": "local_storage",
    "Cloud storage for backups": "pw_base_storage",
    "File Sync & Share users": "pu_base_fc_seats",
    "Cloud storage for files": "pu_base_fc_storage",
}
DEFAULT_STORAGE = "Frankfurt storage"


def account(number):
    """The account of the nth customer."""
    return FIRST_ACCOUNT + number - 1


def tenant(number):
    """The tenant of the nth customer."""
    return f"c0000000-0000-4000-8000-{number:012}"


class Installation:
    """A deployed stack with its log-ins, settings, mapping and product mapping."""

    def __init__(self, stack, outside):
        self.stack, self.outside = stack, outside
        self._token = stack.secret("console-token")

    def get(self, path):
        """Reads something in the console."""
        return self.stack.console("GET", path, token=self._token).expect(200).json()

    def put(self, path, document):
        """Saves something in the console."""
        return self.stack.console("PUT", path, document, token=self._token).expect(200).json()

    def post(self, path, document):
        """Asks the console for something."""
        return self.stack.console("POST", path, document, token=self._token)

    def alert_webhook(self, body, headers=None):
        """Posts a body to the alert webhook, signed as a relay signs it, or with these headers."""
        if headers is None:
            headers = signing.standard(json.loads(self.stack.secret("acronis-webhook"))["current"], body)
        return http.call("POST", self.stack.door("/webhooks/acronis"), body=body, headers=headers)

    def alert(self, number, workload):
        """Raises an alert at the nth customer and has the webhook told of it."""
        alert = self.outside.raise_alert(tenant(number), resourceId=workload, resourceName=workload, planName="Daily")
        self.alert_webhook(json.dumps(alert).encode()).expect(202)
        return alert

    def ticket(self, workload, seconds=60):
        """The one ticket about a workload, as soon as there is one."""
        [ticket] = wait_for(lambda: self.outside.tickets(workload), f"the ticket about {workload}", seconds)
        return ticket

    def run_accounts(self):
        """Has the accounts' poll run, as its schedule does."""
        summary = self.stack.sample("account-poll", "every-three-minutes")
        assert summary["failed"] == [] and "skipped_until" not in summary, summary

    def set_up(self):
        """Enters the log-ins, maps the customers, and switches tickets and billing on."""
        self.put("/api/v1/autotask", AUTOTASK)
        connection = {"name": "Demo provider", "base_url": self.outside.acronis_url, "enabled": True, **ACRONIS}
        connection = self.put("/api/v1/connections", connection)["id"]
        self._choose_tickets()
        edits = [{"account": account(n), "tenant": tenant(n), "connection": connection} for n in range(1, MAPPED + 1)]
        assert self.put("/api/v1/mapping", {"edits": edits})["refused"] == []
        self._map_products(connection)
        self._apply_first_plans()

    def _choose_tickets(self):
        lists = self.get("/api/v1/pick-lists")

        def value(name, label):
            return next(one["value"] for one in lists[name] if one["label"] == label)

        document = self.get("/api/v1/settings")
        row = {
            "create": True,
            "status": value("status", "New"),
            "reopened_status": value("status", "In Progress"),
            "priority": value("priority", "Medium"),
            "queue": value("queueID", "Monitoring Alert"),
        }
        tickets = document["settings"]["tickets"]
        tickets |= {
            "enabled": True,
            "source": value("source", "Monitoring Alert"),
            "note_type": value("noteType", "Task Notes"),
            "note_publish": value("publish", "Internal"),
            "default_row": tickets["default_row"] | row,
            "auto_close_status": value("status", "Complete"),
        }
        self.put("/api/v1/settings", {"version": document["version"], "settings": document["settings"]})

    def _map_products(self, connection):
        services = {one["name"]: one["id"] for one in self.get("/api/v1/services?limit=500")["items"]}
        service_of = {item: services[service] for service, item in SOLD.items()}
        rows, storages, editions = [], {}, {}
        for application in self.get(f"/api/v1/catalogue?connection={connection}")["applications"]:
            for edition in application["editions"]:
                for row in edition["rows"]:
                    item, storage = row["item"], row.get("storage")
                    if item["name"] not in service_of:
                        continue
                    if storage and storage["name"] == DEFAULT_STORAGE:
                        storages[item["name"]] = item["infra"]
                    if edition["edition"]:
                        editions[item["application"]] = edition["edition"]
                    treatment = {"state": "managed", "service": service_of[item["name"]], "share": storage is not None}
                    rows.append({"item": item, "edition": edition["edition"], "unit": row["unit"], "treatment": treatment})
        products = {"connection": connection, "rows": rows, "default_storages": storages, "editions": editions}
        self.put(f"/api/v1/products/{connection}", {"version": None, "products": products})

    def _apply_first_plans(self):
        document = self.get("/api/v1/settings")
        billing = document["settings"]["billing"] | {"enabled": True}
        draft = {"billing": {"version": document["version"], "billing": billing}}
        path = f"/api/v1/previews/{self.post('/api/v1/previews', {'draft': draft}).expect(202).json()['id']}"
        preview = wait_for(lambda: self._ready(path), "the preview")
        self.post(f"{path}/apply", {"digest": preview["digest"]}).expect(200)
        wait_for(lambda: self.get(path)["progress"]["waiting"] == 0, "applying the preview", 120)

    def _ready(self, path):
        preview = self.get(path)
        assert preview["state"] != "failed", preview
        return preview if preview["state"] == "ready" else None
