//! The panel beside the list: the chosen account, and what can be done with it as it stands (rules V4, V8).

use bridge_core::account::State;
use bridge_core::id::{AccountId, ConnectionId, TenantId};
use store::record::Mapping;

use super::{Asked, Badge, staging};
use crate::error::Error;
use crate::mapping::{Prospect, Staged};
use crate::pages::frame::Frame;
use crate::pages::words::{When, counted, query};
use crate::{Deps, accounts, mapping, suggestions, tenants, tickets};

/// Open tickets that are named at most.
const NAMED: usize = 20;

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
    /// The tenant that it had before.
    pub(super) former: Option<Former>,
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

/// A tenant that the account had before.
pub(super) struct Former {
    pub(super) name: String,
    /// The account that has it now; otherwise this one can return to it.
    pub(super) taken_by: Option<String>,
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
    /// The tickets that stay open for good, or why they are not known.
    pub(super) open: Result<Open, String>,
}

/// Open tickets of an account.
#[derive(Default)]
pub(super) struct Open {
    pub(super) count: String,
    pub(super) named: Vec<tickets::Open>,
    /// How many are not named.
    pub(super) others: usize,
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
            Some(former) if new.is_some() => Some(Former::of(deps, &former.connection, &former.tenant).await?),
            _ => None,
        };
        let row = rows.iter().find(|row| row.id == view.id);
        let is_asked = !asked.removal.is_empty();
        let open = match view.version {
            Some(_) if is_asked => Open::of(deps, view.id).await?,
            _ => Ok(Open::default()),
        };
        let removal = view.version.map(|version| Removal {
            open,
            version,
            ask: format!(
                "{}#panel",
                query(super::PATH, &Asked { removal: "ask".to_owned(), ..asked.choosing(account) })
            ),
            is_asked,
            cancel: format!("{}#panel", query(super::PATH, &asked.choosing(account))),
        });
        Ok(Self {
            id: account,
            badge: Badge::of(row.unwrap_or(&view)),
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

impl Former {
    async fn of(deps: &Deps, connection: &ConnectionId, tenant: &TenantId) -> Result<Self, Error> {
        let owner = Mapping::of_tenant(&deps.systems.table, tenant).await?;
        Ok(Self {
            name: name_of(deps, connection, tenant).await,
            taken_by: owner.map(|owner| owner.value.account_name),
        })
    }
}

impl Open {
    /// Inside: why they are not known.
    async fn of(deps: &Deps, account: AccountId) -> Result<Result<Self, String>, Error> {
        let mut named = match tickets::open(deps, account).await {
            Ok(open) => open,
            Err(error @ (Error::Unavailable(_) | Error::Refused { .. })) => return Ok(Err(error.to_string())),
            Err(error) => return Err(error),
        };
        let count = counted(named.len() as i128, "open ticket");
        let others = named.len().saturating_sub(NAMED);
        named.truncate(NAMED);
        Ok(Ok(Self { count, named, others }))
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
    let user = "An administrator user is made for the account's primary contact, whom Acronis mails.";
    let mut lines = vec![place, mapping::billed(*pricing).to_owned()];
    lines.extend(administrator.then(|| user.to_owned()));
    lines
}

#[cfg(test)]
mod tests {
    use bridge_core::settings::billing::Pricing;

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
