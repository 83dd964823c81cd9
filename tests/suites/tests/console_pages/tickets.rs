//! *Ticket synchronization*: the manual's procedure 5.5.

use anyhow::Result;
use bridge_core::settings::{Row, Settings, Tickets};
use serde_json::json;
use simulators::acronis::{Raise, seed};
use simulators::control::{Fault, Kind};
use suites::console::Console;
use suites::page::{Form, Page};
use suites::world::verbs_people::failed_backup;
use suites::world::{self, World};

const PATH: &str = "/tickets";
const FAILED: &str = "Backup failed";
const MISSING: &str = "Backup is missing";
const NEW_TICKET: &str =
    "Create new ticket for an alert if the initial ticket is closed for the following number of days";
const CLOSING: &str = "Status of a closed ticket";

async fn page(console: &Console) -> Result<Page> {
    console.page(PATH, 200).await
}

async fn form(console: &Console) -> Result<Form> {
    page(console).await?.form("tickets")
}

async fn tickets(console: &Console) -> Result<Tickets> {
    Ok(console.record::<Settings>(&()).await?.unwrap_or_default().tickets)
}

/// What the manual has filled in, but for its types.
fn general(form: Form) -> Result<Form> {
    form.tick("Enable")?.fill("Source", "Monitoring Alert")?.fill("Note Type", "Task Notes")
}

fn bulk(form: Form) -> Result<Form> {
    let form = form.fill("Ticket", "create tickets")?.fill("Status of a new ticket", "New")?;
    let form = form.fill("Status of a reopened ticket", "In Progress")?.fill("Priority", "High")?;
    form.fill("Queue", "Monitoring Alert")
}

/// Chooses a closing status that is not closed for everybody, and confirms it.
async fn close_with(console: &Console, status: &str) -> Result<()> {
    let asked = form(console).await?.fill(CLOSING, status)?.press(console, "do", "apply").await?.expect(200)?;
    Page::of(&asked).form("confirm")?.press(console, "do", "apply").await?.location().map(drop)
}

#[tokio::test(start_paused = true)]
async fn b3_a_value_beside_a_box_that_is_not_ticked_is_refused_and_not_dropped() -> Result<()> {
    let console = Console::enabled().await?;
    let form = form(&console).await?.fill("Number of days", "7")?;
    let refused = Page::of(&form.press(&console, "do", "apply").await?.expect(422)?);
    assert!(refused.wrong("Number of days")?.starts_with("This counts only with the box above it"));
    assert_eq!(refused.form("tickets")?.value("Number of days")?, "7", "it stays as it was typed");
    assert_eq!(tickets(&console).await?.new_ticket_after_days, None);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t7_a_closing_status_that_would_stay_one_for_good_is_asked_about_and_listed() -> Result<()> {
    let world = World::new().await?;
    let console = Console::of(&world);
    let asked = form(&console).await?.fill(CLOSING, "Waiting Customer")?.press(&console, "do", "apply").await?;
    let asked = Page::of(&asked.expect(200)?);
    assert_eq!(asked.text("h1")?, "Tickets in “Waiting Customer” would count as closed from now on");
    assert!(asked.text("#closes")?.contains("This cannot be taken back"));
    assert_eq!(tickets(&console).await?.auto_close_status, Some(5), "nothing is saved before it is confirmed");

    asked.form("confirm")?.press(&console, "do", "apply").await?.location()?;
    assert_eq!(tickets(&console).await?.auto_close_status, Some(7));
    assert_eq!(page(&console).await?.texts("#formerly-closing").len(), 0, "it is the chosen one");
    form(&console).await?.fill(CLOSING, "Complete")?.press(&console, "do", "apply").await?.location()?;
    let listed = page(&console).await?.text("#formerly-closing")?;
    assert!(listed.contains("count as closed too") && listed.contains("Waiting Customer"), "{listed}");
    let again = form(&console).await?.fill(CLOSING, "Waiting Customer")?.press(&console, "do", "apply").await?;
    assert_eq!(again.location()?, PATH, "it counts as closed already");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t1_the_manuals_procedure_is_carried_out_with_one_apply() -> Result<()> {
    let console = Console::connected().await?;
    let page = page(&console).await?;
    assert!(page.text("#proposal")?.contains("backup, recovery and quotas are ticked"));
    let form = bulk(general(page.form("tickets")?)?)?;
    assert_eq!(form.value("Note Publish")?, "2", "notes begin as internal");
    let form = form
        .tick(NEW_TICKET)?
        .fill("Number of days", "7")?
        .tick("Enable auto-closing of tickets with status")?
        .fill(CLOSING, "Complete")?;
    assert_eq!(form.press(&console, "do", "apply").await?.location()?, PATH);

    let saved = tickets(&console).await?;
    assert_eq!((saved.enabled, saved.source, saved.note_type, saved.note_publish), (true, Some(8), Some(3), Some(2)));
    assert_eq!((saved.new_ticket_after_days, saved.auto_close_status), (Some(7), Some(5)));
    let row = &saved.types["BackupFailed"];
    assert_eq!((row.create, row.status, row.reopened_status), (true, Some(1), Some(8)));
    assert_eq!((row.priority, row.queue, row.due_in_hours), (Some(1), Some(8), Some(24)));
    assert!(saved.types.contains_key("DrStorageHardQuotaExceeds"), "recovery and quotas");
    assert!(!saved.types.contains_key("EDRIncidentDetected") && !saved.default_row.create);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t1_ticked_types_are_set_together_and_others_stay() -> Result<()> {
    let console = Console::enabled().await?;
    let form = form(&console).await?.tick(FAILED)?.tick(MISSING)?.fill("Priority", "Critical")?;
    form.press(&console, "do", "apply").await?.location()?;
    let saved = tickets(&console).await?;
    let priorities: Vec<_> = saved.types.iter().map(|(kind, row)| (kind.as_str(), row.priority)).collect();
    assert_eq!(priorities, [("BackupFailed", Some(4)), ("NoBackupForXDays", Some(4))]);
    assert_eq!(saved.types["BackupFailed"].queue, saved.default_row.queue, "the rest is as it was followed so far");

    let form = self::form(&console).await?.tick(FAILED)?.fill("Ticket", "as all other types")?;
    form.press(&console, "do", "apply").await?.location()?;
    assert_eq!(tickets(&console).await?.types.len(), 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_wrong_values_are_named_with_their_type_and_everything_stays_as_it_was_entered() -> Result<()> {
    let console = Console::connected().await?;
    let form = form(&console).await?.tick("Enable")?.fill("Ticket", "create tickets")?.fill("Due in hours", "soon")?;
    let refused = Page::of(&form.press(&console, "do", "apply").await?.expect(422)?);
    assert!(refused.text("[role=alert]")?.contains("“soon” is not a number"));
    let form = refused.form("tickets")?;
    assert_eq!(form.value("Due in hours")?, "soon");
    let form = form.fill("Due in hours", "24")?.tick(FAILED)?;
    let refused = Page::of(&form.press(&console, "do", "apply").await?.expect(422)?);
    assert_eq!(refused.wrong("Note Type")?, "Choose a value: every note needs it");
    let told = refused.texts("[role=alert] li");
    assert!(told.iter().any(|line| line.starts_with("Backup failed, priority: choose a value")), "{told:#?}");
    assert_eq!(tickets(&console).await?, Tickets::default());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_values_for_no_type_are_refused_and_a_search_loses_nothing() -> Result<()> {
    let console = Console::enabled().await?;
    let form = form(&console).await?.fill("Priority", "Low")?;
    let refused = form.press(&console, "do", "apply").await?.expect(422)?;
    let page = Page::of(&refused);
    assert_eq!(page.text("#type-wrong")?, "Tick the alert types for which this is to be set");

    let form = page.form("tickets")?.tick(FAILED)?.tick(NEW_TICKET)?.fill("Number of days", "9")?;
    let form = form.fill("Search", "corrupted")?;
    let found = Page::of(&form.press(&console, "do", "show").await?.expect(200)?);
    assert_eq!(found.texts("tbody th a"), ["All other types", "Backup is corrupted"]);
    assert!(found.text("[aria-labelledby=types] header [role=status]")?.ends_with("1 ticked that are not shown"));
    let form = found.form("tickets")?;
    assert_eq!((form.value("Number of days")?, form.value("Priority")?), ("9", "3"));
    form.press(&console, "do", "apply").await?.location()?;
    assert_eq!(tickets(&console).await?.types["BackupFailed"].priority, Some(3));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_a_stale_apply_is_refused_and_takes_over_what_it_did_not_touch() -> Result<()> {
    let console = Console::enabled().await?;
    let stale = form(&console).await?.tick("Write a note when the last alert clears")?;
    let mut theirs = world::settings();
    theirs.tickets.technician_safe = true;
    theirs.time_zone = "Europe/Berlin".to_owned();
    console.save(&theirs).await?.expect(200)?;
    let refused = Page::of(&stale.press(&console, "do", "apply").await?.expect(422)?);
    assert!(
        refused.text("[role=alert]")?.starts_with("Somebody else has saved in the meantime: what you changed is still")
    );
    assert_eq!(refused.texts("[role=alert] li"), [""; 0], "nobody else touched what was entered");
    assert_eq!(refused.texts("#technician_safe[checked], #note_when_cleared[checked]").len(), 2);
    assert!(!tickets(&console).await?.note_when_cleared, "nothing is saved before it is applied again");
    Ok(())
}

/// Tickets are off, and this many alerts are open.
async fn with_alerts(count: usize) -> Result<(World, Console)> {
    let world = World::new().await?;
    world.settings(|tickets| tickets.enabled = false).await?;
    for n in 0..count {
        world.acronis.raise(Raise::new("BackupFailed").at(seed::ALDER).on(&format!("PC-{n}")).plan("Daily"))?;
    }
    let console = Console::of(&world);
    Ok((world, console))
}

#[tokio::test(start_paused = true)]
async fn t15_enabling_shows_how_many_tickets_it_opens_and_asks() -> Result<()> {
    let (_world, console) = with_alerts(3).await?;
    let asked = form(&console).await?.tick("Enable")?.press(&console, "do", "apply").await?.expect(200)?;
    let page = Page::of(&asked);
    assert_eq!(page.text("h1")?, "This opens 3 tickets for alerts from before");
    assert_eq!(
        (page.texts("tbody th"), page.texts("tbody td")),
        (vec!["Backup failed".to_owned()], vec!["3".to_owned()])
    );
    assert!(!tickets(&console).await?.enabled, "nothing is saved before the answer");

    let back = Page::of(&page.form("confirm")?.press(&console, "do", "show").await?.expect(200)?);
    assert!(!tickets(&console).await?.enabled);
    let form = back.form("tickets")?;
    let asked = form.press(&console, "do", "apply").await?.expect(200)?;
    let confirmed = Page::of(&asked).form("confirm")?.press(&console, "do", "apply").await?;
    assert_eq!(confirmed.location()?, PATH);
    assert!(tickets(&console).await?.enabled);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_more_tickets_than_were_shown_are_asked_about_again() -> Result<()> {
    let (world, console) = with_alerts(1).await?;
    let asked = form(&console).await?.tick("Enable")?.press(&console, "do", "apply").await?.expect(200)?;
    for n in 0..22 {
        world.acronis.raise(Raise::new("BackupFailed").at(seed::ALDER).on(&format!("NB-{n}")).plan("Daily"))?;
    }
    let asked = Page::of(&asked).form("confirm")?.press(&console, "do", "apply").await?.expect(200)?;
    let page = Page::of(&asked);
    assert_eq!(page.text("h1")?, "This opens 23 tickets for alerts from before");
    assert!(page.texts("p").iter().any(|text| text.contains("23 tickets wait on Review")), "{:?}", page.texts("p"));
    assert!(!tickets(&console).await?.enabled);
    page.form("confirm")?.press(&console, "do", "apply").await?.location()?;
    assert!(tickets(&console).await?.enabled);
    Ok(())
}

/// Auto-closing is off, and a ticket is open whose alert has cleared.
async fn with_one_left_open() -> Result<(World, Console)> {
    let mut world = World::new().await?;
    world.settings(|tickets| tickets.auto_close_status = None).await?;
    let (alert, _) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.acronis.clear(alert)?;
    world.hint(&[alert]).await?;
    world.work().await?;
    let console = Console::of(&world);
    Ok((world, console))
}

fn closing(form: Form) -> Result<Form> {
    form.tick("Enable auto-closing of tickets with status")?.fill(CLOSING, "Complete")
}

#[tokio::test(start_paused = true)]
async fn t5_switching_auto_closing_on_shows_how_many_tickets_it_closes_and_asks() -> Result<()> {
    let (_world, console) = with_one_left_open().await?;
    let asked = closing(form(&console).await?)?.press(&console, "do", "apply").await?.expect(200)?;
    let page = Page::of(&asked);
    assert_eq!(page.text("h1")?, "This closes 1 open ticket whose alerts have cleared");
    let told = "1 open ticket whose alerts have cleared will be closed, within a day";
    assert!(page.text("#closing")?.contains(told), "{}", page.text("#closing")?);
    assert_eq!(tickets(&console).await?.auto_close_status, None, "nothing is saved before the answer");

    let confirmed = page.form("confirm")?.press(&console, "do", "apply").await?;
    assert!(console.told(&confirmed).await?.contains("1 open ticket whose alerts have cleared will be closed"));
    assert_eq!(tickets(&console).await?.auto_close_status, Some(5));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t5_more_tickets_to_close_than_were_shown_are_asked_about_again() -> Result<()> {
    let (mut world, console) = with_one_left_open().await?;
    let asked = closing(form(&console).await?)?.press(&console, "do", "apply").await?.expect(200)?;
    let (alert, _) = world.ticket_for(failed_backup("SRV-2")).await?;
    world.acronis.clear(alert)?;
    world.hint(&[alert]).await?;
    world.work().await?;
    let asked = Page::of(&asked).form("confirm")?.press(&console, "do", "apply").await?.expect(200)?;
    assert_eq!(Page::of(&asked).text("h1")?, "This closes 2 open tickets whose alerts have cleared");
    assert_eq!(tickets(&console).await?.auto_close_status, None);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x3_where_the_tickets_to_close_cannot_be_counted_that_is_said_and_asked() -> Result<()> {
    let (_world, console) = with_one_left_open().await?;
    let filled_in = closing(form(&console).await?)?;
    let query = Fault::new(Kind::Status, "/atservicesrest/v1.0/Tickets/query").status(503).times(99);
    console.autotask.control().add_fault(query);
    let page = Page::of(&filled_in.press(&console, "do", "apply").await?.expect(200)?);
    assert_eq!(page.text("h1")?, "This may close tickets whose alerts have cleared");
    assert!(page.text(".notice.warn")?.contains("were not counted"), "{}", page.text(".notice.warn")?);
    page.form("confirm")?.press(&console, "do", "apply").await?.location()?;
    assert_eq!(tickets(&console).await?.auto_close_status, Some(5));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t1_a_type_has_a_page_for_all_its_values_and_can_follow_the_others_again() -> Result<()> {
    let console = Console::enabled().await?;
    let path = "/tickets/types/BackupFailed";
    let page = console.page(path, 200).await?;
    assert!(page.texts(".notice").iter().any(|text| text.contains("follows all other types")));
    let form = page.form("row")?.fill("Issue type", "Backup")?.fill("Sub-issue type", "Computer: Hardware Failure")?;
    let refused = Page::of(&form.press(&console, "do", "apply").await?.expect(422)?);
    assert!(refused.wrong("Sub-issue type")?.contains("does not belong to the chosen issue type"));
    let form = refused.form("row")?.fill("Sub-issue type", "Backup: Backup Failed")?;
    let form = form.fill("Wait before the ticket, in seconds", "90")?.fill("Remind after days", "3")?;
    let form = form.tick("Completing the ticket dismisses its alerts in Acronis")?;
    assert_eq!(form.press(&console, "do", "apply").await?.location()?, path);
    let row = tickets(&console).await?.types["BackupFailed"].clone();
    assert_eq!((row.issue_type, row.sub_issue_type, row.settle_s), (Some(11), Some(111), 90));
    assert_eq!((row.remind_after_days, row.two_way, row.priority), (Some(3), true, Some(2)));

    console.page(path, 200).await?.form("remove")?.press(&console, "", "").await?.location()?;
    assert_eq!(tickets(&console).await?.types.len(), 0);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t14_security_types_are_never_offered_to_be_dismissed() -> Result<()> {
    let console = Console::enabled().await?;
    let page = console.page("/tickets/types/EDRIncidentDetected", 200).await?;
    assert!(page.texts("#two_way").is_empty());
    let page = console.page("/tickets/other-types", 200).await?;
    assert_eq!(page.texts("label[for=two_way]").len(), 1);
    let form = page.form("row")?.fill("Priority", "Low")?;
    form.press(&console, "do", "apply").await?.location()?;
    assert_eq!(tickets(&console).await?.default_row.priority, Some(3));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t1_what_autotask_or_acronis_has_no_more_is_flagged_and_kept() -> Result<()> {
    let console = Console::connected().await?;
    let mut settings = world::settings();
    let gone = Row { priority: Some(77), ..settings.tickets.default_row.clone() };
    settings.tickets.enabled = false;
    settings.tickets.types.insert("VanishedType".to_owned(), Row { create: false, ..gone.clone() });
    settings.tickets.source = Some(77);
    settings.tickets.enabled = false;
    console.save(&settings).await?.expect(200)?;
    let page = page(&console).await?;
    assert!(page.text("[id='type-VanishedType']")?.contains("no longer in Acronis"));
    assert!(page.wrong("Source")?.contains("no source 77"));
    assert_eq!(page.form("tickets")?.value("Source")?, "77", "it is not dropped");
    let row = console.page("/tickets/types/VanishedType", 200).await?;
    assert!(row.wrong("Priority")?.contains("no priority 77"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_a_system_that_cannot_be_read_leaves_the_rest_of_the_page() -> Result<()> {
    let console = Console::enabled().await?;
    console.acronis.control().add_fault(Fault::new(Kind::Status, "/api/alert_manager/v1/types").status(503).times(9));
    console.autotask.control().add_fault(Fault::new(Kind::Status, "*entityInformation").status(503).times(9));
    let page = page(&console).await?;
    let warnings = page.texts(".notice.warn");
    assert!(warnings.iter().any(|text| text.starts_with("Autotask's lists cannot be shown now")), "{warnings:?}");
    assert!(warnings.iter().any(|text| text.starts_with("Some alert types cannot be shown now")), "{warnings:?}");
    assert_eq!(page.form("tickets")?.value("Source")?, "8", "what is chosen stays chosen");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t2_the_account_for_partners_alerts_is_typed_by_name_or_id() -> Result<()> {
    let console = Console::mapped().await?;
    console.save(&world::settings()).await?.expect(200)?;
    let offered = console.get("/tickets/accounts.json?search=alder").await?.expect(200)?.json()?;
    assert!(offered[0].as_str().is_some_and(|text| text.starts_with("Alder & Sons (")), "{offered}");
    let label = "Account for alerts of partners";
    let form = form(&console).await?.fill(label, "Alder & Sons")?;
    form.press(&console, "do", "apply").await?.location()?;
    let chosen = tickets(&console).await?.partner_alerts_account;
    assert_eq!(json!(chosen), json!(simulators::autotask::seed::FIRST_CUSTOMER.0));
    assert_eq!(self::form(&console).await?.value(label)?, offered[0].as_str().unwrap_or_default());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_applying_again_after_somebody_else_saved_puts_nothing_of_his_back() -> Result<()> {
    let world = World::new().await?;
    let console = Console::of(&world);
    let closing = CLOSING;
    let note = "Write a note when the last alert clears";
    let mine = form(&console).await?;
    close_with(&console, "Waiting Customer").await?;

    // Looking at other types does not make the form fresh.
    let looked = mine.tick(note)?.press(&console, "do", "show").await?.expect(200)?;
    let refused = Page::of(&Page::of(&looked).form("tickets")?.press(&console, "do", "apply").await?.expect(422)?);
    assert!(refused.text("[role=alert]")?.contains("everything else is as it is saved now"));
    let again = refused.form("tickets")?;
    assert_eq!(again.value(closing)?, "7");
    again.press(&console, "do", "apply").await?.location()?;
    let saved = tickets(&console).await?;
    assert_eq!((saved.auto_close_status, saved.note_when_cleared), (Some(7), true));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_what_two_have_changed_is_asked_about_in_the_words_of_the_page() -> Result<()> {
    let world = World::new().await?;
    let console = Console::of(&world);
    let closing = CLOSING;
    let mine = form(&console).await?.fill(closing, "In Progress")?;
    close_with(&console, "Waiting Customer").await?;
    let refused = Page::of(&mine.press(&console, "do", "apply").await?.expect(422)?);
    assert_eq!(
        refused.wrong(closing)?,
        "Status of a closed ticket: saved now is “Waiting Customer”, yours is “In Progress”"
    );
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_a_row_that_somebody_else_saved_meanwhile_keeps_what_this_form_did_not_touch() -> Result<()> {
    let world = World::new().await?;
    let console = Console::of(&world);
    let path = "/tickets/types/BackupFailed";
    let form = async || console.page(path, 200).await?.form("row");
    let mine = form().await?.fill("Remind after days", "3")?;
    form().await?.fill("Priority", "Low")?.press(&console, "do", "apply").await?.location()?;
    let refused = Page::of(&mine.press(&console, "do", "apply").await?.expect(422)?);
    refused.form("row")?.press(&console, "do", "apply").await?.location()?;
    let saved = tickets(&console).await?.row("BackupFailed").clone();
    let low = Page::of(&console.get(path).await?.expect(200)?).form("row")?.value("Priority")?.to_owned();
    assert_eq!((saved.remind_after_days, saved.priority.map(|value| value.to_string())), (Some(3), Some(low)));
    Ok(())
}
