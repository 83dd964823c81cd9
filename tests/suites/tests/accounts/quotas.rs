//! Rules P3 to P7: what contracts sell becomes what tenants may use.

use anyhow::{Context as _, Result};
use bridge_core::item::{ItemId, Unit};
use bridge_core::settings::Products;
use bridge_core::settings::billing::{Managed, Row, Treatment};
use simulators::acronis::seed::{
    ALDER, BIRCH_DENTAL, CEDAR_LOGISTICS, DUBLIN, ELM_STREET_BAKERY, FRANKFURT, GINKGO_HEALTH, HAZEL_TRAVEL,
};
use simulators::autotask::seed;
use suites::world::verbs_accounts::{GIB, PROTECTION, UNLIMITED, hard};
use suites::world::verbs_people::{ALDER_ACCOUNT, BIRCH_ACCOUNT};

use crate::{ELM, MACHINES, SEATS, SERVERS, STORAGE, WORKSTATIONS, settled};

const ONEDRIVE: &str = "pw_base_m365_onedrive";

/// Changes how an item follows the contracts.
fn managed(products: &mut Products, item: &str, change: impl Fn(&mut Managed)) {
    for row in products.rows.iter_mut().filter(|row| row.item.name == item) {
        if let Treatment::Managed(managed) = &mut row.treatment {
            change(managed);
        }
    }
}

/// A row for an item that is switched, not counted.
fn feature(name: &str, service: Option<simulators::autotask::ServiceId>, free: bool) -> Row {
    let service = service.map(|service| bridge_core::id::ServiceId(service.0));
    Row {
        item: ItemId { application: PROTECTION.into(), name: name.to_owned(), infra: None },
        edition: Some("pck_per_workload".to_owned()),
        unit: Unit::None,
        treatment: Treatment::Managed(Managed { service, free, unit_size: None, soft: false, share: true }),
    }
}

#[tokio::test(start_paused = true)]
async fn p5_what_a_contract_sells_is_what_the_tenant_may_use() -> Result<()> {
    let world = settled().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{}", world.seam.trace());
    assert_eq!(world.quota(ALDER, SERVERS), hard(3));
    assert_eq!(world.quota(ALDER, (STORAGE, FRANKFURT)), hard(500 * GIB));
    assert_eq!(world.quota(ELM_STREET_BAKERY, "local_storage"), hard(100 * GIB));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p5_units_that_change_change_the_quota_both_ways() -> Result<()> {
    let mut world = settled().await?;
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, 5)?;
    world.sell(ALDER_ACCOUNT, seed::SERVERS, -1)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(30), "{}", world.seam.trace());
    assert_eq!(world.quota(ALDER, SERVERS), hard(2), "as many as are used");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_a_bundle_sells_each_of_its_services() -> Result<()> {
    let mut world = settled().await?;
    let has = |world: &suites::world::World| {
        [WORKSTATIONS, SEATS, "pu_base_fc_seats"].map(|item| world.quota(BIRCH_DENTAL, item))
    };
    assert_eq!(has(&world), [hard(12); 3], "{}", world.seam.trace());
    world.autotask.adjust_bundle(world.contract(BIRCH_ACCOUNT)?, seed::OFFICE_BUNDLE, 3, world.today())?;
    world.next_accounts_turn().await?;
    assert_eq!(has(&world), [hard(15); 3], "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_all_counting_contracts_of_an_account_count_together() -> Result<()> {
    let mut world = settled().await?;
    assert_eq!(world.quota(CEDAR_LOGISTICS, SERVERS), hard(8), "six by service, two by bundle");
    assert_eq!(world.quota(CEDAR_LOGISTICS, WORKSTATIONS), hard(40));
    let company = simulators::autotask::CompanyId(ALDER_ACCOUNT.0 + 2);
    world.autotask.contract(company).named("Branch office").sells(seed::WORKSTATIONS, 7).sign()?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(CEDAR_LOGISTICS, WORKSTATIONS), hard(47), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p5_a_line_that_sells_nothing_is_a_quota_of_zero_also_where_it_is_free() -> Result<()> {
    let mut world = settled().await?;
    world.change_billing(|billing| billing.guards.brake = false).await?;
    world.change_products(|products| managed(products, "local_storage", |managed| managed.free = true)).await?;
    world.sell(ELM, seed::LOCAL_BACKUP, -100)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ELM_STREET_BAKERY, "local_storage"), hard(0), "{}", world.seam.trace());
    assert_eq!(world.quota(ALDER, "local_storage"), UNLIMITED, "a contract that does not have the service is not one");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p6_what_is_not_sold_stays_off_and_is_zero_where_it_is_on() -> Result<()> {
    let world = settled().await?;
    assert_eq!(world.quota(ALDER, MACHINES), None, "never on");
    assert_eq!(world.quota(HAZEL_TRAVEL, SERVERS), hard(0), "on, not used and not sold\n{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p6_what_is_not_sold_and_free_is_unlimited() -> Result<()> {
    let mut world = settled().await?;
    world.change_billing(|billing| billing.guards.brake = false).await?;
    world.change_products(|products| managed(products, MACHINES, |managed| managed.free = true)).await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, MACHINES), UNLIMITED, "{}", world.seam.trace());
    assert_eq!(world.quota(CEDAR_LOGISTICS, MACHINES), hard(20), "sold units count, Free or not");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p3_a_soft_quota_warns_only_and_a_unit_stands_for_its_size() -> Result<()> {
    let mut world = settled().await?;
    // What stops nobody any more counts as unlimited, and this is for everybody.
    world.change_billing(|billing| billing.guards.brake = false).await?;
    world
        .change_products(|products| {
            managed(products, WORKSTATIONS, |managed| managed.soft = true);
            managed(products, SERVERS, |managed| managed.unit_size = Some(4));
        })
        .await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), Some((Some(25), None)), "{}", world.seam.trace());
    assert_eq!(world.quota(ALDER, SERVERS), hard(12));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p3_what_is_not_managed_is_left_as_it_is() -> Result<()> {
    let mut world = settled().await?;
    world
        .change_products(|products| {
            let row = products.rows.iter_mut().find(|row| row.item.name == WORKSTATIONS);
            row.into_iter().for_each(|row| row.treatment = Treatment::NotManaged);
        })
        .await?;
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, 5)?;
    world.sell(ALDER_ACCOUNT, seed::SERVERS, 1)?;
    world.set_by_hand(ALDER, WORKSTATIONS, 19)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(19), "{}", world.seam.trace());
    assert_eq!(world.quota(ALDER, SERVERS), hard(4));
    assert!(world.acronis.item(ALDER, ONEDRIVE).context("an item")?.is_on, "never mentioned");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p7_a_feature_that_is_sold_is_switched_on() -> Result<()> {
    let mut world = settled().await?;
    world.acronis.switch_item(GINKGO_HEALTH, ONEDRIVE, false)?;
    world.acronis.switch_item(HAZEL_TRAVEL, ONEDRIVE, false)?;
    let row = feature(ONEDRIVE, Some(seed::MAILBOXES), false);
    world.change_products(|products| products.rows.push(row.clone())).await?;
    world.next_accounts_turn().await?;
    let is_on = |tenant| world.acronis.item(tenant, ONEDRIVE).is_some_and(|item| item.is_on);
    assert!(is_on(GINKGO_HEALTH), "its contract sells mailboxes\n{}", world.seam.trace());
    assert!(!is_on(HAZEL_TRAVEL), "its contract does not");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p7_a_feature_is_never_switched_off_without_a_person() -> Result<()> {
    let mut world = settled().await?;
    // Nothing serves it any more: neither the seats nor the contracts.
    world.use_up(ALDER, SEATS, 0)?;
    world.change_products(|products| products.rows.push(feature(ONEDRIVE, None, false))).await?;
    world.accounts_turn_after(crate::HOUR * 7).await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, SEATS), hard(0), "{}", world.seam.trace());
    let is_on = |world: &suites::world::World| world.acronis.item(ALDER, ONEDRIVE).is_some_and(|item| item.is_on);
    assert!(is_on(&world), "{}", world.seam.trace());
    world.held_as(ALDER_ACCOUNT, "switch_off").await?;
    suites::console::Console::of(&world).approve("switch_off", Some(ALDER_ACCOUNT)).await?;
    world.work().await?;
    assert!(!is_on(&world), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p8_rows_that_share_a_service_are_one_storage_for_each_customer() -> Result<()> {
    let world = settled().await?;
    let fir = simulators::acronis::seed::FIR_ARCHITECTS;
    assert_eq!(world.quota(fir, (STORAGE, DUBLIN)), hard(2_000 * GIB), "{}", world.seam.trace());
    assert_eq!(world.quota(fir, (STORAGE, FRANKFURT)), None);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x5_the_journal_names_accounts_items_services_and_contracts() -> Result<()> {
    let world = settled().await?;
    let console = suites::console::Console::of(&world);
    let page = console.get("/api/v1/activity?limit=500").await?.expect(200)?.json()?;
    let entries = page["items"].as_array().cloned().unwrap_or_default();
    let is_named = |entry: &serde_json::Value| {
        let says = |field: &str, text: &str| entry[field].as_str().is_some_and(|words| words.contains(text));
        says("account_name", "Alder & Sons")
            && says("what", "Workstations")
            && says("why", "service “Workstations” (9001)")
            && says("why", "contract “")
    };
    assert!(entries.iter().any(is_named), "{entries:#?}");
    let file = console.get("/api/v1/activity?format=csv").await?.expect(200)?.text;
    assert!(file.contains("service “Workstations” (9001)") && !file.contains("pw_base_"), "{file}");
    Ok(())
}
