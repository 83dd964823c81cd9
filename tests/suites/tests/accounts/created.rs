//! Rules V1 to V3: customers that are made by themselves.

use anyhow::{Context as _, Result};
use bridge_core::id::AccountId;
use bridge_core::provision::{Creation, Customer, Marker};
use bridge_core::settings::billing::{Pricing, Provisioning};
use jiff::SignedDuration;
use simulators::acronis::seed::{FRANKFURT, IVY_MEDIA, JUNIPER as JUNIPER_TENANT, ROOT_PARTNER};
use simulators::acronis::{PricingMode, Tenant};
use simulators::autotask::seed;
use simulators::control::{Fault, Kind as FaultKind};
use store::record::Mapping;
use store::table::Read;
use suites::console::Console;
use suites::world::World;
use suites::world::verbs_accounts::{GIB, hard};
use suites::world::verbs_people::IVY_ACCOUNT;

use crate::{JUNIPER, KALE, LARCH, MAPLE, SERVERS, STORAGE, WORKSTATIONS, settled};

/// Rule V1 is on for this account alone: the others that would get a tenant are excluded.
async fn automatic(only: AccountId, change: impl Fn(&mut Provisioning)) -> Result<World> {
    let mut world = Box::pin(settled()).await?;
    for account in [IVY_ACCOUNT, JUNIPER, KALE, LARCH].into_iter().filter(|account| *account != only) {
        world.remember(account, |record| record.excluded = Some("has its own tools".to_owned())).await?;
    }
    world
        .change_billing(|billing| {
            billing.provisioning.automatic = true;
            change(&mut billing.provisioning);
        })
        .await?;
    world.next_accounts_turn().await?;
    Ok(world)
}

fn kale(world: &World) -> Result<Tenant> {
    let tenants: Vec<Tenant> =
        world.acronis.tenants().into_iter().filter(|tenant| tenant.name == "Kale Foods").collect();
    anyhow::ensure!(tenants.len() == 1, "{tenants:#?}\n{}", world.seam.trace());
    tenants.into_iter().next().context("one")
}

/// How many customers there are.
fn customers(world: &World) -> usize {
    world.acronis.tenants().iter().filter(|tenant| tenant.kind == simulators::acronis::Kind::Customer).count()
}

#[tokio::test(start_paused = true)]
async fn v1_an_account_that_buys_gets_a_tenant_with_what_it_buys() -> Result<()> {
    let mut world = automatic(KALE, |_| {}).await?;
    let tenant = kale(&world)?;
    assert_eq!((tenant.parent, tenant.customer_id.as_deref()), (ROOT_PARTNER, Some("184")));
    assert!(tenant.internal_tag.as_deref().is_some_and(|tag| tag.contains(":184:")), "{:?}", tenant.internal_tag);
    assert_eq!(tenant.pricing.mode, PricingMode::Production);
    let has = [WORKSTATIONS, SERVERS].map(|item| world.quota(tenant.id, item));
    assert_eq!(has, [hard(22), hard(2)], "{}", world.seam.trace());
    assert_eq!(world.quota(tenant.id, (STORAGE, FRANKFURT)), hard(1_200 * GIB));
    assert!(world.acronis.users_of(tenant.id).is_empty(), "nobody is mailed unless that is wanted");
    let mapping = world.systems.table.get::<Mapping>(&KALE, Read::Strong).await?.context("mapped")?.value;
    assert_eq!(mapping.tenant.to_string(), tenant.id.to_string());

    world.sell(KALE, seed::WORKSTATIONS, 3)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(tenant.id, WORKSTATIONS), hard(25), "its consent came with it\n{}", world.seam.trace());
    assert!(world.held_of(KALE).await?.is_empty(), "{:#?}", world.held_of(KALE).await?);
    assert_eq!(world.account(KALE).await?.creation, None);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v2_the_administrator_is_the_primary_contact_and_is_invited() -> Result<()> {
    let world = automatic(KALE, |provisioning| provisioning.administrator = true).await?;
    let users = world.acronis.users_of(kale(&world)?.id);
    assert_eq!(users.len(), 1, "{users:#?}\n{}", world.seam.trace());
    let user = &users[0];
    assert_eq!((user.login.as_str(), user.activation_mails), ("casey@customer184.example", 1));
    assert_eq!(user.contact["email"], "casey@customer184.example");
    assert_eq!(user.roles.iter().map(|role| role.name.as_str()).collect::<Vec<_>>(), ["company_admin"]);
    assert!(user.external_id.as_deref().is_some_and(|id| !id.is_empty()));
    Ok(())
}

/// What is kept for years names the user, and nobody's address.
#[tokio::test(start_paused = true)]
async fn x5_the_activity_names_an_administrator_by_his_id() -> Result<()> {
    let world = automatic(KALE, |provisioning| provisioning.administrator = true).await?;
    let id = world.acronis.users_of(kale(&world)?.id).first().context("one")?.id.to_string();
    let entries = world.activity().await?;
    for what in ["administrator user created", "user made administrator", "activation e-mail sent"] {
        let entry = entries.iter().find(|entry| entry.what == what).context(what)?;
        assert_eq!(entry.new.as_deref(), Some(id.as_str()), "{entry:#?}");
    }
    assert!(!format!("{entries:?}").contains("casey@"), "{entries:#?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v2_a_login_that_somebody_has_gets_a_suffix() -> Result<()> {
    let mut world = automatic(AccountId(0), |_| {}).await?;
    world.acronis.take_login("casey@customer184.example");
    world.change_billing(|billing| billing.provisioning.administrator = true).await?;
    world.remember(KALE, |record| record.excluded = None).await?;
    world.next_accounts_turn().await?;
    let users = world.acronis.users_of(kale(&world)?.id);
    let logins: Vec<&str> = users.iter().map(|user| user.login.as_str()).collect();
    assert_eq!(logins.len(), 1, "{}", world.seam.trace());
    assert!(logins[0].starts_with("casey") && logins[0].ends_with("@customer184.example"), "{logins:?}");
    assert_ne!(logins[0], "casey@customer184.example");
    assert_eq!(users[0].contact["email"], "casey@customer184.example");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v2_a_trial_stays_one_where_that_is_wanted() -> Result<()> {
    let world = automatic(KALE, |provisioning| provisioning.pricing = Pricing::Trial).await?;
    assert_eq!(kale(&world)?.pricing.mode, PricingMode::Trial);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v1_creations_count_for_the_brake() -> Result<()> {
    let mut world = settled().await?;
    let before = customers(&world);
    world.change_billing(|billing| billing.provisioning.automatic = true).await?;
    world.next_accounts_turn().await?;
    assert_eq!(customers(&world), before, "four of eight is a mass change\n{}", world.seam.trace());
    assert_eq!(world.brake().await?.context("on")?.accounts, 4);
    Console::of(&world).approve("brake", None).await?;
    world.work().await?;
    world.next_accounts_turn().await?;
    // Ivy Media and Juniper and Company look like tenants that are there, which a person has to tell apart.
    assert_eq!(customers(&world), before + 2, "{}", world.seam.trace());
    for account in [IVY_ACCOUNT, JUNIPER] {
        world.held_as(account, "creation").await?;
    }
    assert_eq!(world.brake().await?, None);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v1_who_is_not_eligible_gets_no_tenant() -> Result<()> {
    let mut world = settled().await?;
    let before = customers(&world);
    world.change_billing(|billing| billing.guards.brake = false).await?;
    world.autotask.deactivate_company(World::company(KALE))?;
    world.remember(IVY_ACCOUNT, |record| record.excluded = Some("has its own tools".to_owned())).await?;
    let now = world.now();
    world
        .remember(JUNIPER, |record| {
            record.unmapped = Some(store::record::account::OnPurpose {
                at: now,
                tenant: "t".into(),
                connection: suites::world::connection(),
                by: "Ann".to_owned(),
            });
        })
        .await?;
    world.sell(LARCH, seed::SERVERS, -4)?;
    world.sell(LARCH, seed::MAILBOXES, -35)?;
    world.sell(LARCH, seed::BACKUP_STORAGE, -3_000)?;
    for company in [seed::OWN_COMPANY, seed::VENDOR] {
        world.autotask.contract(company).sells(seed::WORKSTATIONS, 3).sign()?;
    }
    // Maple Accounting's contract begins in the future, Nettle Interiors' has expired.
    world.change_billing(|billing| billing.provisioning.automatic = true).await?;
    world.next_accounts_turn().await?;
    world.next_accounts_turn().await?;
    assert_eq!(customers(&world), before, "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v1_off_makes_nobody() -> Result<()> {
    let mut world = settled().await?;
    let before = customers(&world);
    world.accounts_turn_after(crate::HOUR).await?;
    assert_eq!(customers(&world), before);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v3_a_tenant_of_the_same_name_is_not_taken_but_suggested() -> Result<()> {
    let mut world = settled().await?;
    world.acronis.rename_tenant(IVY_MEDIA, "Ivy Media")?;
    let before = customers(&world);
    for account in [JUNIPER, KALE, LARCH] {
        world.remember(account, |record| record.excluded = Some("has its own tools".to_owned())).await?;
    }
    world.change_billing(|billing| billing.provisioning.automatic = true).await?;
    world.next_accounts_turn().await?;
    world.next_accounts_turn().await?;
    assert_eq!(customers(&world), before, "{}", world.seam.trace());
    let tag = world.acronis.tenant(IVY_MEDIA).context("there")?.internal_tag;
    assert_eq!(tag, None, "nor is it marked");
    let held = world.held_as(IVY_ACCOUNT, "creation").await?;
    assert!(held.reason.contains("already has a customer named “Ivy Media”"), "{}", held.reason);
    let console = Console::of(&world);
    let detail = console.get(&format!("/api/v1/accounts/{IVY_ACCOUNT}")).await?.expect(200)?.json()?;
    assert_eq!(
        detail["creation"]["suggested"]["tenant"].as_str().or(detail["creation"]["suggested"].as_str()),
        Some(IVY_MEDIA.to_string().as_str()),
        "{detail:#}"
    );

    let edit = serde_json::json!([{"account": IVY_ACCOUNT.0, "connection": ROOT_PARTNER.to_string(), "tenant": IVY_MEDIA.to_string()}]);
    let applied = console.map(edit).await?;
    assert_eq!(applied["applied"], serde_json::json!([IVY_ACCOUNT.0]), "{applied:#}");
    world.agree(IVY_ACCOUNT).await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(IVY_MEDIA, WORKSTATIONS), hard(11), "{}", world.seam.trace());
    assert_eq!(customers(&world), before);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p10_with_several_storages_and_no_default_no_tenant_is_made_and_that_is_said() -> Result<()> {
    let mut world = automatic(AccountId(0), |_| {}).await?;
    world.change_products(|products| products.default_storages.clear()).await?;
    world.remember(KALE, |record| record.excluded = None).await?;
    let before = customers(&world);
    world.next_accounts_turn().await?;
    assert_eq!(customers(&world), before, "it would be billed without a place for its backups\n{}", world.seam.trace());
    let problems = world.account(KALE).await?.last.problems;
    assert!(problems.iter().any(|text| text.contains("none is the default")), "{problems:#?}");
    let console = Console::of(&world);
    let detail = console.get(&format!("/api/v1/accounts/{KALE}")).await?.expect(200)?.json()?;
    assert!(detail.to_string().contains("none is the default"), "{detail:#}");

    choose_frankfurt(&world).await?;
    world.accounts_pass(crate::HOUR / 2).await?;
    let tenant = kale(&world)?;
    assert_eq!(world.quota(tenant.id, (STORAGE, FRANKFURT)), hard(1_200 * GIB), "{}", world.seam.trace());
    assert_eq!(world.quota(tenant.id, WORKSTATIONS), hard(22));
    Ok(())
}

async fn choose_frankfurt(world: &World) -> Result<()> {
    let choose = |products: &mut bridge_core::settings::Products| {
        products.default_storages.insert(STORAGE.to_owned(), FRANKFURT.to_string().into());
    };
    world.change_products(choose).await
}

#[tokio::test(start_paused = true)]
async fn p10_a_tenant_that_is_there_gets_nothing_before_its_storage_is_chosen() -> Result<()> {
    let mut world = automatic(AccountId(0), |_| {}).await?;
    // The settings change between the making of the tenant and the setting of its items.
    let path = "/api/2/tenants/*/pricing";
    world.acronis.control().add_fault(Fault::new(FaultKind::Status, path).status(503).times(100));
    world.remember(KALE, |record| record.excluded = None).await?;
    world.next_accounts_turn().await?;
    let tenant = kale(&world)?;
    world.change_products(|products| products.default_storages.clear()).await?;
    world.acronis.control().clear_faults();
    world.accounts_pass(crate::HOUR).await?;
    assert_eq!(world.quota(tenant.id, WORKSTATIONS), None, "{}", world.seam.trace());
    let problems = world.account(KALE).await?.last.problems;
    assert!(problems.iter().any(|text| text.contains("none is the default")), "{problems:#?}");
    choose_frankfurt(&world).await?;
    world.accounts_pass(crate::HOUR).await?;
    assert_eq!(world.quota(tenant.id, (STORAGE, FRANKFURT)), hard(1_200 * GIB), "{}", world.seam.trace());
    assert_eq!(kale(&world)?.id, tenant.id);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p10_a_new_tenant_to_which_no_storage_is_sold_gets_the_default_one() -> Result<()> {
    let mut world = automatic(AccountId(0), |_| {}).await?;
    world.autotask.contract(World::company(MAPLE)).sells(seed::SERVERS, 1).sign()?;
    world.next_accounts_turn().await?;
    let tenant = world.acronis.tenant_named("Maple Accounting").context("made")?;
    assert_eq!(world.quota(tenant.id, SERVERS), hard(1), "{}", world.seam.trace());
    assert_eq!(world.quota(tenant.id, (STORAGE, FRANKFURT)), hard(0), "on, and sold to nobody yet");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v1_who_buys_and_has_no_tenant_is_listed_for_as_long_as_none_is_made() -> Result<()> {
    let mut world = settled().await?;
    let console = Console::of(&world);
    let named = async || -> Result<Vec<String>> {
        let page = console.get("/api/v1/accounts?state=without_tenant").await?.expect(200)?.json()?;
        let rows = page["items"].as_array().cloned().unwrap_or_default();
        Ok(rows.into_iter().map(|row| format!("{}: {}", row["name"], row["words"])).collect())
    };
    let held = world.held().await?.into_iter().find(|held| held.kind == "without_tenant").context("listed")?;
    assert!(held.reason.starts_with("4 accounts buy mapped services and have no tenant: "), "{}", held.reason);
    assert!(held.reason.contains("Kale Foods") && !held.reason.contains("Maple"), "{}", held.reason);
    let rows = named().await?;
    let kale = rows.iter().find(|row| row.contains("Kale")).context("listed")?;
    assert!(kale.contains("22 × service “Workstations” (9001)"), "{kale}");
    assert_eq!(rows.len(), 4, "{rows:#?}");

    world.remember(KALE, |record| record.excluded = Some("has its own tools".to_owned())).await?;
    assert_eq!(named().await?.len(), 3, "also before the next run");
    world.next_accounts_turn().await?;
    assert_eq!(world.held().await?.iter().filter(|held| held.reason.starts_with("3 accounts buy")).count(), 1);
    world.change_billing(|billing| billing.provisioning.automatic = true).await?;
    world.next_accounts_turn().await?;
    assert!(world.held().await?.iter().all(|held| held.kind != "without_tenant"));
    assert_eq!(named().await?, Vec::<String>::new());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x2_further_tenants_of_a_creation_are_told_until_they_are_deleted_or_mapped() -> Result<()> {
    let mut world = automatic(KALE, |_| {}).await?;
    let mapping = world.systems.table.get::<Mapping>(&KALE, Read::Strong).await?.context("mapped")?.value;
    let place = (mapping.connection.clone(), ROOT_PARTNER.to_string().into());
    let customer = Customer { name: mapping.account_name.clone(), ..Customer::default() };
    let marker = Marker::new("installation", 1, KALE);
    let mut creation = Creation::new(marker, place, customer, &Provisioning::default(), None, None, world.now());
    creation.tenant_created(mapping.tenant);
    creation.mapped();
    creation.production_set();
    creation.items_written();
    creation.progress.duplicates = [IVY_MEDIA, JUNIPER_TENANT].map(|tenant| tenant.to_string().into()).to_vec();
    world.remember(KALE, |record| record.creation = Some(creation.clone())).await?;

    let told = async |world: &World| Ok::<_, anyhow::Error>(world.account(KALE).await?.last.problems);
    world.sell(KALE, seed::SERVERS, 1)?;
    world.next_accounts_turn().await?;
    let problems = told(&world).await?;
    assert!(problems.iter().any(|text| text.contains(&IVY_MEDIA.to_string())), "{problems:?}");
    world.acronis.delete_tenant(IVY_MEDIA)?;
    world.accounts_pass(SignedDuration::from_mins(18)).await?;
    let problems = told(&world).await?;
    assert!(problems.iter().any(|text| text.contains(&JUNIPER_TENANT.to_string())), "{problems:?}");
    assert!(!problems.iter().any(|text| text.contains(&IVY_MEDIA.to_string())), "{problems:?}");
    world.map(JUNIPER, JUNIPER_TENANT).await?;
    world.accounts_pass(SignedDuration::from_mins(18)).await?;
    assert_eq!(told(&world).await?, Vec::<String>::new(), "{}", world.seam.trace());
    assert_eq!(world.account(KALE).await?.creation, None);
    Ok(())
}
