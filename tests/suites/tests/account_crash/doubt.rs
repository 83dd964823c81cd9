//! Rule X2: calls whose outcome is not known, or that were certainly without effect.

use anyhow::{Context as _, Result, ensure};
use http::Method;
use jiff::{SignedDuration, Timestamp};
use simulators::control::{Fault, Kind};
use suites::world::World;
use suites::world::network::{TENANTS, USERS};

use crate::customers::{END, check_customer, sold};
use crate::picture::check_rest;
use crate::stage::{polled, recover};

const ITEMS: &str = "/api/2/tenants/*/offering_items";
const SECOND_CREATE_AFTER: SignedDuration = SignedDuration::from_mins(6);

/// The writes that make a customer.
const WRITES: [(Method, &str); 6] = [
    (Method::POST, TENANTS),
    (Method::PUT, "/api/2/tenants/*/pricing"),
    (Method::PUT, ITEMS),
    (Method::POST, USERS),
    (Method::PUT, "/api/2/users/*/access_policies"),
    (Method::POST, "/api/2/users/*/send-activation-email"),
];

/// Makes a customer while this strikes one of the calls, and lets everything come to its end.
async fn made_with(fault: Fault) -> Result<World> {
    let mut world = Box::pin(sold()).await?;
    let before = world.journal().await?.len();
    world.seam.note("     -- the act".to_owned());
    world.acronis.control().clear_calls();
    world.acronis.control().add_fault(fault);
    let told = async |world: &mut World| {
        Box::pin(polled(world)).await?;
        // A user is created after the tenant, so their doubts may come one after the other.
        Box::pin(recover(world)).await?;
        END.check(world, before).await?;
        check_customer(world)?;
        check_rest(world).await
    };
    Box::pin(told(&mut world)).await.with_context(|| world.seam.trace())?;
    Ok(world)
}

/// When these calls arrived at Acronis, lost ones included.
fn arrivals(world: &World, method: &Method, path: &str) -> Vec<Timestamp> {
    let calls = world.acronis.control().calls().into_iter();
    calls.filter(|call| call.method == method.as_str() && call.path == path).map(|call| call.at).collect()
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_is_lost_makes_nothing_twice_whichever_it_is() -> Result<()> {
    for (method, path) in WRITES {
        let fault = Fault::new(Kind::EffectThenDrop, path).on(&method);
        let world = Box::pin(made_with(fault)).await.with_context(|| format!("{method} {path}"))?;
        if [TENANTS, USERS].contains(&path) {
            let creates = arrivals(&world, &method, path);
            ensure!(creates.len() == 1, "{method} {path} was found and is not repeated: {creates:?}");
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_call_that_breaks_off_before_it_arrives_is_made_up_for_and_a_create_only_after_six_minutes() -> Result<()> {
    for (method, path) in WRITES {
        for kind in [Kind::DropBefore, Kind::Html] {
            let fault = Fault::new(kind, path).on(&method).status(502);
            let world = Box::pin(made_with(fault)).await.with_context(|| format!("{kind:?} {method} {path}"))?;
            if [TENANTS, USERS].contains(&path) {
                let creates = arrivals(&world, &method, path);
                ensure!(creates.len() == 2, "{kind:?} {method} {path}: {creates:?}");
                let waited = creates[1].duration_since(creates[0]);
                ensure!(waited >= SECOND_CREATE_AFTER, "{kind:?} {method} {path} again after {waited}");
            }
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_throttled_call_is_certainly_without_effect_and_is_repeated_when_acronis_allows() -> Result<()> {
    for (method, path) in WRITES {
        let fault = Fault::new(Kind::Status, path).on(&method).status(429).retry_after(20);
        Box::pin(made_with(fault)).await.with_context(|| format!("{method} {path}"))?;
    }
    Ok(())
}
