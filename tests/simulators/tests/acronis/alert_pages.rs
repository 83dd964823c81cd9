//! Order and pages of alerts.

use serde_json::{Value, json};
use simulators::acronis::{Raise, seed};

use crate::client::{ALERTS, Session};

async fn burst(count: usize) -> Session {
    let session = Session::demo().await;
    for number in 0..count {
        session.world.raise(Raise::new(&format!("T{number:03}")).at(seed::ALDER)).unwrap();
        // Some share their time, so that the order needs more than it.
        if number % 3 == 0 {
            session.wait(1);
        }
    }
    session
}

async fn follow(session: &Session, first: &str, direction: &str) -> (Vec<Value>, usize) {
    let (mut collected, mut pages) = (Vec::new(), 0);
    let mut path = first.to_owned();
    loop {
        let page = session.get(&path).await.expect(200);
        collected.push(page.each("type"));
        pages += 1;
        match page.json()["paging"]["cursors"][direction].as_str() {
            Some(cursor) => path = format!("{ALERTS}?limit=10&{direction}={cursor}"),
            None => break,
        }
    }
    if direction == "before" {
        collected.reverse();
    }
    (collected.concat(), pages)
}

#[tokio::test]
async fn every_order_pages_through_all_alerts_once() {
    let session = burst(95).await;
    for order in ["created_at", "asc(updated_at)", "desc(updated_at)", "desc(type)", "severity", "desc(deleted_at)"] {
        let whole = session.types(&format!("limit=1000&order={order}")).await;
        let (collected, pages) = follow(&session, &format!("{ALERTS}?limit=10&order={order}"), "after").await;
        assert_eq!(collected, whole, "{order}");
        assert_eq!((whole.len(), pages), (95, 10), "{order}");
    }
}

#[tokio::test]
async fn before_leads_back_to_the_first_page() {
    let session = burst(25).await;
    let whole = session.types("order=type").await;
    let second =
        session.get(&format!("{ALERTS}?limit=10&order=type")).await.json()["paging"]["cursors"]["after"].clone();
    let third = session.get(&format!("{ALERTS}?limit=10&after={}", second.as_str().unwrap())).await.json();
    let third = format!("{ALERTS}?limit=10&after={}", third["paging"]["cursors"]["after"].as_str().unwrap());
    let (collected, pages) = follow(&session, &third, "before").await;
    assert_eq!((collected, pages), (whole, 3));
}

#[tokio::test]
async fn a_single_page_has_no_cursors() {
    let session = burst(3).await;
    let page = session.get(&format!("{ALERTS}?limit=10")).await.json();
    assert_eq!(page["paging"], json!({ "cursors": {} }));
}

#[tokio::test]
async fn the_cursor_keeps_the_filters_of_the_first_request() {
    let session = burst(25).await;
    session.raise("BackupFailed");
    let first = format!("{ALERTS}?limit=10&category=&order=desc(type)");
    let (collected, _) = follow(&session, &first, "after").await;
    assert_eq!(collected.len(), 25);
    assert_eq!(collected.first(), Some(&json!("T024")));
}

#[tokio::test]
async fn a_page_is_not_disturbed_by_alerts_that_vanish_between_pages() {
    let session = burst(25).await;
    let page = session.get(&format!("{ALERTS}?limit=10&order=type")).await;
    let first = session.world.alerts().iter().find(|alert| alert.alert_type == "T000").unwrap().id;
    session.world.remove(first).unwrap();
    let after = page.json()["paging"]["cursors"]["after"].as_str().unwrap().to_owned();
    assert_eq!(session.types(&format!("limit=10&after={after}")).await.first(), Some(&json!("T010")));
}

#[tokio::test]
async fn the_limits_that_nobody_published_can_be_set() {
    let session = burst(25).await;
    session.world.quirks(|quirks| {
        quirks.default_alert_limit = 7;
        quirks.max_alert_limit = 12;
    });
    assert_eq!(session.types("").await.len(), 7);
    assert_eq!(session.types("limit=5").await.len(), 5);
    assert_eq!(session.types("limit=500").await.len(), 12);
}

#[tokio::test]
async fn unreadable_paging_and_order_are_refused() {
    let session = burst(1).await;
    for query in ["limit=0", "limit=ten", "after=forged", "order=colour", "order=up(type)", "severity=gt(dreadful)"] {
        session.get(&format!("{ALERTS}?{query}")).await.expect(400);
    }
}
