//! The panel beside the list: the chosen account, and what can be done with it as it stands (rules V4, V8).

use bridge_core::account::State;
use bridge_core::id::{ConnectionId, TenantId};
use bridge_core::settings::billing::Pricing;

use super::{Asked, Badge, staging};
use crate::error::Error;
use crate::mapping::{Prospect, Staged};
use crate::pages::frame::Frame;
use crate::pages::words::{When, query};
use crate::{Deps, accounts, mapping, suggestions, tenants};

/// The chosen account.
pub(super) struct Panel {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) badge: Badge,
    pub(super) words: Vec<String>,
    /// How much of it waits at *Review*.
    pub(super) held: usize,
    pub(super) tenant: Option<String>,
    pub(super) synced: Option<When>,
    pub(super) staged: Option<staging::Line>,
    pub(super) suggestion: Option<suggestions::View>,
    pub(super) can_be_mapped: bool,
    pub(super) new: Option<New>,
    /// The tenant that it can return to.
    pub(super) former: Option<String>,
    pub(super) removal: Option<Removal>,
    pub(super) can_be_excluded: bool,
    pub(super) can_be_included: bool,
    /// What has to be decided first is decided on the account's page.
    pub(super) is_waiting: bool,
}

/// *Map to new customer tenant*.
pub(super) enum New {
    /// What it makes, in lines.
    Possible(Vec<String>),
    /// Why nothing would be made.
    Impossible(String),
}

/// *Remove mapping*.
pub(super) struct Removal {
    /// Of the mapping.
    pub(super) version: u64,
    /// Where it is asked whether it is meant.
    pub(super) ask: String,
    pub(super) is_asked: bool,
    /// Where nothing is asked.
    pub(super) cancel: String,
}

impl Panel {
    pub(super) async fn of(
        deps: &Deps,
        frame: &Frame,
        account: i64,
        rows: &[accounts::View],
        staged: &Staged,
        asked: &Asked,
    ) -> Result<Self, Error> {
        let detail = accounts::detail(deps, account).await?;
        let view = detail.account;
        let is_excluded = view.state == State::Excluded;
        let is_free = view.tenant.is_none() && !is_excluded && account != 0;
        // One that waits for a person may be ended by mapping the account to a tenant that is there (rule V3).
        let is_waiting = detail.creation.as_ref().is_some_and(|creation| !creation.answers.is_empty());
        let can_be_mapped = is_free && (detail.creation.is_none() || is_waiting);
        let new = match is_free && detail.creation.is_none() {
            true => Some(New::of(mapping::prospect(deps).await?)),
            false => None,
        };
        let former = match &detail.unmapped {
            Some(former) if new.is_some() => Some(name_of(deps, &former.connection, &former.tenant).await),
            _ => None,
        };
        let row = rows.iter().find(|row| row.id == view.id);
        let removal = view.version.map(|version| Removal {
            version,
            ask: format!(
                "{}#panel",
                query(super::PATH, &Asked { removal: "ask".to_owned(), ..asked.choosing(account) })
            ),
            is_asked: !asked.removal.is_empty(),
            cancel: format!("{}#panel", query(super::PATH, &asked.choosing(account))),
        });
        Ok(Self {
            id: account,
            badge: Badge::of(row.map_or(view.state, |row| row.state)),
            tenant: view.tenant_name,
            synced: view.synced_at.map(|at| When::new(at, &frame.zone)),
            staged: staging::lines(staged).into_iter().find(|line| line.account == account),
            suggestion: row.filter(|_| can_be_mapped).and_then(|row| row.suggestion.clone()),
            can_be_excluded: is_free && detail.creation.is_none(),
            can_be_included: is_excluded && view.tenant.is_none(),
            held: view.held,
            name: view.name,
            words: view.words,
            can_be_mapped,
            new,
            former,
            removal,
            is_waiting,
        })
    }
}

/// The tenant's name as far as it is known: a name is no reason to fail.
async fn name_of(deps: &Deps, connection: &ConnectionId, tenant: &TenantId) -> String {
    let directory = tenants::Directory::read(deps, connection).await.ok();
    let node = directory.as_ref().and_then(|directory| directory.get(tenant));
    node.map_or_else(|| tenant.to_string(), |node| node.name.clone())
}

impl New {
    fn of(prospect: Result<Prospect, String>) -> Self {
        match prospect {
            Ok(prospect) => Self::Possible(lines(&prospect)),
            Err(why) => Self::Impossible(why),
        }
    }
}

/// What is made, before anybody asks for it (rule V2).
fn lines(prospect: &Prospect) -> Vec<String> {
    let Prospect { connection_name, parent_name, pricing, administrator } = prospect;
    let place = if connection_name == parent_name {
        format!("Makes a customer tenant in “{parent_name}”.")
    } else {
        format!("Makes a customer tenant in “{parent_name}”, through the connection “{connection_name}”.")
    };
    let pricing = match pricing {
        Pricing::Production => {
            "It is made in production mode: that cannot be taken back, and Acronis bills the whole month."
        }
        Pricing::Trial => "It is made in trial mode, and Acronis makes it production after a full month.",
    };
    let user = "An administrator user is made for the account's primary contact, whom Acronis mails.";
    let mut lines = vec![place, pricing.to_owned()];
    lines.extend(administrator.then(|| user.to_owned()));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v2_what_cannot_be_taken_back_is_said_before() {
        let mut prospect = Prospect {
            connection_name: "EU".to_owned(),
            parent_name: "Northside".to_owned(),
            pricing: Pricing::Production,
            administrator: false,
        };
        let said = lines(&prospect).join(" ");
        assert!(
            said.contains("“Northside”") && said.contains("cannot be taken back") && !said.contains("mails"),
            "{said}"
        );
        prospect.administrator = true;
        prospect.pricing = Pricing::Trial;
        let said = lines(&prospect).join(" ");
        assert!(said.contains("mails") && !said.contains("cannot be taken back"), "{said}");
    }
}
