"""The two foreign systems, simulated, as anybody reaches them: through the vendors' documented APIs."""

import base64
from . import PROGRAMS, http
from .process import Process

AUTOTASK = {"user_name": "api@demo.example", "secret": "demo-secret", "integration_code": "DEMOINTEGRATIONCODE00000001"}
ACRONIS = {"client_id": "demo-client", "client_secret": "demo-secret"}


class Outside:
    """Both simulators in a process of their own, with a small provider's customers in them."""

    def __init__(self):
        command = [str(PROGRAMS / "simulators"), "--acronis-port", "0", "--autotask-port", "0"]
        self._process = Process(command, {})
        self._process.wait_for(lambda: "ready" in self._process.lines, "the simulators")
        said = dict(line.split(": ", 1) for line in self._process.lines if ": " in line)
        self.acronis_url, self.autotask_url = said["acronis"], said["autotask"]

    def stop(self):
        self._process.stop()

    def raise_alert(self, tenant, kind="BackupFailed", **details):
        """Raises an alert and returns it as Acronis has it."""
        alert = {"type": kind, "severity": "critical", "tenantID": tenant, "details": details}
        created = self.acronis("POST", "/api/alert_manager/v1/alerts", alert).json()
        return self.acronis("GET", f"/api/alert_manager/v1/alerts/{created['id']}").json()

    def tickets(self, title):
        """The tickets whose titles hold this text."""
        return self.query("Tickets", {"op": "contains", "field": "title", "value": title})

    def query(self, entity, *filters):
        """Records of Autotask."""
        return self.autotask("POST", f"/{entity}/query", {"MaxRecords": 500, "filter": list(filters)}).json()["items"]

    def items(self, tenant):
        """A tenant's offering items, by name."""
        items = self.acronis("GET", f"/api/2/tenants/{tenant}/offering_items?edition=*").json()["items"]
        return {item["name"]: item for item in items}

    def autotask(self, method, path, body=None):
        """A call of Autotask."""
        headers = {
            "UserName": AUTOTASK["user_name"],
            "Secret": AUTOTASK["secret"],
            "ApiIntegrationCode": AUTOTASK["integration_code"],
        }
        answer = http.call(method, f"{self.autotask_url}/atservicesrest/v1.0{path}", json=body, headers=headers)
        return answer.expect(200)

    def acronis(self, method, path, body=None):
        """A call of Acronis."""
        pair = base64.b64encode(f"{ACRONIS['client_id']}:{ACRONIS['client_secret']}".encode()).decode()
        form = {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"}
        token = http.call("POST", f"{self.acronis_url}/api/2/idp/token", body="grant_type=client_credentials", headers=form)
        headers = {"Authorization": f"Bearer {token.expect(200).json()['access_token']}"}
        answer = http.call(method, f"{self.acronis_url}{path}", json=body, headers=headers)
        assert answer.status in (200, 201, 204), f"{answer.call}: {answer.status}: {answer.text}"
        return answer
