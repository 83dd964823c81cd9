//! Contacts: whom a new customer's administrator is named after (rule V2).

use bridge_core::id::{AccountId, ContactId};
use runtime::http::lenient::text;
use serde_json::Value;

use crate::client::Client;
use crate::entity::Entity;
use crate::query::{Pages, Query, condition, number};

/// A person at a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The contact.
    pub id: ContactId,
    /// The company.
    pub account: AccountId,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// First e-mail address.
    pub email: Option<String>,
    /// Telephone number, or else that of the mobile telephone.
    pub phone: Option<String>,
}

impl Client {
    /// The active primary contacts of these companies. A company has one or none.
    #[must_use]
    pub fn primary_contacts(&self, accounts: &[AccountId]) -> Pages<Contact> {
        let query = Query {
            doing: "reading the primary contacts",
            entity: Entity::Contacts,
            // Unlike elsewhere, whether a contact is active is a number.
            filter: vec![condition("eq", "isActive", 1), condition("eq", "primaryContact", true)],
            fields: &["id", "companyID", "firstName", "lastName", "emailAddress", "phone", "mobilePhone"],
            read: contact,
        };
        Pages::among(self.clone(), query, "companyID", accounts.iter().map(|account| account.0))
    }
}

fn contact(item: &Value) -> Result<Contact, String> {
    Ok(Contact {
        id: ContactId(number(item, "id")?),
        account: AccountId(number(item, "companyID")?),
        first_name: text(item, "firstName"),
        last_name: text(item, "lastName"),
        email: text(item, "emailAddress"),
        phone: text(item, "phone").or_else(|| text(item, "mobilePhone")),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixture::{client, page};

    #[tokio::test]
    async fn v2_the_primary_contacts_of_many_companies_are_read_at_once() {
        let (client, autotask) = client([page(&[
            json!({"id": 5, "companyID": 174, "firstName": "Ann", "lastName": "Lee", "emailAddress": " ann@contoso.example ",
                   "phone": "", "mobilePhone": "+1 555 0100"}),
            json!({"id": 6, "companyID": null, "firstName": "Bo"}),
        ])]);
        let page = client.primary_contacts(&[AccountId(175), AccountId(174)]).next().await.expect("read");
        let page = page.expect("a page");
        let [ann] = &page.rows[..] else { panic!("{page:?}") };
        assert_eq!(
            (ann.id, ann.account, ann.email.as_deref()),
            (ContactId(5), AccountId(174), Some("ann@contoso.example"))
        );
        assert_eq!(ann.phone.as_deref(), Some("+1 555 0100"));
        assert_eq!(page.unreadable, ["record 6: no companyID"]);
        assert_eq!(
            autotask.sent(0)["filter"],
            json!([
                {"op": "eq", "field": "isActive", "value": 1},
                {"op": "eq", "field": "primaryContact", "value": true},
                {"op": "in", "field": "companyID", "value": [174, 175]},
            ])
        );
    }
}
