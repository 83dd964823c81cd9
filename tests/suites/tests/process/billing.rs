//! Contracts become tenants and quotas, over the network: the product is told through its API, the vendors through theirs.

use runtime::http::{HeaderName, HeaderValue, Method, Request, StatusCode, Url, header};
use serde_json::{Value, json};
use simulators::autotask::seed::{API_USER, BACKUP_STORAGE, SERVERS, WORKSTATIONS};
use simulators::{acronis, autotask};

use super::turn;
use super::world::{TOKEN, World};

const GIB: i64 = 1 << 30;

/// The three parties of a test.
struct Parties(World);

impl Parties {
    async fn send(&self, request: Request) -> Value {
        let (method, url) = (request.method.clone(), request.url.clone());
        let answer = self.0.send(request).await.unwrap();
        let body = answer.json().unwrap_or_default();
        assert!(answer.status.is_success(), "{method} {url}: {} {body}", answer.status);
        body
    }

    async fn console(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let url = Url::parse(&format!("{}{path}", self.0.console)).unwrap();
        let token = HeaderValue::try_from(format!("Bearer {TOKEN}")).unwrap();
        let request = Request::new(method, url).header(header::AUTHORIZATION, token);
        self.send(body.iter().fold(request, Request::json)).await
    }

    async fn autotask(&self, path: &str, body: Value) -> i64 {
        let url = format!("{}/atservicesrest/v1.0/{path}", self.0.simulators.value("autotask"));
        let request = Request::new(Method::POST, Url::parse(&url).unwrap())
            .header(HeaderName::from_static("username"), HeaderValue::from_static(API_USER.user))
            .header(HeaderName::from_static("secret"), HeaderValue::from_static(API_USER.secret))
            .header(HeaderName::from_static("apiintegrationcode"), HeaderValue::from_static(API_USER.code))
            .json(&body);
        self.send(request).await["itemId"].as_i64().unwrap_or_default()
    }

    async fn acronis(&self, path: &str) -> Value {
        let url = format!("{}/api/2/{path}", self.0.simulators.value("acronis"));
        let token = self.0.acronis_token().await;
        self.send(Request::new(Method::GET, Url::parse(&url).unwrap()).header(header::AUTHORIZATION, token)).await
    }

    /// One run over the accounts, with all its work.
    async fn run(&self) {
        let summary = self.0.ask("/local/run/account-poll", json!({})).await;
        assert_eq!((&summary["failed"], &summary["braked"]), (&json!([]), &json!(false)), "{summary}");
        self.0.settle().await;
    }

    /// Switches automatic provisioning and the administrator user on, after a look at what that does.
    async fn provision_automatically(&self) {
        let saved = self.console(Method::GET, "/api/v1/settings", None).await;
        let mut billing = saved["settings"]["billing"].clone();
        billing["provisioning"]["automatic"] = json!(true);
        billing["provisioning"]["administrator"] = json!(true);
        let draft = json!({ "billing": { "version": saved["version"], "billing": billing } });
        let preview = self.console(Method::POST, "/api/v1/previews", Some(json!({ "draft": draft }))).await;
        let path = format!("/api/v1/previews/{}", preview["id"].as_str().unwrap());
        self.0.settle().await;
        let preview = self.console(Method::GET, &path, None).await;
        let totals = &preview["totals"];
        let found = (&preview["state"], &totals["creations"], &totals["creations_waiting"]);
        assert_eq!(found, (&json!("ready"), &json!(2), &json!(2)), "{preview}");
        let digest = json!({ "digest": preview["digest"] });
        self.console(Method::POST, &format!("{path}/apply"), Some(digest)).await;
        self.0.settle().await;
    }

    /// A new customer with a primary contact.
    async fn customer(&self, name: &str) -> i64 {
        let company = json!({ "companyName": name, "companyType": 1, "isActive": true, "phone": "1",
            "ownerResourceID": autotask::seed::TECHNICIAN.0 });
        let id = self.autotask("Companies", company).await;
        let contact = json!({ "companyID": id, "firstName": "Quinn", "lastName": "Quince", "isActive": 1,
            "primaryContact": true, "emailAddress": "quinn@quince.example" });
        self.autotask(&format!("Companies/{id}/Contacts"), contact).await;
        id
    }

    /// A contract over a year that begins today.
    async fn contract(&self, company: i64) -> i64 {
        let today = self.0.today();
        let contract = json!({ "companyID": company, "contractName": "Protection", "contractType": 7, "status": 1,
            "startDate": today.to_string(), "endDate": today.saturating_add(jiff::Span::new().days(360)).to_string(),
            "contractPeriodType": 2, "timeReportingRequiresStartAndStopTimes": 0 });
        self.autotask("Contracts", contract).await
    }

    async fn sell(&self, contract: i64, service: autotask::ServiceId, units: i64) {
        let adjustment = json!({ "contractID": contract, "serviceID": service.0, "unitChange": units,
            "effectiveDate": self.0.today().to_string() });
        self.autotask(&format!("Contracts/{contract}/ServiceAdjustments"), adjustment).await;
    }

    /// The tenants whose reference is the account.
    async fn tenants(&self, account: i64) -> Vec<Value> {
        let root = acronis::seed::ROOT_PARTNER;
        let list = self.acronis(&format!("tenants?subtree_root_id={root}")).await;
        let tenants = list["items"].as_array().unwrap().iter();
        tenants.filter(|tenant| tenant["customer_id"] == json!(account.to_string())).cloned().collect()
    }

    /// Hard quotas of what is on: name and value.
    async fn quotas(&self, tenant: &str) -> Vec<(String, i64)> {
        let items = self.acronis(&format!("tenants/{tenant}/offering_items?edition=*&status=1")).await;
        let mut quotas: Vec<_> = items["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| {
                assert_eq!(item["quota"]["overage"].as_f64(), Some(0.0), "{item}");
                #[expect(clippy::cast_possible_truncation, reason = "quotas are whole numbers")]
                let value = item["quota"]["value"].as_f64().unwrap() as i64;
                (item["name"].as_str().unwrap().to_owned(), value)
            })
            .collect();
        quotas.sort();
        quotas
    }
}

fn named(quotas: &[(&str, i64)]) -> Vec<(String, i64)> {
    quotas.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
}

#[tokio::test]
async fn v1_a_contract_becomes_a_tenant_with_user_pricing_and_quotas_and_follows_its_units() {
    let _turn = turn().await;
    let parties = Parties(World::demonstrated().await);
    parties.provision_automatically().await;
    let account = parties.customer("Quince Pharma").await;
    let contract = parties.contract(account).await;
    parties.sell(contract, WORKSTATIONS, 7).await;
    parties.sell(contract, BACKUP_STORAGE, 100).await;
    parties.run().await;

    let tenants = parties.tenants(account).await;
    assert_eq!(tenants.len(), 1, "{tenants:#?}");
    let tenant = tenants[0]["id"].as_str().unwrap();
    assert_eq!((&tenants[0]["name"], &tenants[0]["pricing_mode"]), (&json!("Quince Pharma"), &json!("production")));
    // A new tenant gets the default storage of each kind (rule P10), with nothing in it where none is sold.
    let first = named(&[("pu_base_fc_storage", 0), ("pw_base_storage", 100 * GIB), ("pw_base_workstations", 7)]);
    assert_eq!(parties.quotas(tenant).await, first, "the first quotas");
    let users = parties.acronis(&format!("tenants/{tenant}/users")).await;
    let users = users["items"].as_array().unwrap().clone();
    assert_eq!(users.len(), 1, "{users:?}");
    let user = users[0].as_str().unwrap();
    assert_eq!(parties.acronis(&format!("users/{user}")).await["login"], json!("quinn@quince.example"));
    let roles = parties.acronis(&format!("users/{user}/access_policies")).await;
    assert_eq!(roles["items"][0]["role_id"], json!("company_admin"), "{roles}");

    parties.sell(contract, SERVERS, 3).await;
    parties.run().await;
    let servers = named(&[("pw_base_servers", 3)]);
    let mut second = [first, servers].concat();
    second.sort();
    assert_eq!(parties.quotas(tenant).await, second);
    assert_eq!(parties.0.local().errors(), "", "nothing goes wrong");
}

#[tokio::test]
async fn p1_billing_is_not_switched_on_without_a_look_at_what_it_does() {
    let _turn = turn().await;
    let parties = Parties(World::demonstrated().await);
    let mut saved = parties.console(Method::GET, "/api/v1/settings", None).await;
    saved["settings"]["billing"]["provisioning"]["automatic"] = json!(true);
    let url = Url::parse(&format!("{}/api/v1/settings", parties.0.console)).unwrap();
    let token = HeaderValue::try_from(format!("Bearer {TOKEN}")).unwrap();
    let document = json!({ "version": saved["version"], "settings": saved["settings"] });
    let request = Request::new(Method::PUT, url).header(header::AUTHORIZATION, token).json(&document);
    let answer = parties.0.send(request).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.json().unwrap()["error"]["code"], json!("preview_needed"));
}
