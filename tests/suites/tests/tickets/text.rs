//! Rules T11, T20: what people read, and what a hostile alert can do to it.

use anyhow::Result;
use serde_json::json;
use simulators::acronis::{Raise, seed};
use suites::world::World;
use suites::world::verbs_people::failed_backup;

#[tokio::test(start_paused = true)]
async fn t11_title_and_description_say_everything_that_is_known() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    assert_eq!(ticket.title, "Backup failed on SRV-1 (Daily)");
    let text = world.field(&ticket, "description");
    let expected = format!(
        "Customer: Alder & Sons\nAlert: Backup failed\nWorkload: SRV-1\nPlan: Daily\nSeverity: critical\n\
         Raised: 2026-11-22 09:00 UTC\nError: The backup could not be completed.\nCaused by: The storage did not answer.\n\
         Error code: 1060\nReason: LocationUnavailable\nBackup sources type: machines\n\
         Finish time: 2026-11-22 09:00 UTC\nStart time: 2026-11-22 08:55 UTC\n\
         Knowledge base: https://kb.acronis.com (search for BackupFailed+0x01350016)\n\
         Acronis console: https://eu2-cloud.acronis.test\nAlert id: {alert}\nReference: {}\n",
        ticket.reference
    );
    assert_eq!(text, expected);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t11_an_alert_without_details_still_makes_a_readable_ticket() -> Result<()> {
    let mut world = World::new().await?;
    let raise = Raise::new("NoBackupForXDays").at(seed::ALDER).details(json!(null));
    let (_, ticket) = world.ticket_for(raise).await?;
    assert_eq!(ticket.title, "Backup is missing");
    assert!(world.field(&ticket, "description").starts_with("Customer: Alder & Sons\nAlert: Backup is missing\n"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t11_a_hostile_text_stays_text_on_its_line_and_within_the_lengths() -> Result<()> {
    let mut world = World::new().await?;
    let hostile = "SRV\r\nSeverity: ok\u{202e}\u{0}<script>alert(1)</script>'; DROP TABLE tickets;--";
    let error =
        json!({ "code": 1, "text": "💥".repeat(20_000), "suberror": { "code": 2, "text": "end of the chain" } });
    let raise = failed_backup(hostile).plan(&"P".repeat(5_000)).detail("error", error);
    let (_, ticket) = world.ticket_for(raise).await?;
    assert!(
        ticket.title.starts_with("Backup failed on SRV  Severity: ok<script>alert(1)</script>"),
        "{}",
        ticket.title
    );
    assert!(ticket.title.encode_utf16().count() <= 255);
    let text = world.field(&ticket, "description");
    assert!(text.encode_utf16().count() <= 8_000);
    assert_eq!(text.lines().filter(|line| line.starts_with("Severity:")).collect::<Vec<_>>(), ["Severity: critical"]);
    assert!(text.contains("end of the chain"), "one huge value does not push out the others");
    assert!(!text.contains(['\u{0}', '\u{202e}']));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t11_a_link_that_is_no_web_address_is_not_offered_as_one() -> Result<()> {
    let mut world = World::new().await?;
    let raise = failed_backup("SRV-1").detail("redirectLink", json!("javascript:alert(1)"));
    let (_, ticket) = world.ticket_for(raise).await?;
    assert!(!world.field(&ticket, "description").contains("javascript:"), "{}", world.field(&ticket, "description"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t3_the_external_id_is_the_key_and_the_episode_within_fifty_characters() -> Result<()> {
    let mut world = World::new().await?;
    let (_, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    let external_id = world.field(&ticket, "externalID");
    assert_eq!(external_id, format!("{}-1", ticket.reference.key));
    assert!(external_id.len() <= 50);
    Ok(())
}
