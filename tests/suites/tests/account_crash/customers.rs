//! Customers that are made, each with a process that dies before and after every single call.

use anyhow::{Context as _, Result, ensure};
use console::mapping::Edit;
use simulators::acronis::PricingMode;
use suites::world::World;
use suites::world::verbs_people::ALDER_ACCOUNT;

use crate::kill::kill_everywhere;
use crate::picture::End;
use crate::stage::{KALE, edit, kale_signs, polled, stage, worked};

/// What a customer made for *Kale Foods* has.
const ITEMS: [&str; 3] = ["workstations 22", "servers 2", "storage in Frankfurt 1200"];
/// What the journal says of its making.
const MADE: [&str; 9] = [
    "customer tenant created",
    "the account was mapped",
    "tenant switched to production",
    "item workstations switched on: off → 22",
    "item servers switched on: off → 2",
    "item storage switched on: off → 1200 GB",
    "administrator user created",
    "user made administrator",
    "activation e-mail sent",
];

/// *Kale Foods* as its contract wants it.
pub const END: End<'static> = End { tenant: "Kale Foods", items: &ITEMS, journal: &MADE, is_enabled: true };

/// Rule V1 is on, and *Kale Foods* has a contract.
pub async fn sold() -> Result<World> {
    let world = Box::pin(stage(&[ALDER_ACCOUNT])).await?;
    let change = |billing: &mut bridge_core::settings::Billing| {
        billing.provisioning.automatic = true;
        billing.provisioning.administrator = true;
    };
    world.change_billing(change).await?;
    kale_signs(&world)?;
    Ok(world)
}

/// One tenant in production, one administrator, who was told at least once.
pub fn check_customer(world: &World) -> Result<()> {
    let tenant = world.acronis.tenant_named("Kale Foods").context("no tenant")?;
    ensure!(tenant.pricing.mode == PricingMode::Production, "{:?}", tenant.pricing);
    ensure!(tenant.customer_id == Some(KALE.to_string()), "{:?}", tenant.customer_id);
    let users = world.acronis.users_of(tenant.id);
    ensure!(users.len() == 1, "{users:?}");
    ensure!(users[0].roles.len() == 1 && users[0].roles[0].name == "company_admin", "{:?}", users[0].roles);
    ensure!((1..=2).contains(&users[0].activation_mails), "{} mails", users[0].activation_mails);
    Ok(())
}

/// Rules V1 and V2.
#[tokio::test(start_paused = true)]
async fn a_contract_makes_one_customer_with_one_user() -> Result<()> {
    kill_everywhere(sold, polled, END).await
}

/// Rules V2 and V4.
#[tokio::test(start_paused = true)]
async fn map_to_new_makes_one_customer_with_one_user() -> Result<()> {
    let asked = async || {
        let world = Box::pin(stage(&[ALDER_ACCOUNT])).await?;
        world.change_billing(|billing| billing.provisioning.administrator = true).await?;
        kale_signs(&world)?;
        Ok(world)
    };
    let asks = async |world: &mut World| {
        edit(world, Edit { new: true, ..Edit::of(KALE) }).await?;
        worked(world).await
    };
    let journal: Vec<&str> = MADE.iter().copied().chain(["a tenant is to be made for “Kale Foods”"]).collect();
    kill_everywhere(asked, asks, End { journal: &journal, ..END }).await
}
