//! Asking for a preview.

use std::collections::BTreeSet;

use bridge_core::hint::Hint;
use bridge_core::settings::Problem;
use store::record::Preview;
use store::record::preview::{State, Totals};
use store::table::Inserted;

use super::{ACCOUNTS_MAX, Asked, BillingDocument, Drafts, View};
use crate::auth::Actor;
use crate::error::Error;
use crate::{Deps, hints, products, settings};

/// Asks for a preview of a draft that could be saved. A worker works it out.
///
/// # Errors
/// [`Error::Stale`] for a draft of something that was saved since, [`Error::Invalid`] with each refused field.
pub async fn start(deps: &Deps, by: &Actor, asked: Asked) -> Result<View, Error> {
    let mut problems = Vec::new();
    let accounts = asked.accounts.map(|accounts| accounts.into_iter().collect::<BTreeSet<_>>());
    if accounts.as_ref().is_some_and(|accounts| accounts.is_empty() || accounts.len() > ACCOUNTS_MAX) {
        let message = format!("name 1 to {ACCOUNTS_MAX} accounts, or leave this out for all");
        problems.push(Problem { field: "accounts".to_owned(), message });
    } else if accounts.is_some() && asked.draft != Drafts::default() {
        // Applying it would save the draft for everybody, and consent to what nobody was shown (rule P13).
        let message = "leave this out: settings hold for all accounts, so what a draft does is shown for all of them";
        problems.push(Problem { field: "accounts".to_owned(), message: message.to_owned() });
    }
    is_current(deps, &asked.draft).await?;
    problems.extend(check(deps, &asked.draft).await?);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let preview = Preview {
        id: deps.systems.random.id(&deps.systems.clock).to_string(),
        by: by.name.clone(),
        at: deps.systems.clock.now(),
        state: State::Queued,
        draft: asked.draft.into(),
        accounts: accounts.map(|accounts| accounts.into_iter().collect()),
        totals: Totals::default(),
        digest: String::new(),
    };
    let preview = match deps.systems.table.insert(preview).await? {
        Inserted::New(stored) | Inserted::Exists(stored) => stored.value,
    };
    hints::send(deps, vec![Hint::Pass { preview: Some(preview.id.clone()) }]).await?;
    Ok(View::of(preview, None))
}

/// Rule B3: whether the draft was edited from what is there now.
pub(super) async fn is_current(deps: &Deps, draft: &Drafts) -> Result<(), Error> {
    if let Some(edited) = &draft.billing {
        let settings::Document { version, settings } = settings::read(deps).await?;
        if version != edited.version {
            return Err(Error::stale(&BillingDocument { version, billing: settings.billing }, edited));
        }
    }
    for edited in &draft.products {
        let current = products::read(deps, &edited.products.connection).await?;
        if current.version != edited.version {
            return Err(Error::stale(&current, edited));
        }
    }
    Ok(())
}

async fn check(deps: &Deps, draft: &Drafts) -> Result<Vec<Problem>, Error> {
    let mut problems = Vec::new();
    if let Some(BillingDocument { billing, .. }) = &draft.billing {
        let connections = &deps.systems.config().await?.connections;
        let found = settings::billing::problems(billing, connections).into_iter();
        problems.extend(found.map(|problem| Problem { field: format!("draft.billing.{}", problem.field), ..problem }));
    }
    let mut seen = BTreeSet::new();
    for (place, document) in draft.products.iter().enumerate() {
        let at = format!("draft.products.{place}.products");
        if !seen.insert(&document.products.connection) {
            let message = "there is another product mapping of the same connection in the draft".to_owned();
            problems.push(Problem { field: format!("{at}.connection"), message });
            continue;
        }
        problems.extend(products::problems(deps, &document.products, &at).await?);
    }
    Ok(problems)
}
