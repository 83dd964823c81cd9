//! An account of a preview, as shown.

use billing::{ByDraft, Previewed};
use bridge_core::id::{AccountId, ConnectionId, TenantId};
use bridge_core::item::{ItemId, amount};
use bridge_core::quota::{Change, Sort, Verdict};
use bridge_core::settings::billing::Pricing;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Error;
use crate::openapi::shapes;
use crate::wording::{self, Names};
use crate::{Deps, labels, suggestions};

/// An account with what would happen to it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PreviewAccount")]
pub struct Row {
    /// The account.
    #[schemars(with = "i64")]
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Its tenant; nothing where one would be made.
    #[schemars(with = "Option<String>")]
    pub tenant: Option<TenantId>,
    /// Its first plan waits for consent.
    pub is_first: bool,
    /// Its tenant would be made, unless that waits for a person.
    pub creates: bool,
    /// The tenant that is there already and looks like it: none is made before a person has decided.
    pub looks_like: Option<String>,
    /// How its tenant would be made.
    pub creation: Option<RowCreation>,
    /// Its tenant would be disabled, unless that waits for a person.
    pub disables: bool,
    /// When its tenant will be disabled unless a contract returns.
    pub disables_at: Option<Timestamp>,
    /// What holds the disabling, in words.
    pub disabling_waits: Option<String>,
    /// No contract sells a mapped service, so its quotas are left as they are.
    pub sells_nothing: bool,
    /// In the order of writing; for a tenant that would be made, what it would be given.
    pub changes: Vec<RowChange>,
    /// What has to be settled, in words.
    pub problems: Vec<String>,
    /// What became of it.
    pub state: AccountState,
}

/// A change of an item, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "PreviewChange")]
pub struct RowChange {
    /// The item.
    #[schemars(with = "shapes::ItemId")]
    pub item: ItemId,
    /// Its name for people.
    pub label: String,
    /// What it is.
    pub from: String,
    /// What it would become.
    pub to: String,
    /// The sort of change, such as `cut`.
    pub sort: String,
    /// Why.
    pub cause: String,
    /// What it waits for, if it does.
    pub held: Option<String>,
    /// What is used of it, in words, as far as it is known.
    pub usage: Option<String>,
    /// More is used than would be allowed.
    pub is_below_usage: bool,
    /// The draft itself does it; without it nothing, or something else, would happen to the item.
    pub is_by_draft: bool,
}

/// How a tenant would be made.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "PreviewCreation")]
pub struct RowCreation {
    /// The connection that it would be made through.
    #[schemars(with = "String")]
    pub connection: ConnectionId,
    /// Its name.
    pub connection_name: String,
    /// The partner or folder that it would be made in.
    #[schemars(with = "String")]
    pub parent: TenantId,
    /// Its name, where it is known.
    pub parent_name: Option<String>,
    /// The billing modes of what it would be given.
    pub editions: Vec<String>,
    /// Pricing mode; *production* is billed at once and for the whole month, and cannot be taken back.
    #[schemars(with = "shapes::Pricing")]
    pub pricing: Pricing,
    /// An administrator user would be made for the primary contact, which mails the customer.
    pub mails_administrator: bool,
    /// The tenant that is probably the account's already.
    pub suggestion: Option<suggestions::View>,
}

/// What became of an account of a preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PreviewAccountState")]
pub enum AccountState {
    /// The preview was not applied.
    Previewed,
    /// Nobody has come to it yet.
    Waiting,
    /// It is as it must be, as far as nothing is held.
    Applied,
    /// Something had moved, so nothing was done.
    Moved,
    /// Something has to be settled by a person.
    Stopped,
}

/// Puts names in the place of ids.
pub(super) async fn put_names(deps: &Deps, rows: &mut [Row]) -> Result<(), Error> {
    let items: Vec<String> = rows.iter().flat_map(|row| &row.changes).map(|change| change.item.to_string()).collect();
    let mut said: Vec<&str> = items.iter().map(String::as_str).collect();
    for row in &*rows {
        said.extend(row.problems.iter().map(String::as_str));
        for RowChange { cause, held, .. } in &row.changes {
            said.push(cause);
            said.extend(held.as_deref());
        }
    }
    let names = wording::names_in(deps, &said).await?;
    for row in rows {
        row.problems.iter_mut().for_each(|problem| *problem = names.put(problem));
        row.changes = std::mem::take(&mut row.changes).into_iter().map(|change| change.named(&names)).collect();
    }
    Ok(())
}

impl Row {
    pub(super) fn of(previewed: Previewed, state: AccountState) -> Self {
        let Previewed {
            account,
            name,
            tenant,
            plan,
            is_first,
            creates,
            looks_like,
            disables,
            disables_at,
            disabling_waits,
            by_draft,
            ..
        } = previewed;
        Self {
            account,
            name,
            tenant,
            is_first,
            creates,
            looks_like,
            creation: None,
            disables,
            disables_at,
            disabling_waits,
            sells_nothing: plan.is_held_unsold,
            changes: plan.changes.iter().map(|change| RowChange::by_draft(change, &by_draft)).collect(),
            problems: plan.problems.iter().map(ToString::to_string).collect(),
            state,
        }
    }
}

impl RowChange {
    pub(crate) fn of(change: &Change) -> Self {
        let Change { item, from, to, cause, unit, sort, verdict, usage, .. } = change;
        Self {
            item: item.clone(),
            label: labels::of(item),
            from: from.in_words(*unit),
            to: to.in_words(*unit),
            sort: Sort::to_string(sort),
            cause: cause.in_words(*unit),
            held: match verdict {
                Verdict::Held(hold) => Some(hold.in_words(*unit)),
                Verdict::Go | Verdict::AskUsage => None,
            },
            usage: usage.map(|usage| amount(usage, *unit)),
            is_below_usage: usage.is_some_and(|usage| to.ceiling().is_some_and(|ceiling| ceiling < usage)),
            is_by_draft: false,
        }
    }

    fn by_draft(change: &Change, by_draft: &ByDraft) -> Self {
        Self { is_by_draft: by_draft.items.contains(&change.item), ..Self::of(change) }
    }

    /// With names in the place of ids.
    pub(crate) fn named(self, names: &Names) -> Self {
        let (label, cause) = (names.label(&self.item), names.put(&self.cause));
        Self { label, cause, held: self.held.as_deref().map(|held| names.put(held)), ..self }
    }
}
