//! What *Apply* does with a form: what does no more to customers' tenants than before is saved at once, everything else is shown
//! in a preview first (rules P1, P13).

use bridge_core::settings::{Billing, Problem, Products, Settings};

use super::changes::{self, Difference};
use super::ground::{Ground, Mapping};
use super::rows;
use super::view::Filled;
use crate::auth::Actor;
use crate::error::Error;
use crate::previews::{Asked, BillingDocument, Drafts};
use crate::{Deps, previews, products, settings};

/// What became of it.
pub(super) enum Outcome {
    Nothing,
    Saved {
        /// Whether billing is on.
        is_on: bool,
    },
    /// The preview that was started.
    Preview(String),
}

pub(super) async fn save(deps: &Deps, by: &Actor, ground: &Ground, filled: &Filled) -> Result<Outcome, Error> {
    let (billing, products) = drafts(ground, filled)?;
    if billing.is_none() && products.is_none() {
        return Ok(Outcome::Nothing);
    }
    let is_on = billing.as_ref().map_or(ground.settings.settings.billing.enabled, |edited| edited.billing.enabled);
    if products.is_none() || !is_on {
        match at_once(deps, by, ground, billing.as_ref(), products.as_ref()).await {
            Err(Error::PreviewNeeded(_)) => {}
            done => return done.map(|()| Outcome::Saved { is_on }),
        }
    }
    let draft = Drafts { billing, products: products.into_iter().collect() };
    let preview = previews::start(deps, by, Asked { accounts: None, draft }).await?;
    Ok(Outcome::Preview(preview.id))
}

/// What the form changes, with the versions that it was made from.
fn drafts(ground: &Ground, filled: &Filled) -> Result<(Option<BillingDocument>, Option<products::Document>), Error> {
    let current = &ground.settings.settings.billing;
    let mut problems = Vec::new();
    let billing = filled.switches.billing(current).map_err(|found| problems.extend(found)).ok();
    let products = ground.mapping.as_ref().filter(|mapping| mapping.catalogue.is_ok());
    let products = products.map(|mapping| (mapping, of_mapping(mapping, ground, filled, &mut problems)));
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let billing = billing.filter(|billing: &Billing| billing != current);
    let billing = billing.map(|billing| BillingDocument { version: filled.versions.settings, billing });
    let products = products.filter(|(mapping, products)| products != mapping.products());
    let version = filled.versions.products;
    Ok((billing, products.map(|(_, products)| products::Document { version, products })))
}

fn of_mapping(mapping: &Mapping, ground: &Ground, filled: &Filled, problems: &mut Vec<Problem>) -> Products {
    let mut products = mapping.products().clone();
    if let Err(found) = rows::put(&mut products, &filled.rows, &ground.services) {
        problems.extend(found);
    }
    let terms = filled.terms.as_ref().map(|terms| terms.put(&mut products, &mapping.parents));
    problems.extend(terms.and_then(Result::err));
    products
}

/// In what the form differs from what is saved, as far as it can be read.
pub(super) fn differences(ground: &Ground, filled: &Filled) -> Vec<Difference> {
    let (known, current) = (ground.known(), &ground.settings.settings.billing);
    let billing = filled.switches.billing(current).ok();
    let of_billing = billing.map(|billing| changes::of_billing(current, &billing, &known));
    let of_products = ground.mapping.as_ref().filter(|mapping| mapping.catalogue.is_ok()).map(|mapping| {
        let products = of_mapping(mapping, ground, filled, &mut Vec::new());
        changes::of_products(mapping.products(), &products, &known)
    });
    of_billing.into_iter().chain(of_products).flatten().collect()
}

async fn at_once(
    deps: &Deps,
    by: &Actor,
    ground: &Ground,
    billing: Option<&BillingDocument>,
    products: Option<&products::Document>,
) -> Result<(), Error> {
    // Looked at first, so that not one half is saved and the other refused.
    if let (Some(document), Some(mapping)) = (products, &ground.mapping) {
        if document.version != mapping.document.version {
            return Err(Error::stale(&mapping.document, document));
        }
        let problems = products::problems(deps, &document.products, "products").await?;
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
    }
    if let Some(BillingDocument { version, billing }) = billing {
        let settings = Settings { billing: billing.clone(), ..ground.settings.settings.clone() };
        settings::save(deps, by, settings::Document { version: *version, settings }).await?;
    }
    if let Some(document) = products {
        products::save(deps, by, &document.products.connection, document.clone()).await?;
    }
    Ok(())
}
