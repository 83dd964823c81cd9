//! A customer that is being made, as it is kept in the account's record.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::attempt::Attempt;
use super::marker::Marker;
use super::problem::Problem;
use crate::id::{AccountId, ConnectionId, TenantId, UserId};
use crate::settings::billing::{Pricing, Provisioning};
use crate::text::clean;

/// No limit is published for a tenant's name; this one is known to do.
const NAME_LENGTH: usize = 128;

/// The making of one account's customer (rule V2): what is wanted, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Creation {
    /// The account.
    pub account: AccountId,
    /// The connection that the tenant is made through.
    pub connection: ConnectionId,
    /// The partner or folder that it is made under.
    pub parent: TenantId,
    /// What makes it recognisable.
    pub marker: Marker,
    /// What it is called and who stands for it.
    pub customer: Customer,
    /// Language of tenant and user, such as `en`.
    pub language: String,
    /// Pricing mode.
    pub pricing: Pricing,
    /// Whether it gets an administrator user.
    pub administrator: bool,
    /// The person who asked for it; `None` where rule V1 did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When it was asked for.
    pub began_at: Timestamp,
    /// What waits for a person's answer (rule V4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
    /// What a person has to settle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// How far it has come.
    #[serde(default)]
    pub progress: Progress,
}

/// The parts of an account that a customer is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The account's name.
    pub name: String,
    /// Address and primary contact; forgotten once it is no longer needed.
    #[serde(default)]
    pub contact: Contact,
}

/// A contact as Autotask has it, as far as it is filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields of an address say what they are")]
pub struct Contact {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address2: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
}

/// Rule V4: the account had a tenant before. Is it to return there, or to get a new one?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its earlier tenants, the oldest first. Never empty.
    pub tenants: Vec<Former>,
}

/// A tenant that the account had before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// The tenant.
    pub tenant: TenantId,
    /// Its name when last seen.
    pub name: String,
}

/// How far a creation has come. Every step that is not marked here is carried out, if need be again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// The create of the tenant.
    pub tenant_attempt: Attempt,
    /// Acronis refused the name as taken: unless our own tenant is found after all, a person decides.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub name_was_refused: bool,
    /// A person wants a new tenant although there is an earlier one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_new_on_purpose: bool,
    /// The tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantId>,
    /// The tenant is an earlier one, to which the account returns: it is mapped, and nothing else is done to it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub returns: bool,
    /// Further tenants with our marker: for a person to look at, never written to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub duplicates: Vec<TenantId>,
    /// The account is mapped to the tenant.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_mapped: bool,
    /// The tenant is in the wanted pricing mode.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_priced: bool,
    /// The tenant's items are as the contracts want them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub has_items: bool,
    /// The create of the user.
    pub user_attempt: Attempt,
    /// Logins found taken.
    pub logins_taken: u32,
    /// A login found free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// The administrator user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// The user administers the tenant.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub has_role: bool,
    /// The activation e-mail was sent, at least once.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_invited: bool,
}

impl Customer {
    /// With a name that a tenant can have.
    pub(super) fn cleaned(self) -> Self {
        Self { name: clean(&self.name, NAME_LENGTH), ..self }
    }
}

impl Creation {
    /// A creation that nothing was done for yet. `former` is the tenant that the account was unmapped from, if any: then rule V4's
    /// question comes first. `by` is the person who asked for it, `None` where rule V1 did.
    #[must_use]
    pub fn new(
        marker: Marker,
        (connection, parent): (ConnectionId, TenantId),
        customer: Customer,
        settings: &Provisioning,
        former: Option<Former>,
        by: Option<String>,
        now: Timestamp,
    ) -> Self {
        Self {
            account: marker.account(),
            connection,
            parent,
            marker,
            customer: customer.cleaned(),
            language: settings.language.clone(),
            pricing: settings.pricing,
            administrator: settings.administrator,
            by,
            began_at: now,
            question: former.map(|former| Question { tenants: vec![former] }),
            problem: None,
            progress: Progress::default(),
        }
    }

    /// Whether the tenant is there, mapped, and as the contracts want it; what may be missing is its administrator user.
    #[must_use]
    pub fn is_tenant_ready(&self) -> bool {
        let Progress { is_mapped, has_items, returns, .. } = self.progress;
        is_mapped && (has_items || returns)
    }
}
