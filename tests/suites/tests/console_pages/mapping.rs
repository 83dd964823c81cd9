//! *Customer mapping*: the manual's three procedures (5.4), suggestions, and the mapping from a file.

use anyhow::{Context as _, Result};
use bridge_core::alert::Key;
use bridge_core::id::AccountId;
use serde_json::json;
use simulators::acronis::seed as acronis;
use simulators::autotask::seed as autotask;
use simulators::control::{Fault, Kind};
use store::record::{Account, Import, ImportLine, Mapping, Staged};
use suites::console::{Answer, Console, connection};
use suites::page::Page;

const ALDER: i64 = autotask::FIRST_CUSTOMER.0;
const BIRCH: i64 = ALDER + 1;
/// Customers that [`Console::mapped`] leaves without a tenant: *Ivy Media* and *Kale Foods*.
const IVY: i64 = ALDER + 8;
const KALE: i64 = ALDER + 10;
/// A company that is no customer by its type.
const VENDOR: i64 = ALDER + 15;

async fn mapping(console: &Console, account: i64) -> Result<Option<Mapping>> {
    console.record(&AccountId(account)).await
}

async fn staged(console: &Console) -> Result<usize> {
    let staged = console.record::<Staged>(&"api token".to_owned()).await?;
    Ok(staged.map_or(0, |staged| staged.edits.len()))
}

/// The page that a form led to.
async fn follow(console: &Console, answer: &Answer) -> Result<Page> {
    console.page(answer.location()?.split('#').next().context("a path")?, 200).await
}

/// Presses a button of the page of this account.
async fn press(console: &Console, account: i64, button: &str) -> Result<Page> {
    let page = console.page(&format!("/mapping?account={account}"), 200).await?;
    follow(console, &page.form(button)?.press(console, "", "").await?).await
}

#[tokio::test(start_paused = true)]
async fn x4_an_account_of_which_something_waits_is_not_shown_as_if_all_were_well() -> Result<()> {
    let well = Console::mapped().await?.page("/mapping?state=mapped", 200).await?;
    assert_eq!(well.texts(".badge.good"), ["Mapped"; 8]);
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let page = console.page("/mapping?state=mapped", 200).await?;
    assert_eq!(page.texts(&format!("#account-{ALDER} .badge.warn")), ["Mapped, waits for you"]);
    let account = console.page(&format!("/accounts/{ALDER}"), 200).await?;
    assert_eq!(account.texts("header .badge.warn"), ["Mapped, waits for you"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p1_a_first_plan_is_looked_at_from_where_it_is_said_to_wait() -> Result<()> {
    let console = Console::billing().await?;
    let edit = json!({"account": IVY, "tenant": acronis::IVY_MEDIA.to_string(), "connection": connection()});
    console.map(json!([edit])).await?;
    let way = console.page("/mapping?search=ivy", 200).await?.attribute(&format!("#account-{IVY} td a"), "href");
    assert_eq!(way, Some(format!("/accounts/{IVY}")));
    let account = console.page(&format!("/accounts/{IVY}"), 200).await?;
    let preview = account.form("first-plan")?.press(&console, "", "").await?.location()?.to_owned();
    console.work().await?;
    let preview = console.page(&preview, 200).await?;
    assert_eq!(preview.texts("#first th[scope=rowgroup]"), ["Ivy Media"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_an_account_is_mapped_to_a_customer_of_a_partner_by_map_and_apply() -> Result<()> {
    let console = Console::connected().await?;
    let page = console.page("/mapping?search=alder", 200).await?;
    assert_eq!(page.texts("#account-174 td")[0], "Not mapped");
    let page = console.page(&format!("/mapping?account={ALDER}"), 200).await?;
    assert_eq!(page.text("#map-existing")?, "Map to existing customer tenant");

    let existing = format!("/mapping/{ALDER}/existing");
    let partners = console.page(&existing, 200).await?.texts("tbody th");
    assert!(partners.len() > 3, "{partners:?}");
    let of_partner = format!("{existing}?connection={}&partner={}", connection(), acronis::ROOT_PARTNER);
    let page = console.page(&of_partner, 200).await?;
    let answer = page.form("map")?.tick("Alder & Sons")?.press(&console, "", "").await?;
    let page = follow(&console, &answer).await?;
    assert_eq!(page.texts("#staged li span"), ["Alder & Sons: Map to “Alder & Sons”"]);
    assert!(mapping(&console, ALDER).await?.is_none(), "nothing happens before Apply");

    let page = follow(&console, &page.form("apply")?.press(&console, "", "").await?).await?;
    assert_eq!(page.texts("#staged"), [""; 0]);
    let mapped = mapping(&console, ALDER).await?.context("mapped")?;
    assert_eq!(mapped.tenant.as_str(), acronis::ALDER.to_string());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_only_the_customers_within_the_chosen_partner_are_offered_and_mapped_ones_cannot_be_chosen() -> Result<()> {
    let console = Console::mapped().await?;
    let of = |partner: &str| format!("/mapping/{IVY}/existing?connection={}&partner={partner}", connection());
    let whole = console.page(&of(&acronis::ROOT_PARTNER.to_string()), 200).await?;
    let folder = console.page(&of(&acronis::DIRECT_FOLDER.to_string()), 200).await?;
    let (all, some) = (whole.texts("tbody th label"), folder.texts("tbody th label"));
    assert!(all.len() > some.len() && !some.is_empty(), "{all:?} {some:?}");
    let alder = format!("#pick-{}[disabled]", acronis::ALDER);
    assert_eq!(whole.texts(&alder).len(), 1);
    assert_eq!(whole.texts(&format!("#pick-{}[disabled]", acronis::IVY_MEDIA)).len(), 0);

    let refused = whole.form("map")?.press(&console, "", "").await?.expect(422)?;
    assert_eq!(Page::of(&refused).texts(".notice.bad li"), ["Select a customer tenant first"]);
    console.page(&of("nowhere"), 404).await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_a_new_customer_tenant_is_made_after_apply_in_the_place_that_was_shown() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let hint = console.page(&format!("/mapping?account={KALE}"), 200).await?.text("#map-new-hint")?;
    assert!(hint.contains("cannot be taken back") && hint.contains("bills the whole month"), "{hint}");
    let page = press(&console, KALE, "map-new").await?;
    assert_eq!(page.texts("#staged li").len(), 1);
    assert!(console.record::<Account>(&AccountId(KALE)).await?.is_none(), "nothing happens before Apply");
    follow(&console, &page.form("apply")?.press(&console, "", "").await?).await?;
    console.work().await?;
    assert!(console.acronis.tenant_named("Kale Foods").is_some());
    assert!(mapping(&console, KALE).await?.is_some());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_a_new_customer_tenant_can_be_made_in_another_partner() -> Result<()> {
    let console = Console::billing().await?;
    let form = console.page(&format!("/mapping/{KALE}/new?search=harbour"), 200).await?.form("map-new")?;
    let label = console.page(&format!("/mapping/{KALE}/new?search=harbour"), 200).await?.texts("tbody th label");
    let page = follow(&console, &form.tick(&label[0])?.press(&console, "", "").await?).await?;
    follow(&console, &page.form("apply")?.press(&console, "", "").await?).await?;
    console.work().await?;
    let made = console.acronis.tenant_named("Kale Foods").context("made")?;
    assert_eq!(made.parent, acronis::HARBOUR_PARTNER);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_a_mapping_is_removed_after_it_was_confirmed_and_applied_and_can_be_returned_to() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let page = console.page(&format!("/mapping?account={ALDER}"), 200).await?;
    assert_eq!(page.text("#remove-mapping")?, "Remove mapping");
    assert!(page.form("remove").is_err(), "it is asked first");
    let page = console.page(&format!("/mapping?account={ALDER}&removal=ask"), 200).await?;
    let page = follow(&console, &page.form("remove")?.press(&console, "", "").await?).await?;
    assert!(mapping(&console, ALDER).await?.is_some(), "nothing happens before Apply");
    follow(&console, &page.form("apply")?.press(&console, "", "").await?).await?;
    assert!(mapping(&console, ALDER).await?.is_none());

    let page = press(&console, ALDER, "return").await?;
    assert_eq!(page.texts("#staged li span"), ["Alder & Sons: Return to “Alder & Sons”"]);
    follow(&console, &page.form("apply")?.press(&console, "", "").await?).await?;
    assert_eq!(mapping(&console, ALDER).await?.context("mapped")?.tenant.as_str(), acronis::ALDER.to_string());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_an_earlier_tenant_that_is_anothers_now_is_named_and_not_offered() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let version =
        console.get(&format!("/api/v1/mapping?account={ALDER}")).await?.json()?["items"][0]["version"].clone();
    console.map(json!([{"account": ALDER, "remove": true, "version": version}])).await?;
    let edit =
        json!({"account": KALE, "tenant": acronis::ALDER.to_string(), "connection": connection(), "confirm": true});
    assert_eq!(console.map(json!([edit])).await?["applied"], json!([KALE]));
    let page = console.page(&format!("/mapping?account={ALDER}"), 200).await?;
    let panel = page.text("#panel")?;
    assert!(panel.contains("Its earlier tenant “Alder & Sons” is mapped to Kale Foods now."), "{panel}");
    assert!(page.form("return").is_err(), "{panel}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_before_a_mapping_is_removed_its_open_tickets_are_named() -> Result<()> {
    let console = Console::mapped().await?;
    let ask = async || console.page(&format!("/mapping?account={ALDER}&removal=ask"), 200).await?.text("[role=group]");
    assert!(!ask().await?.contains("will not be closed any more"));
    let ticket = async |account: i64, external: &str| {
        let fields = json!({
            "companyID": account, "title": "Backup failed", "externalID": external, "status": 1, "priority": 2,
            "queueID": 8, "dueDateTime": "2026-12-24T12:00:00Z",
        });
        let id = console.autotask.create_ticket_as(autotask::TECHNICIAN, &fields)?;
        let record = console.autotask.ticket(id).context("created")?;
        Ok::<String, anyhow::Error>(
            record.get("ticketNumber").and_then(|number| number.as_str()).context("a number")?.to_owned(),
        )
    };
    let ours = ticket(ALDER, &format!("{}1-{}-1", Key::prefix(), "0".repeat(32))).await?;
    let others = ticket(BIRCH, &format!("{}1-{}-1", Key::prefix(), "1".repeat(32))).await?;
    let by_hand = ticket(ALDER, "by hand").await?;
    let text = ask().await?;
    assert!(text.contains("1 open ticket will not be closed any more:") && text.contains(&ours), "{text}");
    assert!(!text.contains(&others) && !text.contains(&by_hand), "{text}");
    console.autotask.control().add_fault(Fault::new(Kind::Status, "*Tickets*").status(503).times(50));
    let text = ask().await?;
    assert!(text.contains("could not be read"), "{text}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v5_a_refused_edit_stays_staged_with_its_reason_until_it_is_undone() -> Result<()> {
    let console = Console::connected().await?;
    let edit = |account: i64, tenant: String| json!({"account": account, "tenant": tenant, "connection": connection()});
    let both = json!({"edits": [edit(ALDER, acronis::ALDER.to_string()), edit(IVY, acronis::IVY_MEDIA.to_string())]});
    console.post("/api/v1/mapping/staged", &both).await?.expect(200)?;
    console.map(json!([edit(BIRCH, acronis::ALDER.to_string())])).await?;

    let page = console.page("/mapping", 200).await?;
    assert_eq!(page.text("#apply-bar a")?, "2 changes are staged");
    let page = follow(&console, &page.form("apply")?.press(&console, "", "").await?).await?;
    assert!(mapping(&console, IVY).await?.is_some() && mapping(&console, ALDER).await?.is_none());
    let refusal = page.text("#staged li .notice")?;
    assert!(refusal.contains("“Alder & Sons” is mapped to “Birch Dental”"), "{refusal}");
    let page = follow(&console, &page.form(&format!("undo-{ALDER}"))?.press(&console, "", "").await?).await?;
    assert_eq!((page.texts("#staged").len(), staged(&console).await?), (0, 0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v3_a_tenant_that_seems_to_be_anothers_is_mapped_once_that_is_confirmed() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    console.acronis.change_tenant(acronis::IVY_MEDIA, |tenant| tenant.customer_id = Some(ALDER.to_string()))?;
    let edit = json!({"account": IVY, "tenant": acronis::IVY_MEDIA.to_string(), "connection": connection()});
    console.post("/api/v1/mapping/staged", &json!({"edits": [edit]})).await?.expect(200)?;
    let page = console.page("/mapping", 200).await?;
    let page = follow(&console, &page.form("apply")?.press(&console, "", "").await?).await?;
    assert!(page.text("#staged li .notice p")?.contains("of another account (“Alder & Sons”, 174)"));
    let page = follow(&console, &page.form(&format!("confirm-{IVY}"))?.press(&console, "", "").await?).await?;
    follow(&console, &page.form("apply")?.press(&console, "", "").await?).await?;
    assert!(mapping(&console, IVY).await?.is_some());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v1_a_tenant_for_a_company_that_is_no_customer_is_made_once_that_is_confirmed() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let place = json!({"connection": connection(), "parent": acronis::HARBOUR_PARTNER.to_string()});
    let edit = json!({"account": VENDOR, "new": true, "connection": place["connection"], "parent": place["parent"]});
    let staged = console.post("/api/v1/mapping/staged", &json!({"edits": [edit]})).await?.expect(200)?.json()?;
    let name = staged["edits"][0]["account_name"].as_str().context("a name")?.to_owned();
    let page = console.page("/mapping", 200).await?;
    let page = follow(&console, &page.form("apply")?.press(&console, "", "").await?).await?;
    assert!(page.texts("#staged li .notice p").iter().any(|text| text.contains("is no customer by its company type")));
    let page = follow(&console, &page.form(&format!("confirm-{VENDOR}"))?.press(&console, "", "").await?).await?;
    assert!(page.text("#staged li span")?.ends_with("although it is no customer by its company type"));
    let page = follow(&console, &page.form("apply")?.press(&console, "", "").await?).await?;
    assert_eq!(page.texts("#staged").len(), 0);
    console.work().await?;
    assert_eq!(console.acronis.tenant_named(&name).context("made")?.parent, acronis::HARBOUR_PARTNER);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v7_ticked_suggestions_are_staged_together_with_their_evidence_shown() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let page = console.page("/mapping/suggestions", 200).await?;
    let rows = page.texts("tbody tr");
    assert!(rows.iter().any(|row| row.contains("Ivy Media Ltd") && row.contains("name")), "{rows:?}");
    let nothing = page.form("stage")?.press(&console, "", "").await?.expect(422)?;
    assert_eq!(Page::of(&nothing).texts(".notice.bad li"), ["Tick the suggestions that are right first"]);
    let page =
        follow(&console, &page.form("stage")?.tick("Ivy Media is Ivy Media Ltd")?.press(&console, "", "").await?)
            .await?;
    assert_eq!(staged(&console).await?, 1);
    follow(&console, &page.form("apply")?.press(&console, "", "").await?).await?;
    assert!(mapping(&console, IVY).await?.is_some());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b4_a_file_is_imported_after_its_lines_and_problems_were_shown() -> Result<()> {
    let console = Console::connected().await?;
    let file = format!("account,tenant\n{ALDER},{}\n{BIRCH},nowhere\nsomebody,x\n", acronis::ALDER);
    let page = console.page("/mapping/import", 200).await?;
    let looked = page.form("look")?.fill("Its text", &file)?.press(&console, "", "").await?.expect(200)?;
    let looked = Page::of(&looked);
    let problems = looked.texts(".notice.warn li");
    assert!(problems[0].starts_with("Line 3:") && problems[1].starts_with("Line 4:"), "{problems:?}");
    assert_eq!(looked.texts("#line-2 th"), ["Alder & Sons 174"]);
    assert!(mapping(&console, ALDER).await?.is_none(), "nothing is applied before it is confirmed");
    let done = follow(&console, &looked.form("confirm")?.press(&console, "", "").await?).await?;
    assert_eq!(done.texts("#import .tile"), ["1 mapped", "0 refused", "0 left"]);
    assert!(mapping(&console, ALDER).await?.is_some());

    let odd = page.form("look")?.fill("Its text", "name\nAlder")?.press(&console, "", "").await?.expect(422)?;
    assert!(Page::of(&odd).wrong("Its text")?.contains("no heading “account”"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v7_an_import_that_was_left_is_found_again_and_goes_on() -> Result<()> {
    let console = Console::connected().await?;
    let line = ImportLine {
        line: 2,
        account: AccountId(ALDER),
        tenant: acronis::ALDER.to_string().into(),
        connection: connection(),
        is_confirmed: false,
    };
    let (id, by, at) = ("an-import".to_owned(), "ann".to_owned(), console.clock.now());
    let import = Import { id, by, at, lines: vec![line], tried: 0, refused: Vec::new() };
    console.systems.table.insert(import).await?;
    let list = console.page("/mapping/import", 200).await?;
    assert_eq!(list.texts("#imports .badge"), ["not finished"]);
    let page = console.page(&list.attribute("#imports a", "href").context("a link")?, 200).await?;
    assert_eq!(page.texts("#import .tile"), ["0 mapped", "0 refused", "1 left"]);
    assert_eq!(
        page.attribute("#import form [hx-post]", "hx-trigger").as_deref(),
        Some("load"),
        "scripts go on with it"
    );
    let page = follow(&console, &page.form("continue")?.press(&console, "", "").await?).await?;
    assert_eq!(page.texts("#import .tile"), ["1 mapped", "0 refused", "0 left"]);
    assert!(page.form("continue").is_err() && mapping(&console, ALDER).await?.is_some());
    assert_eq!(console.page("/mapping/import", 200).await?.texts("#imports .badge"), [""; 0]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v8_an_account_is_excluded_with_a_reason_and_included_again() -> Result<()> {
    let console = Console::billing().await?;
    console.run_accounts().await?;
    let page = console.page(&format!("/mapping?account={KALE}"), 200).await?;
    let exclude = page.form("exclude")?.fill("Reason", "they use their own tools")?;
    let page = follow(&console, &exclude.press(&console, "", "").await?).await?;
    follow(&console, &page.form("apply")?.press(&console, "", "").await?).await?;
    let page = console.page(&format!("/mapping?account={KALE}"), 200).await?;
    assert_eq!(page.text("#panel header .badge")?, "Excluded");
    assert!(page.form("map-new").is_err() && page.texts("#map-existing").is_empty());
    let page = press(&console, KALE, "include").await?;
    follow(&console, &page.form("apply")?.press(&console, "", "").await?).await?;
    let page = console.page(&format!("/mapping?account={KALE}"), 200).await?;
    assert_eq!(page.text("#panel header .badge")?, "Not mapped");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_a_list_that_cannot_be_read_or_filtered_yet_says_why_and_shows_the_rest() -> Result<()> {
    let console = Console::connected().await?;
    let page = console.page("/mapping?state=mapped", 200).await?;
    assert!(page.text(".notice.bad")?.contains("repeat this in a few minutes"));
    assert!(!page.texts("tbody tr").is_empty(), "they can be searched meanwhile");
    console.page("/mapping?state=mad", 422).await?;
    console.autotask.control().add_fault(Fault::new(Kind::Status, "*Companies").status(503).times(9));
    let page = console.page("/mapping", 200).await?;
    assert_eq!((page.texts(".notice.bad").len(), page.texts("tbody tr").len()), (1, 0));
    Ok(())
}
