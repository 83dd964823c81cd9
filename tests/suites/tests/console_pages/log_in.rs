//! *Log in*: the manual's procedure 3.2 and what stands around it.

use anyhow::Result;
use serde_json::{Value, json};
use simulators::acronis::seed as acronis;
use simulators::autotask::seed as autotask;
use simulators::control::{Fault, Kind};
use store::secrets::SecretName;
use suites::console::{Console, connection, connection_log_in};
use suites::page::Page;

const USER: &str = "User name";
const SECRET: &str = "Password (secret)";
const CODE: &str = "Integration code";

async fn log_in(console: &Console) -> Result<Page> {
    console.page("/log-in", 200).await
}

async fn settings(console: &Console) -> Result<Value> {
    console.get("/api/v1/settings").await?.expect(200)?.json()
}

#[tokio::test(start_paused = true)]
async fn l1_autotask_is_entered_and_kept_only_when_it_lets_us_in() -> Result<()> {
    let console = Console::fresh().await?;
    let user = autotask::API_USER;
    let form = log_in(&console).await?.form("autotask")?.fill(USER, user.user)?;
    let wrong = form.fill(SECRET, "wrong")?.fill(CODE, user.code)?.press(&console, "", "").await?.expect(422)?;
    assert!(!wrong.text.contains("\"wrong\"") && !wrong.text.contains(user.code), "what is secret does not come back");
    let refused = Page::of(&wrong);
    assert!(refused.text("[role=alert]")?.contains("Autotask refused the log-in"));
    assert!(console.systems.secrets.get(&SecretName::Autotask).await?.is_none());

    let form = refused.form("autotask")?;
    assert_eq!((form.value(USER)?, form.value(SECRET)?), (user.user, ""));
    let form = form.fill(SECRET, user.secret)?.fill(CODE, "")?;
    let refused = Page::of(&form.press(&console, "", "").await?.expect(422)?);
    assert_eq!(refused.wrong(CODE)?, "Enter a value");

    let form = refused.form("autotask")?.fill(SECRET, user.secret)?.fill(CODE, user.code)?;
    let saved = form.press(&console, "", "").await?;
    assert!(console.told(&saved).await?.starts_with("Autotask accepted the log-in of api@demo.example in the zone"));
    let page = log_in(&console).await?;
    assert_eq!(page.texts("section[aria-labelledby=autotask-heading] .badge"), ["connected"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn l1_a_connection_is_added_edited_without_its_secret_and_no_longer_used() -> Result<()> {
    let console = Console::fresh().await?;
    let known = connection_log_in();
    let text = |name: &str| known[name].as_str().unwrap_or_default();
    let new = console.page("/log-in/connections/new", 200).await?.form("connection")?;
    let new = new.fill("Name", "Demo partner")?.fill("Data-centre URL", text("base_url"))?;
    let wrong = new.fill("Client id", text("client_id"))?.fill("Client secret", "wrong")?;
    let wrong = wrong.press(&console, "", "").await?.expect(422)?;
    assert!(Page::of(&wrong).text("[role=alert]")?.contains("refused the log-in"));
    let again = Page::of(&wrong).form("connection")?;
    assert_eq!((again.value("Client id")?, again.value("Client secret")?), (text("client_id"), ""));
    let saved = again.fill("Client secret", text("client_secret"))?.press(&console, "", "").await?;
    assert!(console.told(&saved).await?.contains("The connection “Demo partner” is saved."));

    let path = format!("/log-in/connections/{}", connection());
    let edit = console.page(&path, 200).await?.form("connection")?;
    assert_eq!(edit.value("Client secret")?, "");
    edit.fill("Name", "Europe")?.press(&console, "", "").await?.location()?;
    let elsewhere =
        console.page(&path, 200).await?.form("connection")?.fill("Data-centre URL", "https://other.acronis.com")?;
    let refused = Page::of(&elsewhere.press(&console, "", "").await?.expect(422)?);
    assert!(refused.wrong("Client secret")?.contains("the data centre has changed"), "rule L2");

    console.page(&path, 200).await?.form("stop-connection")?.press(&console, "", "").await?.location()?;
    let page = log_in(&console).await?;
    assert_eq!(page.texts("section[aria-labelledby=acronis-heading] h3"), ["Europe"]);
    assert_eq!(page.texts("section[aria-labelledby=acronis-heading] .badge"), ["not in use"]);
    console.page("/log-in/connections/nobody", 404).await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_a_stale_connection_is_refused_and_both_versions_are_told() -> Result<()> {
    let console = Console::connected().await?;
    let path = format!("/log-in/connections/{}", connection());
    let form = console.page(&path, 200).await?.form("connection")?;
    let other = console.page(&path, 200).await?.form("connection")?.fill("Name", "Theirs")?;
    other.press(&console, "", "").await?.location()?;
    let refused = form.fill("Name", "Ours")?.press(&console, "", "").await?.expect(422)?;
    let page = Page::of(&refused);
    assert_eq!(page.texts("[role=alert] li"), ["Name: now “Theirs”, yours “Ours”"]);
    page.form("connection")?.press(&console, "", "").await?.location()?;
    let saved = console.get("/api/v1/connections").await?.json()?;
    assert_eq!(saved["items"][0]["name"], "Ours", "who has seen both may save his");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x7_a_paused_system_says_why_and_is_tested_or_resumed_from_the_page() -> Result<()> {
    let console = Console::connected().await?;
    console.autotask.change_secret(autotask::API_USER.user, "changed");
    console.get("/api/v1/pick-lists").await?.expect(422)?;
    let page = log_in(&console).await?;
    let card = "section[aria-labelledby=autotask-heading]";
    assert_eq!(page.texts(&format!("{card} .badge")), ["paused"]);
    let trouble = page.text(&format!("{card} .notice"))?;
    assert!(trouble.contains("Paused since 22 Nov 2026, 09:00") && trouble.contains("refused the log-in"), "{trouble}");
    assert!(trouble.contains("tried once more at 22 Nov 2026, 09:15"), "{trouble}");

    let tested = page.form("test-autotask")?.press(&console, "", "").await?;
    assert!(console.told(&tested).await?.contains("refused the log-in"));
    page.form("resume-autotask")?.press(&console, "", "").await?.location()?;
    assert_eq!(log_in(&console).await?.texts(&format!("{card} .badge")), ["connected"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn l1_a_log_in_that_could_not_be_tried_is_not_promised_to_be_tried_again() -> Result<()> {
    let console = Console::connected().await?;
    console.autotask.control().add_fault(Fault::new(Kind::Status, "*ThresholdInformation").status(503).times(99));
    let user = autotask::API_USER;
    let form = log_in(&console).await?.form("autotask")?.fill(USER, user.user)?;
    let form = form.fill(SECRET, user.secret)?.fill(CODE, user.code)?;
    let refused = Page::of(&form.press(&console, "", "").await?.expect(422)?);
    let told = refused.text("[role=alert]")?;
    assert!(told.contains("Nothing was saved: enter it again later"), "{told}");
    assert!(!told.contains("It will be tried again"), "{told}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t5_a_person_for_an_api_user_is_told_first_what_that_does() -> Result<()> {
    let console = Console::fresh().await?;
    let user = autotask::HUMAN_USER;
    let form = log_in(&console).await?.form("autotask")?.fill(USER, user.user)?;
    let form = form.fill(SECRET, user.secret)?.fill(CODE, user.code)?;
    let saved = form.press(&console, "", "").await?;
    let told = console.told(&saved).await?;
    assert!(told.starts_with("The API user cannot be told from others"), "{told}");
    assert!(told.contains("It is saved."), "{told}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_time_zone_is_typed_with_suggestions_and_a_wrong_one_is_refused_beside_it() -> Result<()> {
    let console = Console::connected().await?;
    let offered = console.get("/log-in/zones.json?search=new%20york").await?.expect(200)?.json()?;
    assert_eq!(offered, json!(["America/New_York"]));
    let form = log_in(&console).await?.form("save-zone")?.fill("Time zone", "Mars/Olympus")?;
    let refused = Page::of(&form.press(&console, "", "").await?.expect(422)?);
    assert!(refused.wrong("Time zone")?.contains("is not an IANA time zone"));
    refused.form("save-zone")?.fill("Time zone", "Europe/Berlin")?.press(&console, "", "").await?.location()?;
    assert_eq!(settings(&console).await?["settings"]["time_zone"], "Europe/Berlin");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x8_the_daily_ticket_goes_where_the_page_says() -> Result<()> {
    let console = Console::mapped().await?;
    console.work().await?;
    let page = console.page("/log-in/notice", 200).await?;
    let refused = page.form("notice-form")?.fill("Account", "0")?.press(&console, "", "").await?.expect(422)?;
    let page = Page::of(&refused);
    assert!(page.wrong("Status")?.contains("Choose a value") && page.wrong("Priority")?.contains("Choose a value"));
    let form = page.form("notice-form")?.fill("Status", "New")?.fill("Priority", "Medium")?;
    form.fill("Queue", "Monitoring Alert")?.press(&console, "", "").await?.location()?;
    let notice = &settings(&console).await?["settings"]["notice"];
    assert_eq!((&notice["account"], &notice["status"], &notice["queue"]), (&json!(0), &json!(1), &json!(8)));
    let page = log_in(&console).await?;
    assert!(page.text("section[aria-labelledby=notice-heading] p")?.contains("Your own company (0)"));
    let form = console.page("/log-in/notice", 200).await?.form("notice-form")?.fill("Account", "nobody like this")?;
    let refused = Page::of(&form.press(&console, "", "").await?.expect(422)?);
    assert_eq!(refused.wrong("Account")?, "No account is called “nobody like this”");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn l3_the_rights_are_listed_tested_and_shown_by_a_ticket() -> Result<()> {
    let console = Console::connected().await?;
    let path = "/log-in/systems/autotask/rights";
    let page = console.page(path, 200).await?;
    assert!(page.texts("td .badge").iter().all(|badge| badge == "not tested"));
    page.form("look")?.press(&console, "", "").await?.location()?;
    let page = console.page(path, 200).await?;
    assert!(page.text("#right-tickets")?.contains("passed"));
    assert!(page.text("#right-create_tickets")?.ends_with("not tested"));
    page.form("test-ticket")?.press(&console, "", "").await?.location()?;
    let page = console.page(path, 200).await?;
    assert!(page.text("#right-create_tickets")?.contains("passed by ticket"));
    assert_eq!(console.autotask.tickets().len(), 1);

    let path = format!("/log-in/systems/{}/rights", connection());
    console.page(&path, 200).await?.form("look")?.press(&console, "", "").await?.location()?;
    let page = console.page(&path, 200).await?;
    assert!(page.text("#right-alerts")?.ends_with("passed") && page.texts("#test-ticket").is_empty());
    assert!(page.text("#right-change_quotas")?.ends_with("not tested"));
    let page = log_in(&console).await?;
    assert!(
        page.texts(".small").iter().any(|text| text.ends_with("0 refused, 6 not tested")),
        "{:?}",
        page.texts(".small")
    );
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn l2_webhooks_are_told_with_their_addresses_and_no_secret() -> Result<()> {
    let console = Console::connected().await?;
    let page = log_in(&console).await?;
    let addresses = page.texts("section[aria-labelledby=webhooks-heading] dd");
    let expected = ["acronis", "autotask"].map(|system| format!("https://bridge.msp.example/webhooks/{system}"));
    assert_eq!(addresses, expected);
    let shown = console.get("/log-in").await?.text;
    for secret in [autotask::API_USER.secret, autotask::API_USER.code, acronis::CLIENT_SECRET] {
        assert!(!shown.contains(secret));
    }
    Ok(())
}
