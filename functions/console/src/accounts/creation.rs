//! What a person decides about a tenant that is being made (rules V2 to V4).

use bridge_core::id::{AccountId, TenantId};
use bridge_core::provision::{self, Contact, Creation, Customer};
use bridge_core::system::Id;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::record::account::Last;
use store::record::{Account, Held};
use store::table::Read;
use systems::Use;

use super::detail::name;
use crate::auth::Actor;
use crate::error::Error;
use crate::{Deps, hints, journal};

/// Why an account is excluded after that.
const GIVEN_UP: &str = "making a tenant for it was given up";

/// A decision about a tenant that is being made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CreationDecision")]
pub struct Decision {
    /// What is to be done.
    pub answer: Answer,
    /// The earlier tenant to return to; needed for `return`.
    #[schemars(with = "Option<String>")]
    pub tenant: Option<TenantId>,
}

/// What is to be done about a tenant that is being made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "CreationAnswer")]
pub enum Answer {
    /// Try again, with the account's present name and contact.
    Retry,
    /// Make a new tenant although the account had one before.
    New,
    /// Map the account to its earlier tenant and make nothing.
    Return,
    /// Do without the administrator user.
    WithoutAdministrator,
    /// Make none, also not by itself later: the account is excluded until it is included again. Only while there is none, and none
    /// is on its way.
    GiveUp,
}

/// Carries out the decision; a worker goes on from there.
///
/// # Errors
/// No tenant is being made, or it does not wait for this.
pub async fn decide(deps: &Deps, by: &Actor, account: i64, decision: &Decision) -> Result<(), Error> {
    let account = AccountId(account);
    let stored = deps.systems.table.get::<Account>(&account, Read::Strong).await?;
    let creation = stored.and_then(|stored| stored.value.creation);
    let creation = creation.ok_or_else(|| Error::NotFound(format!("no tenant is being made for account {account}")))?;
    let (what, next) = decided(deps, creation.clone(), decision).await?;
    let mut is_stale = false;
    let change = |record: Option<Account>| {
        let mut record = record?;
        is_stale = record.creation.as_ref() != Some(&creation);
        if !is_stale {
            record.creation.clone_from(&next);
            record.due_at = None;
            if next.is_none() {
                give_up(&mut record);
            }
        }
        Some(record)
    };
    deps.systems.table.modify::<Account>(&account, change).await?;
    if is_stale {
        return Err(Error::Unavailable("a worker has just gone on with this: look at it again".to_owned()));
    }
    // What was asked is answered; the next run asks anew if there is anything.
    deps.systems.table.modify::<Held>(&format!("creation#{account}"), |_| None).await?;
    journal::record(deps, by, journal::Change::new(what).of_account(account)).await?;
    hints::send(deps, vec![hints::account(account)]).await
}

/// What the decision comes to: in words, and the creation as it goes on, if it does.
async fn decided(
    deps: &Deps,
    mut creation: Creation,
    decision: &Decision,
) -> Result<(String, Option<Creation>), Error> {
    let name = creation.customer.name.clone();
    let what = match decision.answer {
        Answer::Retry if creation.problem.is_some() => {
            let customer = customer(deps, &creation).await?;
            creation.retry(customer);
            format!("making a tenant for “{name}” is tried again")
        }
        Answer::New if creation.question.is_some() => {
            creation.answer(provision::Answer::New);
            format!("“{name}” gets a new tenant although it had one before")
        }
        Answer::Return if creation.question.is_some() => {
            let tenant =
                decision.tenant.clone().ok_or_else(|| Error::field("tenant", "name the tenant to return to"))?;
            creation.answer(provision::Answer::Return(tenant));
            if creation.question.is_some() {
                return Err(Error::field("tenant", "this is none of the tenants that the account had before"));
            }
            format!("“{name}” returns to its earlier tenant")
        }
        Answer::WithoutAdministrator if creation.administrator => {
            creation.finish_without_administrator();
            format!("the tenant of “{name}” does without an administrator user")
        }
        Answer::GiveUp if may_be_given_up(&creation) => {
            return Ok((format!("making a tenant for “{name}” was given up"), None));
        }
        Answer::GiveUp => {
            let text = "a tenant is there or on its way: wait until it is done, then remove the mapping";
            return Err(Error::refused("under_way", text));
        }
        Answer::Retry | Answer::New | Answer::Return | Answer::WithoutAdministrator => {
            return Err(Error::refused("not_asked", "the making of this tenant does not wait for that"));
        }
    };
    Ok((what, Some(creation)))
}

/// Rule V1 leaves alone what a person has given up, and nothing of the attempt is a problem any more.
fn give_up(record: &mut Account) {
    let Last { synced_at, tried_at, .. } = std::mem::take(&mut record.last);
    record.last = Last { synced_at, tried_at, ..Last::default() };
    // What is unmapped on purpose is left alone already.
    if record.unmapped.is_none() {
        record.excluded = Some(GIVEN_UP.to_owned());
    }
}

/// What a person may decide about a creation as it stands.
pub(super) fn answers(creation: &Creation) -> Vec<Answer> {
    let (asks, is_stopped) = (creation.question.is_some(), creation.problem.is_some());
    [
        (Answer::Retry, is_stopped),
        (Answer::New, asks),
        (Answer::Return, asks),
        (Answer::WithoutAdministrator, is_stopped && creation.administrator),
        (Answer::GiveUp, may_be_given_up(creation)),
    ]
    .into_iter()
    .filter_map(|(answer, is_possible)| is_possible.then_some(answer))
    .collect()
}

/// Whether nothing was made and nothing is on its way.
pub(crate) fn may_be_given_up(creation: &Creation) -> bool {
    creation.progress.tenant.is_none() && creation.progress.tenant_attempt.sent_at.is_none()
}

/// The account's present name, and the person that an administrator user is named after. Until there is a tenant, the worker
/// takes the whole contact.
async fn customer(deps: &Deps, creation: &Creation) -> Result<Customer, Error> {
    let name = name(deps, creation.account).await?;
    if creation.progress.tenant.is_none() {
        return Ok(Customer { name, contact: Contact::default() });
    }
    let config = deps.systems.config().await?;
    let client = deps.systems.autotask(&config, Use::Work).await?;
    let page = match client.primary_contacts(&[creation.account]).next().await {
        Ok(page) => page,
        Err(error) => return Err(deps.systems.failed(&Id::Autotask, error.into()).await.into()),
    };
    let person = page.and_then(|page| page.rows.into_iter().next());
    let contact = person.map_or_else(Contact::default, |person| Contact {
        email: person.email,
        first_name: person.first_name,
        last_name: person.last_name,
        phone: person.phone,
        ..Contact::default()
    });
    Ok(Customer { name, contact })
}
