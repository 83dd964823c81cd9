//! Carrying out a batch of edits: all valid ones, each refusal explained (rule V5).
//!
//! An account that is unmapped on purpose is remembered as such before its mapping goes, so that at no moment it looks like one
//! for which a tenant may be made by itself (rule V4). What was remembered of its tenant is forgotten with the mapping, and once
//! more before it gets another one.

use std::collections::BTreeMap;

use bridge_core::id::{AccountId, ConnectionId, TenantId};
use bridge_core::mapping::Switches;
use bridge_core::settings::{Activation, Scope};
use serde_json::json;
use store::record::{Account, Activity, Generation, Mapped, Mapping, Subject, Unmapped, Unmapping};
use store::table::{Committed, Deleted, Read, Stored};
use systems::Config;

use super::check::{Sides, Why};
use super::wish::{Wish, wish};
use super::{Applied, Batch, EDITS_MAX, Edit, Refusal, View, own};
use crate::auth::Actor;
use crate::error::{Error, Field};
use crate::{Deps, activations, journal};

/// What the edits of a batch are carried out with.
pub(super) struct Turn<'a> {
    pub(super) deps: &'a Deps,
    pub(super) by: &'a Actor,
    pub(super) config: &'a Config,
    pub(super) sides: Sides,
}

/// What became of an edit that was carried out.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// Alerts from before are to be counted.
    is_switched_on: bool,
}

/// Why an edit ended early.
pub(super) enum Stop {
    /// It is not possible; the others go on.
    Refused(Why),
    /// Nothing more is possible.
    Failed(Error),
}

impl Stop {
    /// Sorts a refusal from a failure.
    pub(super) fn refusal<T>(self) -> Result<Result<T, Why>, Error> {
        match self {
            Self::Refused(why) => Ok(Err(why)),
            Self::Failed(error) => Err(error),
        }
    }
}

impl From<Why> for Stop {
    fn from(why: Why) -> Self {
        Self::Refused(why)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<store::table::Error> for Stop {
    fn from(error: store::table::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Carries out every edit that is possible, in order, and says of each other why not.
///
/// # Errors
/// The batch is too large, or the table cannot be read or written; the edits before that are carried out, and the batch may be
/// sent again.
pub async fn apply(deps: &Deps, by: &Actor, batch: Batch) -> Result<Applied, Error> {
    if batch.edits.len() > EDITS_MAX {
        return Err(Error::field("edits", format!("at most {EDITS_MAX} edits fit into one batch")));
    }
    let config = deps.systems.config().await?;
    let former = former(deps, &batch.edits).await?;
    let sides = Sides::read(deps, &config, &batch.edits, &former).await;
    let turn = Turn { deps, by, config: &config, sides };
    let mut result = Applied::default();
    let ended = turn.carry_out_all(batch.edits, &mut result).await;
    // Also after a failure: the edits before it are carried out, and of its own perhaps a part.
    if ended.is_err() || !result.applied.is_empty() {
        Generation::bump(&deps.systems.table).await?;
    }
    ended.map(|()| result)
}

/// The tenants that accounts were unmapped from, where they are to return to them.
async fn former(deps: &Deps, edits: &[Edit]) -> Result<BTreeMap<AccountId, (TenantId, ConnectionId)>, Error> {
    let accounts: Vec<AccountId> = edits.iter().filter(|edit| edit.return_to_old).map(|edit| edit.account).collect();
    let records = deps.systems.table.get_many::<Account>(&accounts, Read::Strong).await?.found;
    let former = |record: Account| record.unmapped.map(|former| (record.account, (former.tenant, former.connection)));
    Ok(records.into_iter().filter_map(|stored| former(stored.value)).collect())
}

impl Turn<'_> {
    async fn carry_out_all(&self, edits: Vec<Edit>, result: &mut Applied) -> Result<(), Error> {
        let table = &self.deps.systems.table;
        for edit in edits {
            let current = table.get::<Mapping>(&edit.account, Read::Strong).await?;
            match self.carry_out(&edit, current).await {
                Ok(done) => {
                    result.applied.push(edit.account);
                    result.backlog_is_counted |= done.is_switched_on;
                }
                Err(Stop::Failed(error)) => return Err(error),
                Err(Stop::Refused(Why { code, message, fields })) => {
                    let current = table.get::<Mapping>(&edit.account, Read::Strong).await?.map(View::of);
                    let fields = fields.into_iter().map(Field::from).collect();
                    result.refused.push(Refusal { edit, code: code.to_owned(), message, fields, current });
                }
            }
        }
        Ok(())
    }

    async fn carry_out(&self, edit: &Edit, current: Option<Stored<Mapping>>) -> Result<Done, Stop> {
        match wish(edit)? {
            Wish::Map { tenant, connection } => {
                self.map(edit.account, (tenant, connection), edit.confirm, current).await
            }
            Wish::New(new) => self.create(edit, new, current).await,
            Wish::Return => {
                let former = own::former(self.deps, edit.account).await?;
                let none = || Why::new("no_former", "the account was not unmapped from any tenant");
                let former = former.ok_or_else(none)?;
                // It was this account's.
                self.map(edit.account, (&former.tenant, &former.connection), true, current).await
            }
            Wish::Exclude { reason } => self.exclude(edit.account, reason, current).await,
            Wish::Include => self.include(edit.account).await,
            Wish::Remove { version } => self.remove(at_version(current, version)?).await,
            Wish::Switch { version, switches } => self.switch(at_version(current, version)?, switches).await,
        }
    }

    async fn map(
        &self,
        account: AccountId,
        (tenant, connection): (&TenantId, &ConnectionId),
        is_confirmed: bool,
        current: Option<Stored<Mapping>>,
    ) -> Result<Done, Stop> {
        match current {
            Some(stored) if stored.value.tenant == *tenant => return Ok(Done::default()),
            Some(stored) => return Err(account_taken(&stored.value).into()),
            None => {}
        }
        let (company, tenant) = (self.sides.company(account)?, self.sides.tenant(connection, tenant)?);
        if !is_confirmed {
            self.sides.is_nobody_elses(company, tenant)?;
        }
        own::may_be_mapped(self.deps, account).await?;
        let mapping = Mapping {
            account,
            tenant: tenant.id.clone(),
            connection: connection.clone(),
            switches: Switches::default(),
            account_name: company.name.clone(),
            tenant_name: tenant.name.clone(),
            mapped_at: self.deps.systems.clock.now(),
        };
        self.switched_on(account).await?;
        own::forget_tenant(self.deps, account).await?;
        let entry = self.entry("the account was mapped", &mapping, None, Some(mapping.tenant_name.clone()));
        match Mapping::map(&self.deps.systems.table, mapping.clone(), Some(&entry)).await? {
            Mapped::Done(_) => {}
            Mapped::Taken { account: Some(other), .. } => return Err(account_taken(&other.value).into()),
            Mapped::Taken { account: None, tenant: owner } => {
                return Err(self.tenant_taken(&mapping, owner).await?.into());
            }
        }
        own::is_mapped(self.deps, account).await?;
        let tenant = mapping.tenant.clone();
        self.deps.systems.table.modify::<Unmapped>(&tenant, |_| None).await?;
        Ok(Done { is_switched_on: true })
    }

    async fn remove(&self, current: Stored<Mapping>) -> Result<Done, Stop> {
        let table = &self.deps.systems.table;
        let switched_on = table.get::<Activation>(&Scope::Account(current.value.account), Read::Strong).await?;
        own::unmapped_on_purpose(self.deps, self.by, &current.value).await?;
        let former = Some(current.value.tenant_name.clone());
        let entry = self.entry("the account's mapping was removed", &current.value, former, None);
        match Mapping::unmap(table, &current, Some(&entry)).await? {
            Unmapping::Done => {}
            Unmapping::Conflict => return Err(stale().into()),
        }
        own::forget_tenant(self.deps, current.value.account).await?;
        if let Some(switched_on) = switched_on {
            match table.delete(&switched_on).await? {
                // Somebody has mapped the account anew.
                Deleted::Done | Deleted::Conflict(_) => {}
            }
        }
        Ok(Done::default())
    }

    async fn switch(&self, current: Stored<Mapping>, switches: &Switches) -> Result<Done, Stop> {
        let now = self.deps.systems.clock.now();
        let former = current.value.switches.clone();
        self.sides.switches(&former, switches, now)?;
        let is_switched_on = switches.allow_tickets(now) && !former.allow_tickets(now);
        if is_switched_on {
            self.switched_on(current.value.account).await?;
        }
        if let Some(until) = switches.pause.as_ref().and_then(|pause| pause.until).filter(|until| *until > now) {
            let scopes = [Scope::Account(current.value.account)];
            activations::switch_on_at(self.deps, &scopes, until, self.config.settings.tickets.backlog_age_hours)
                .await?;
        }
        let changed = current.map(|mapping| Mapping { switches: switches.clone(), ..mapping });
        let (old, new) = journal::difference(&json!(former), &json!(switches));
        let mut transaction = self.deps.systems.table.transaction();
        transaction.replace(&changed)?;
        transaction.insert(&self.entry("the account's switches were set", &changed.value, old, new))?;
        match transaction.commit().await? {
            Committed::Done => Ok(Done { is_switched_on }),
            Committed::Refused(_) => Err(stale().into()),
        }
    }

    async fn switched_on(&self, account: AccountId) -> Result<(), Error> {
        activations::switch_on(self.deps, &[Scope::Account(account)], self.config.settings.tickets.backlog_age_hours)
            .await
    }

    async fn tenant_taken(&self, wanted: &Mapping, owner: Option<AccountId>) -> Result<Why, Error> {
        let owner = match owner {
            Some(owner) => self.deps.systems.table.get::<Mapping>(&owner, Read::Strong).await?,
            None => None,
        };
        let of = owner.map_or_else(
            || "another account".to_owned(),
            |stored| format!("“{}” (account {})", stored.value.account_name, stored.value.account),
        );
        let text = format!("“{}” is mapped to {of}: remove that mapping first", wanted.tenant_name);
        Ok(Why::new("tenant_taken", text).at("tenant"))
    }

    /// The entry for what happens to a mapping, for the transaction in which it does.
    fn entry(&self, what: &str, mapping: &Mapping, old: Option<String>, new: Option<String>) -> Activity {
        let subject =
            Subject { account: Some(mapping.account), tenant: Some(mapping.tenant.clone()), ..Subject::default() };
        journal::entry(self.deps, self.by, journal::Change { subject, old, new, ..journal::Change::new(what) })
    }
}

fn at_version(current: Option<Stored<Mapping>>, version: u64) -> Result<Stored<Mapping>, Why> {
    let current = current.ok_or_else(|| Why::new("unmapped", "the account is not mapped (any more)"))?;
    if current.version == version { Ok(current) } else { Err(stale()) }
}

fn stale() -> Why {
    Why::new("stale", "somebody else has changed this mapping in the meantime: look at it and edit again")
}

pub(super) fn account_taken(mapping: &Mapping) -> Why {
    let Mapping { account_name, tenant_name, .. } = mapping;
    let text = format!("“{account_name}” is mapped to “{tenant_name}”: remove that mapping first");
    Why::new("account_taken", text).at("account")
}
