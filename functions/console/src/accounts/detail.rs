//! One account with everything that is remembered of it.

use billing::companies::Companies;
use bridge_core::id::{AccountId, ConnectionId, TenantId};
use bridge_core::item::{Grant, ItemId};
use bridge_core::provision::{Creation, Next, next};
use bridge_core::quota::Exception;
use bridge_core::system::Id;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use store::record::account::OnPurpose;
use store::record::{Account, Mapping};
use store::table::Read;
use systems::Use;

use super::creation::{Answer, answers};
use super::{View, live, put_names};
use crate::error::Error;
use crate::openapi::shapes;
use crate::{Deps, labels};

/// An account with everything that is remembered of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AccountDetail")]
pub struct Detail {
    /// Its row.
    #[serde(flatten)]
    pub account: View,
    /// When it was mapped.
    pub mapped_at: Option<Timestamp>,
    /// Somebody has agreed to the first plan of this mapping.
    pub is_agreed_to: bool,
    /// When somebody last looked at it.
    pub tried_at: Option<Timestamp>,
    /// Stable code of the first problem.
    pub code: Option<String>,
    /// The making of its tenant.
    pub creation: Option<CreationView>,
    /// Hand edits that a person made permanent.
    pub exceptions: Vec<ExceptionView>,
    /// Since when it sells nothing.
    pub unsold_since: Option<Timestamp>,
    /// The tenant that it was unmapped from on purpose.
    pub unmapped: Option<UnmappedView>,
}

/// How the making of a tenant stands.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AccountCreation")]
pub struct CreationView {
    /// When it was asked for.
    pub began_at: Timestamp,
    /// By whom; nothing: by the rule that makes customers automatically.
    pub by: Option<String>,
    /// What it is called.
    pub name: String,
    /// What a person has to answer.
    pub question: Option<String>,
    /// What a person has to settle.
    pub problem: Option<String>,
    /// The tenant that the account should perhaps be mapped to instead.
    #[schemars(with = "Option<String>")]
    pub suggested: Option<TenantId>,
    /// Tenants that the account had before.
    pub earlier: Vec<Earlier>,
    /// The tenant, once it is there.
    #[schemars(with = "Option<String>")]
    pub tenant: Option<TenantId>,
    /// The connection that it is made through.
    #[schemars(with = "String")]
    pub connection: ConnectionId,
    /// What a person may decide about it now.
    pub answers: Vec<Answer>,
}

/// A tenant that the account had before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "AccountEarlierTenant")]
pub struct Earlier {
    /// The tenant.
    #[schemars(with = "String")]
    pub tenant: TenantId,
    /// Its name when last seen.
    pub name: String,
}

/// A hand edit that a person made permanent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "AccountException")]
pub struct ExceptionView {
    /// The item.
    #[schemars(with = "shapes::ItemId")]
    pub item: ItemId,
    /// Its name for people.
    pub label: String,
    /// What is left alone.
    #[schemars(with = "shapes::Grant")]
    pub grant: Grant,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A mapping that was removed on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "AccountUnmapped")]
pub struct UnmappedView {
    /// When.
    pub at: Timestamp,
    /// Who removed it.
    pub by: String,
    /// The tenant.
    #[schemars(with = "String")]
    pub tenant: TenantId,
    /// The connection that it is reached through.
    #[schemars(with = "String")]
    pub connection: ConnectionId,
}

/// An account.
///
/// # Errors
/// Autotask has no such account, or it or the table cannot be read.
pub async fn detail(deps: &Deps, id: i64) -> Result<Detail, Error> {
    let id = AccountId(id);
    let table = &deps.systems.table;
    let mapping = table.get::<Mapping>(&id, Read::Strong).await?;
    let name = match &mapping {
        Some(mapping) => mapping.value.account_name.clone(),
        None => match Companies::stored(table).await?.list().get(&id) {
            Some(listed) => listed.name.clone(),
            None => name(deps, id).await?,
        },
    };
    let record = table.get::<Account>(&id, Read::Strong).await?;
    let record = record.map_or_else(|| Account::new(id), |stored| stored.value);
    let mut views = live::views(deps, vec![(id, name)]).await?;
    put_names(deps, &mut views).await?;
    let account = views.pop().ok_or_else(|| missing(id))?;
    let mapped_at = mapping.map(|mapping| mapping.value.mapped_at);
    let now = deps.systems.clock.now();
    Ok(Detail {
        account,
        mapped_at,
        is_agreed_to: mapped_at.is_some() && record.consent == mapped_at,
        tried_at: record.last.tried_at,
        code: record.last.code,
        creation: record.creation.as_ref().map(|creation| CreationView::of(creation, now)),
        exceptions: record.memory.exceptions.into_iter().map(ExceptionView::of).collect(),
        unsold_since: record.lifecycle.unsold_since,
        unmapped: record.unmapped.map(UnmappedView::of),
    })
}

/// An account's name, asked of Autotask.
pub(super) async fn name(deps: &Deps, id: AccountId) -> Result<String, Error> {
    let config = deps.systems.config().await?;
    let client = deps.systems.autotask(&config, Use::Work).await?;
    match client.company(id).await {
        Ok(company) => Ok(company.ok_or_else(|| missing(id))?.name),
        Err(error) => Err(deps.systems.failed(&Id::Autotask, error.into()).await.into()),
    }
}

fn missing(id: AccountId) -> Error {
    Error::NotFound(format!("Autotask has no account {id}, or hides it from the API user"))
}

impl CreationView {
    fn of(creation: &Creation, now: Timestamp) -> Self {
        let (question, problem) = match next(creation, now) {
            Next::Ask(question) => (Some(question), None),
            Next::Stopped(problem) => (None, Some(problem)),
            _ => (None, None),
        };
        let earlier = question.iter().flat_map(|question| &question.tenants);
        Self {
            began_at: creation.began_at,
            by: creation.by.clone(),
            name: creation.customer.name.clone(),
            earlier: earlier
                .map(|former| Earlier { tenant: former.tenant.clone(), name: former.name.clone() })
                .collect(),
            question: question.map(|question| question.to_string()),
            suggested: problem.as_ref().and_then(|problem| problem.suggested().cloned()),
            problem: problem.map(|problem| problem.to_string()),
            tenant: creation.progress.tenant.clone(),
            connection: creation.connection.clone(),
            answers: answers(creation),
        }
    }
}

impl ExceptionView {
    pub(super) fn of((item, exception): (ItemId, Exception)) -> Self {
        let Exception { grant, reason, by, at } = exception;
        Self { label: labels::of(&item), item, grant, reason, by, at }
    }
}

impl UnmappedView {
    fn of(unmapped: OnPurpose) -> Self {
        let OnPurpose { at, tenant, connection, by } = unmapped;
        Self { at, by, tenant, connection }
    }
}
