//! Companies: the accounts that tickets belong to.

use bridge_core::id::AccountId;
use runtime::http::lenient::{text, truth};
use serde_json::Value;

use crate::client::Client;
use crate::entity::Entity;
use crate::error::Error;
use crate::query::{PAGE, Pages, Query, condition, lacks, number};

/// A company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// The company.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Autotask accepts tickets for active companies only.
    pub active: bool,
}

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
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(PAGE) {
            let some: Vec<i64> = some.iter().map(|id| id.0).collect();
            found.extend(self.find(companies("reading companies by id", condition("in", "id", some))).await?);
        }
        Ok(found)
    }

    /// All active companies, for the page on which they are mapped.
    #[must_use]
    pub fn active_companies(&self) -> Pages<Company> {
        Pages::new(self.clone(), companies("reading the companies", condition("eq", "isActive", true)))
    }
}

fn companies(doing: &'static str, filter: Value) -> Query<Company> {
    let fields = &["id", "companyName", "isActive"];
    Query { doing, entity: Entity::Companies, filter: vec![filter], fields, read: company }
}

fn company(item: &Value) -> Result<Company, String> {
    Ok(Company {
        id: AccountId(number(item, "id")?),
        name: text(item, "companyName").ok_or_else(|| lacks(item, "companyName"))?,
        // Documented to be true where it was never set.
        active: truth(item, "isActive").unwrap_or(true),
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
        assert_eq!(autotask.sent(1)["IncludeFields"], json!(["id", "companyName", "isActive"]));
    }

    #[tokio::test]
    async fn x3_a_malformed_company_is_an_error_and_not_a_missing_one() {
        let (client, _) = client([page(&[json!({"id": 174})]), page(&[])]);
        let error = client.company(AccountId(174)).await.expect_err("malformed");
        assert_eq!(error.class(), Class::Bug);
        assert_eq!(client.company(AccountId(175)).await.expect("read"), None);
    }
}
