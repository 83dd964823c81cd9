//! What an edit changes in what is remembered of the account itself (rules V4, V8).

use bridge_core::id::AccountId;
use bridge_core::provision::Creation;
use store::record::account::OnPurpose;
use store::record::{Account, Mapping};
use store::table::{Read, Stored};

use super::apply::{Done, Stop, Turn};
use super::check::Why;
use crate::accounts::may_be_given_up;
use crate::auth::Actor;
use crate::error::Error;
use crate::{Deps, journal, text};

impl Turn<'_> {
    /// Rule V8, for an account that is not mapped.
    pub(super) async fn exclude(
        &self,
        account: AccountId,
        reason: &str,
        current: Option<Stored<Mapping>>,
    ) -> Result<Done, Stop> {
        if current.is_some() {
            let text = "the account is mapped: exclude it with its switches";
            return Err(Why::new("mapped", text).into());
        }
        let reason = match text::reason("exclude", reason) {
            Ok(reason) => reason,
            Err(Error::Invalid(problems)) => return Err(Why::invalid(problems).into()),
            Err(error) => return Err(error.into()),
        };
        let exclude = |record: Option<Account>| {
            let record = record.unwrap_or_else(|| Account::new(account));
            Some(Account { excluded: Some(reason.clone()), ..record })
        };
        self.deps.systems.table.modify::<Account>(&account, exclude).await?;
        let change = journal::Change::new("the account was excluded: no tenant is made for it").of_account(account);
        journal::record(self.deps, self.by, journal::Change { why: Some(reason), ..change }).await?;
        Ok(Done::default())
    }

    pub(super) async fn include(&self, account: AccountId) -> Result<Done, Stop> {
        let mut former = None;
        let include = |record: Option<Account>| {
            let mut record = record?;
            former = record.excluded.take();
            Some(record)
        };
        self.deps.systems.table.modify::<Account>(&account, include).await?;
        let Some(former) = former else {
            return Err(Why::new("not_excluded", "the account is not excluded (any more)").into());
        };
        let change = journal::Change::new("the account is no longer excluded").of_account(account);
        journal::record(self.deps, self.by, journal::Change { old: Some(former), ..change }).await?;
        Ok(Done::default())
    }
}

/// The tenant that the account was unmapped from.
pub(super) async fn former(deps: &Deps, account: AccountId) -> Result<Option<OnPurpose>, Error> {
    let record = deps.systems.table.get::<Account>(&account, Read::Strong).await?;
    Ok(record.and_then(|record| record.value.unmapped))
}

/// Whether nothing of the account itself stands against mapping it to a tenant that is there.
pub(super) async fn may_be_mapped(deps: &Deps, account: AccountId) -> Result<(), Stop> {
    let record = deps.systems.table.get::<Account>(&account, Read::Strong).await.map_err(Error::from)?;
    Ok(record.map_or(Ok(()), |record| nothing_stands_against(&record.value))?)
}

/// The same by what is remembered of the account.
pub(super) fn nothing_stands_against(Account { excluded, creation, .. }: &Account) -> Result<(), Why> {
    if let Some(reason) = excluded {
        return Err(Why::new("excluded", format!("the account is excluded ({reason}): include it first")));
    }
    // One that waits for a person may be ended by this very mapping (rule V3).
    let is_waiting =
        |creation: &Creation| may_be_given_up(creation) && (creation.problem.is_some() || creation.question.is_some());
    match creation {
        Some(creation) if !is_waiting(creation) => {
            Err(Why::new("being_created", "a tenant is being made for the account: wait until it is done"))
        }
        Some(_) | None => Ok(()),
    }
}

/// Remembers that a person removes the mapping, before it goes.
pub(super) async fn unmapped_on_purpose(deps: &Deps, by: &Actor, mapping: &Mapping) -> Result<(), Error> {
    let Mapping { account, tenant, connection, .. } = mapping.clone();
    let unmapped = Some(OnPurpose { at: deps.systems.clock.now(), tenant, connection, by: by.name.clone() });
    let remember = |record: Option<Account>| {
        let record = record.unwrap_or_else(|| Account::new(account));
        Some(Account { unmapped: unmapped.clone(), ..record })
    };
    deps.systems.table.modify::<Account>(&account, remember).await?;
    Ok(())
}

/// Forgets what was remembered of a tenant that is the account's no longer.
pub(super) async fn forget_tenant(deps: &Deps, account: AccountId) -> Result<(), Error> {
    let forget = |record: Option<Account>| {
        let Account { account, unmapped, excluded, creation, pending, lease, epoch, due_at, failures, .. } = record?;
        // What is made of a mapped account has come to its end with the mapping, also where a worker that is gone did not get to
        // say that it had mapped it.
        let is_of_former = |creation: &Creation| {
            let former = unmapped.as_ref().filter(|unmapped| creation.began_at < unmapped.at);
            former.is_some_and(|unmapped| creation.progress.tenant.as_ref() == Some(&unmapped.tenant))
        };
        let creation = creation.filter(|creation| !creation.progress.is_mapped && !is_of_former(creation));
        let fresh = Account::new(account);
        Some(Account { unmapped, excluded, creation, pending, lease, epoch, due_at, failures, ..fresh })
    };
    deps.systems.table.modify::<Account>(&account, forget).await?;
    Ok(())
}

/// The account has a tenant now: it is no longer unmapped on purpose, and none has to be made.
pub(super) async fn is_mapped(deps: &Deps, account: AccountId) -> Result<(), Error> {
    let settle = |record: Option<Account>| {
        let creation = record.as_ref()?.creation.clone().filter(|creation| !may_be_given_up(creation));
        Some(Account { unmapped: None, creation, ..record? })
    };
    deps.systems.table.modify::<Account>(&account, settle).await?;
    Ok(())
}
