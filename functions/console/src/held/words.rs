//! What is said of something held, and of what a person may do about it. The customer's name comes first, a button says what it
//! does, and whatever stops something at a customer or cannot be taken back is risky, so that it is asked about once more.

mod creation;
mod quota;

use std::ops::Not as _;

use bridge_core::id::{ConnectionId, TenantId};
use bridge_core::provision::Creation;
use schemars::JsonSchema;
use serde::Serialize;
use store::record::Held;

use super::sort::{Sort, sort};

/// Something that a person may decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "HeldChoice")]
pub struct Choice {
    /// What it does, as a button says it.
    pub label: String,
    /// What it comes to, where the label does not say all of it.
    pub means: Option<String>,
    /// It stops something at a customer, or cannot be taken back: ask once more before it is done.
    pub is_risky: bool,
}

/// Where else it can be settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "where", rename_all = "snake_case")]
#[schemars(rename = "HeldHelp")]
pub enum Help {
    /// The account's contracts, quotas and usage.
    Quotas,
    /// The account's own switches.
    Switches,
    /// The account's mapping.
    Mapping,
    /// What is to be answered about the tenant that is being made.
    Creation,
    /// The tenant that the account should perhaps be mapped to.
    MapTo {
        /// It.
        #[schemars(with = "String")]
        tenant: TenantId,
        /// Its name.
        name: String,
        /// The connection that it is reached through.
        #[schemars(with = "String")]
        connection: ConnectionId,
    },
    /// The accounts that have no tenant.
    Unmapped,
    /// *Billing and provisioning*.
    Billing,
    /// A preview of all first plans.
    FirstPlans,
    /// *Ticket synchronization*.
    Tickets,
    /// *Log in*.
    LogIn,
}

/// What is said of it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Words {
    /// What would be done.
    pub(super) headline: String,
    /// What there is to know before that is decided.
    pub(super) details: Vec<String>,
    pub(super) approve: Option<Choice>,
    pub(super) decline: Option<Choice>,
    pub(super) helps: Vec<Help>,
}

/// Something held, with names in the place of ids.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) held: &'a Held,
    /// The customer's name, where it is about one.
    pub(super) customer: Option<&'a str>,
    /// The item's name, where it is about one.
    pub(super) item: &'a str,
    /// The making of the customer's tenant, where it is about that.
    pub(super) creation: Option<&'a Creation>,
}

/// The words for it.
pub(super) fn words(about: &About<'_>) -> Words {
    let held = about.held;
    if let (Some(customer), Some(change)) = (about.customer, &held.quota) {
        return quota::words(customer, about.item, &held.kind, change, about.reason());
    }
    match sort(held) {
        Ok(Sort::Creation(_)) => creation::words(about),
        Ok(Sort::Disable(_)) => Words {
            approve: Some(Choice::risky(
                "Disable the tenant",
                "Nobody can log in to it and its backups stop. Acronis bills a disabled tenant.",
            )),
            helps: vec![Help::Switches],
            ..about.headed("its tenant would be disabled")
        },
        Ok(Sort::Delete(_)) => Words {
            approve: Some(Choice::risky(
                "Delete the tenant and all its data",
                "All its backups are lost. This cannot be taken back.",
            )),
            ..about.headed("its tenant would be deleted with all its data")
        },
        Ok(Sort::Brake) => Words {
            approve: Some(Choice::risky(
                "Let all of it happen",
                "What is listed here is done, as far as nothing else holds it. The consent is good for one hour.",
            )),
            ..about.plain()
        },
        Ok(Sort::Backlog(_)) => Words {
            approve: Some(Choice::plain("Open these tickets")),
            decline: Some(Choice::meaning("Open none of them", "The alerts from before become no tickets, for good.")),
            ..match about.customer {
                Some(customer) => {
                    Words { headline: format!("{customer}: {} would be opened", held.what), ..Words::default() }
                }
                None => about.plain(),
            }
        },
        Ok(Sort::MassClose) => Words {
            approve: Some(Choice::risky("Close these tickets", "Nobody is told of what is still broken.")),
            decline: Some(Choice::meaning(
                "Leave them open",
                "The tickets stay open; it is held anew if it is met again.",
            )),
            headline: held.what.clone(),
            details: vec![held.reason.clone()],
            helps: Vec::new(),
        },
        Ok(Sort::PartnerAlert(_)) => Words {
            headline: held.what.clone(),
            details: vec![held.reason.clone()],
            approve: Some(Choice::plain("Make a ticket of it")),
            decline: Some(Choice::meaning("Make no ticket", "It becomes no ticket, unless it is raised again.")),
            helps: vec![Help::Tickets],
        },
        Ok(Sort::FirstPlans) => Words { helps: vec![Help::FirstPlans], ..about.plain() },
        // Without its change nothing can be decided about a quota.
        Ok(Sort::Shown | Sort::Quota(..) | Sort::LostUnits(..) | Sort::RaisedByHand(..)) | Err(_) => about.shown(),
    }
}

impl About<'_> {
    /// What has to be settled elsewhere.
    fn shown(&self) -> Words {
        let (text, helps) = match self.held.kind.as_str() {
            "no_selling_contract" => {
                ("no contract in force sells a mapped service", vec![Help::Quotas, Help::Mapping, Help::Billing])
            }
            "tenant_missing" => ("its customer tenant is not there any more", vec![Help::Mapping]),
            "tenant_untold" => ("what its tenant has is not known", vec![Help::LogIn]),
            "disabled_by_hand" => ("its tenant was disabled by hand", Vec::new()),
            "plan_problem" => return Words { helps: vec![Help::Quotas, Help::Billing], ..self.plain() },
            "without_tenant" => return Words { helps: vec![Help::Unmapped, Help::Billing], ..self.plain() },
            _ => return self.plain(),
        };
        Words { helps, ..self.headed(text) }
    }

    /// The customer's name and these words; below them the reason and what would happen.
    fn headed(&self, text: &str) -> Words {
        let headline = format!("{}: {text}", self.customer.unwrap_or("A customer"));
        let mut details = vec![self.reason().to_owned()];
        // The headline says what would be done to a tenant.
        details.extend(self.held.what.starts_with("The tenant").not().then(|| self.held.what.clone()));
        Words { headline, details, ..Words::default() }
    }

    /// The reason, and below it what would happen.
    fn plain(&self) -> Words {
        let reason = self.reason();
        let headline = self.customer.map_or_else(|| reason.to_owned(), |customer| format!("{customer}: {reason}"));
        Words { headline, details: vec![self.held.what.clone()], ..Words::default() }
    }

    /// The reason without the customer's name, which stands before everything.
    fn reason(&self) -> &str {
        let reason = self.held.reason.as_str();
        let rest = self.customer.and_then(|customer| reason.strip_prefix(customer)?.strip_prefix(": "));
        rest.unwrap_or(reason)
    }
}

impl Choice {
    fn plain(label: impl Into<String>) -> Self {
        Self { label: label.into(), means: None, is_risky: false }
    }

    fn meaning(label: impl Into<String>, means: impl Into<String>) -> Self {
        Self { means: Some(means.into()), ..Self::plain(label) }
    }

    fn risky(label: impl Into<String>, means: impl Into<String>) -> Self {
        Self { is_risky: true, ..Self::meaning(label, means) }
    }
}

#[cfg(test)]
mod tests;
