//! Companies: the accounts that tickets belong to.

use bridge_core::id::AccountId;
use jiff::Timestamp;
use runtime::http::lenient::{integer, text, truth};
use serde_json::Value;

use crate::client::Client;
use crate::entity::Entity;
use crate::error::Error;
use crate::query::{Pages, Query, condition, lacks, number};
use crate::time::wire_time;

/// A company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// The company.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Autotask accepts tickets for active companies only.
    pub active: bool,
    /// Customer, vendor and so on: a value of the pick list `companyType` (rule V1).
    pub kind: Option<i64>,
}

/// A company with what a tenant made for it is told about it (rule V2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The company.
    pub company: Company,
    /// Telephone number.
    pub phone: Option<String>,
    /// First line of the address.
    pub address1: Option<String>,
    /// Second line of the address.
    pub address2: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Web site.
    pub website: Option<String>,
}

const FIELDS: &[&str] = &["id", "companyName", "isActive", "companyType"];
const PROFILE: &[&str] = &[
    "id",
    "companyName",
    "isActive",
    "companyType",
    "phone",
    "address1",
    "address2",
    "city",
    "state",
    "postalCode",
    "webAddress",
];

impl Client {
    /// One company; `None` when it does not exist or is hidden from the API user.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn company(&self, id: AccountId) -> Result<Option<Company>, Error> {
        Ok(self.companies_by_id(&[id]).await?.into_iter().next())
    }

    /// The given companies. One that is missing from the answer does not exist or is hidden from the API user.
    ///
    /// # Errors
    /// Any of [`Error`]; nothing is returned of a partial answer.
    pub async fn companies_by_id(&self, ids: &[AccountId]) -> Result<Vec<Company>, Error> {
        let query = companies("reading companies by id", Vec::new());
        self.find_among(query, "id", ids.iter().map(|id| id.0)).await
    }

    /// All active companies, for the page on which they are mapped.
    #[must_use]
    pub fn active_companies(&self) -> Pages<Company> {
        let active = condition("eq", "isActive", true);
        Pages::new(self.clone(), companies("reading the companies", vec![active]))
    }

    /// Companies on which anything happened at `since` or later, inactive ones included. Autotask may leave out an edit that it
    /// does not count as activity, so that a full read is needed now and then.
    #[must_use]
    pub fn companies_changed_since(&self, since: Timestamp) -> Pages<Company> {
        let changed = condition("gte", "lastActivityDate", wire_time(since));
        Pages::new(self.clone(), companies("reading changed companies", vec![changed]))
    }

    /// The given companies with address and telephone number.
    #[must_use]
    pub fn company_profiles(&self, ids: &[AccountId]) -> Pages<Profile> {
        let query = Query {
            doing: "reading the companies' addresses",
            entity: Entity::Companies,
            filter: Vec::new(),
            fields: PROFILE,
            read: profile,
        };
        Pages::among(self.clone(), query, "id", ids.iter().map(|id| id.0))
    }
}

fn companies(doing: &'static str, filter: Vec<Value>) -> Query<Company> {
    Query { doing, entity: Entity::Companies, filter, fields: FIELDS, read: company }
}

fn company(item: &Value) -> Result<Company, String> {
    Ok(Company {
        id: AccountId(number(item, "id")?),
        name: text(item, "companyName").ok_or_else(|| lacks(item, "companyName"))?,
        // Documented to be true where it was never set.
        active: truth(item, "isActive").unwrap_or(true),
        kind: integer(item, "companyType"),
    })
}

fn profile(item: &Value) -> Result<Profile, String> {
    Ok(Profile {
        company: company(item)?,
        phone: text(item, "phone"),
        address1: text(item, "address1"),
        address2: text(item, "address2"),
        city: text(item, "city"),
        state: text(item, "state"),
        postal_code: text(item, "postalCode"),
        website: text(item, "webAddress"),
    })
}

#[cfg(test)]
mod tests {
    use bridge_core::failure::Class;
    use serde_json::json;

    use super::*;
    use crate::fixture::{client, page};

    #[tokio::test]
    async fn companies_are_read_five_hundred_at_a_time() {
        let wanted: Vec<_> = (0..501).map(AccountId).collect();
        let (client, autotask) = client([
            page(&[
                json!({"id": 0, "companyName": "MSP"}),
                json!({"id": 174, "CompanyName": "Contoso", "isActive": false}),
            ]),
            page(&[]),
        ]);
        let found = client.companies_by_id(&wanted).await.expect("read");
        assert_eq!(
            found.iter().map(|company| (company.name.as_str(), company.active)).collect::<Vec<_>>(),
            [("MSP", true), ("Contoso", false)]
        );
        assert_eq!(autotask.sent(0)["filter"][0]["value"].as_array().map(Vec::len), Some(500));
        assert_eq!(autotask.sent(1)["filter"][0]["value"], json!([500]));
        assert_eq!(autotask.sent(1)["IncludeFields"], json!(["id", "companyName", "isActive", "companyType"]));
    }

    #[tokio::test]
    async fn v1_changed_companies_come_with_their_type_and_inactive_ones_too() {
        let changed = json!({"id": 174, "companyName": "Contoso", "isActive": false, "companyType": "1"});
        let (client, autotask) = client([page(&[changed])]);
        let since = "2026-01-02T03:10:00.5Z".parse().expect("valid");
        let found = client.companies_changed_since(since).next().await.expect("read").expect("a page").rows;
        assert_eq!((found[0].active, found[0].kind), (false, Some(1)));
        assert_eq!(
            autotask.sent(0)["filter"],
            json!([{"op": "gte", "field": "lastActivityDate", "value": "2026-01-02T03:10:00Z"}])
        );
    }

    #[tokio::test]
    async fn v2_a_profile_has_what_is_filled_in_and_nothing_else() {
        let (client, autotask) = client([page(&[json!({
            "id": 174, "companyName": "Contoso", "companyType": 1, "phone": "+1 555 0100", "address1": " 1 Main St ",
            "address2": "", "city": "Albany", "state": null, "postalCode": 12207, "userDefinedFields": [],
        })])]);
        let page = client.company_profiles(&[AccountId(174)]).next().await.expect("read").expect("a page");
        let [profile] = &page.rows[..] else { panic!("{page:?}") };
        assert_eq!(profile.company.name, "Contoso");
        assert_eq!((profile.address1.as_deref(), profile.address2.as_deref()), (Some("1 Main St"), None));
        assert_eq!((profile.state.as_deref(), profile.postal_code.as_deref()), (None, Some("12207")));
        assert_eq!(autotask.sent(0)["filter"], json!([{"op": "in", "field": "id", "value": [174]}]));
    }

    #[tokio::test]
    async fn x3_a_malformed_company_is_an_error_and_not_a_missing_one() {
        let (client, _) = client([page(&[json!({"id": 174})]), page(&[])]);
        let error = client.company(AccountId(174)).await.expect_err("malformed");
        assert_eq!(error.class(), Class::Bug);
        assert_eq!(client.company(AccountId(175)).await.expect("read"), None);
    }
}
