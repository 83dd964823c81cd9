//! Rules T7, T9, T11 and T20: what people read.

use bridge_core::id::TicketId;
use bridge_core::ticket::{About, Because, Facts, Follows, description, note_text, note_title, title};

use crate::problem::Problem;

const CONSOLE: &str = "https://eu8-cloud.acronis.com";

#[test]
fn t7_t9_the_new_ticket_names_the_old_one_and_says_why() {
    let mut problem = Problem::with_ticket();
    let facts = Facts { customer: "Harbour Bakery", alerts: &[], console_url: CONSOLE };
    let reasons = [
        Because::ClosedLongAgo,
        Because::TicketGone,
        Because::ReopeningRefused,
        Because::ClosedByRule,
        Because::OtherAccount,
    ];
    let mut texts: Vec<String> = reasons
        .into_iter()
        .map(|because| {
            problem.entry.follows =
                Some(Follows { id: TicketId(7001), number: Some("T20260101.0042".to_owned()), because });
            description(&problem.entry, &facts).lines().next().unwrap().to_owned()
        })
        .collect();
    assert!(texts.iter().all(|text| text.contains("T20260101.0042")), "{texts:#?}");
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), 5, "each reason has words of its own");
}

#[test]
fn t11_title_and_description_name_type_workload_customer_and_console() {
    let problem = Problem::with_ticket();
    let alerts: Vec<_> = problem.alerts.values().cloned().collect();
    let facts = Facts { customer: "Harbour Bakery", alerts: &alerts, console_url: CONSOLE };
    assert_eq!(title(&problem.entry, &facts), "Backup failed on SRV-1");
    let text = description(&problem.entry, &facts);
    for part in ["Harbour Bakery", "SRV-1", "warning", "2026-03-02 08:00", CONSOLE] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

#[test]
fn t11_a_hostile_alert_stays_within_the_lengths_and_on_its_lines() {
    let mut problem = Problem::with_ticket();
    problem.change(|alert| {
        let details = &mut alert.details;
        details.resource_name = Some(format!("SRV\nCustomer: forged {}", "😀".repeat(20_000)));
        details.plan_name = details.resource_name.clone();
        details.error_texts = vec!["x".repeat(100_000); 50];
    });
    let alerts: Vec<_> = problem.alerts.values().cloned().collect();
    let facts = Facts { customer: "Harbour Bakery", alerts: &alerts, console_url: CONSOLE };
    assert!(title(&problem.entry, &facts).encode_utf16().count() <= 255);
    let text = description(&problem.entry, &facts);
    assert!(text.encode_utf16().count() <= 8_000);
    assert_eq!(text.lines().filter(|line| line.starts_with("Customer:")).count(), 1);
    assert!(note_text(About::Changed, &problem.entry, &facts).encode_utf16().count() <= 32_000);
}

#[test]
fn t20_a_notes_title_carries_its_number_and_is_short() {
    for about in [About::Changed, About::Reopened, About::Reminder, About::Cleared, About::Flapping] {
        assert_ne!(note_title(about, 1), note_title(about, 11));
        assert!(note_title(about, 11).contains("11"));
        assert!(note_title(about, u32::MAX).chars().count() <= 250);
    }
}
