//! What should never come, and does: at the doors, on the queue, and in the vendors' answers. Each is refused or set aside with a
//! clear word, and nothing beside it is lost (rules B1, B2, X4).

use anyhow::Result;
use bridge_core::hint::Message;
use bridge_core::system::Id;
use http::Method;
use jiff::SignedDuration;
use serde_json::json;
use simulators::acronis::{AlertId, Raise, seed};
use simulators::control::{Fault, Kind};
use store::queue::{Queue as _, QueueName};
use suites::world::verbs_doors::{answered, request, signed, signed_by_autotask};
use suites::world::verbs_people::failed_backup;
use suites::world::{COMPLETE, World, connection};

const ALERTS: &str = "/api/alert_manager/v1/alerts";
const TICKETS: &str = "/atservicesrest/v1.0/Tickets";
const LIMIT: usize = 256 * 1024;

async fn waiting(world: &World) -> Result<usize> {
    Ok(world.queue.depth(QueueName::Alerts).await?.waiting)
}

async fn reasons(world: &World) -> Result<Vec<(String, String)>> {
    Ok(world.parked().await?.into_iter().map(|parked| (parked.reason.code, parked.reason.text)).collect())
}

#[tokio::test(start_paused = true)]
async fn b1_unsigned_wrong_stale_and_oversized_requests_are_refused_without_a_trace() -> Result<()> {
    let world = World::new().await?;
    let doors = world.doors().await?;
    let body = json!({ "id": "a-1" }).to_string();
    let now = world.now();
    let mut changed = signed(now, body.as_bytes());
    changed.body = signed(now, b"{\"id\":\"a-2\"}").body;
    let oversized = signed(now, "x".repeat(LIMIT + 1).as_bytes());
    let refused = [
        ("unsigned", request(&[], body.as_bytes())?, 401),
        ("another body", changed, 401),
        ("too old", signed(now - SignedDuration::from_secs(301), body.as_bytes()), 401),
        ("of the future", signed(now + SignedDuration::from_secs(301), body.as_bytes()), 401),
        ("a token that nobody gave out", request(&[("authorization", "Bearer guess")], body.as_bytes())?, 401),
        ("oversized", oversized, 413),
    ];
    for (what, request, status) in refused {
        let response = doors.deliver(request).await;
        assert_eq!(response.status_code, status, "{what}");
        let constant = if status == 413 { r#"{"error":"too large"}"# } else { r#"{"error":"unauthorized"}"# };
        assert_eq!(answered(&response), constant, "{what}");
    }
    let callout = signed_by_autotask(b"{\"Action\":\"Update\"}");
    let unsigned = request(&[], b"{\"Action\":\"Update\"}")?;
    let forged = request(&[("x-hook-signature", "sha1=AAAA")], b"{\"Action\":\"Update\"}")?;
    assert_eq!(doors.call_out(callout).await.status_code, 202);
    assert_eq!([doors.call_out(unsigned).await.status_code, doors.call_out(forged).await.status_code], [401, 401]);
    assert_eq!((waiting(&world).await?, world.parked().await?.len()), (0, 0), "no trace");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b1_a_request_of_the_last_five_minutes_is_accepted() -> Result<()> {
    let world = World::new().await?;
    let doors = world.doors().await?;
    let late = signed(world.now() - SignedDuration::from_secs(300), b"{\"id\":\"a-1\"}");
    assert_eq!(doors.deliver(late).await.status_code, 202);
    assert_eq!(waiting(&world).await?, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b1_an_authentic_body_that_cannot_be_read_is_parked_as_it_came() -> Result<()> {
    let bodies: [(&[u8], &str); 5] = [
        (b"\xff\xfe not UTF-8", "not UTF-8"),
        (b"{\"items\":[{\"id\":\"a-1\"", "not JSON"),
        (b"", "not JSON"),
        (b"42", "neither an alert nor a list"),
        (b"{\"items\":[{\"type\":\"BackupFailed\"}]}", "without a usable id: 1 of 1"),
    ];
    for (body, word) in bodies {
        let mut world = World::new().await?;
        let doors = world.doors().await?;
        assert_eq!(doors.deliver(signed(world.now(), body)).await.status_code, 202);
        world.work().await?;
        let reasons = reasons(&world).await?;
        assert!(reasons.len() == 1 && reasons[0].0 == "unreadable" && reasons[0].1.contains(word), "{reasons:?}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b1_the_readable_alerts_of_a_mixed_request_become_tickets() -> Result<()> {
    let mut world = World::new().await?;
    let doors = world.doors().await?;
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    let body = json!({ "items": [null, { "id": alert.to_string(), "tenant": null, "details": null }, { "id": 7 }] });
    assert_eq!(doors.deliver(signed(world.now(), body.to_string().as_bytes())).await.status_code, 202);
    world.work().await?;
    world.the_ticket()?;
    let reasons = reasons(&world).await?;
    assert!(reasons.len() == 1 && reasons[0].1.contains("2 of 3"), "{reasons:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b2_an_unreadable_message_is_parked_alone_and_the_rest_of_its_batch_goes_on() -> Result<()> {
    let mut world = World::new().await?;
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    for _ in 0..3 {
        world.hint(&[alert]).await?;
    }
    let mut batch = world.queue.receive(QueueName::Alerts, 10).await?;
    batch[0].body = "{\"v\":1,\"kind\":\"alerts\",\"alerts\":".to_owned();
    batch[1].body = json!({ "v": 2, "kind": "alerts", "alerts": [] }).to_string();
    world.deliver_these(batch).await?;
    world.the_ticket()?;
    let reasons = reasons(&world).await?;
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    for word in ["not a message of ours", "message format 2 is not known to this release"] {
        assert!(reasons.iter().any(|(code, text)| code == "unreadable" && text.contains(word)), "{reasons:?}");
    }
    let depth = world.queue.depth(QueueName::Alerts).await?;
    assert_eq!((depth.waiting, depth.in_flight, depth.dead), (0, 0, 0), "all three are dealt with");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b2_a_message_that_cannot_be_parked_comes_back_and_the_others_do_not() -> Result<()> {
    use async_trait::async_trait;
    use local::engine::{Call, Cut, Interceptor};
    struct NoParking;
    #[async_trait]
    impl Interceptor for NoParking {
        async fn before(&self, call: &Call) -> Result<(), Cut> {
            if call.request.contains("PARKED") { Err(Cut::InternalError) } else { Ok(()) }
        }
    }
    let mut world = World::new().await?;
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    world.hint(&[alert]).await?;
    world.hint(&[alert]).await?;
    let mut batch = world.queue.receive(QueueName::Alerts, 10).await?;
    batch[0].body = "not ours".to_owned();
    world.engine.intercept(std::sync::Arc::new(NoParking));
    world.deliver_these(batch).await?;
    world.the_ticket()?;
    assert_eq!(waiting(&world).await?, 1, "the partial answer names the one message");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_unknown_types_and_severities_make_tickets_like_any_other() -> Result<()> {
    let mut world = World::new().await?;
    let raise =
        Raise::new("SomethingNeverHeardOf").severity("apocalyptic").category("Novel").at(seed::ALDER).on("PC-1");
    let (_, ticket) = world.ticket_for(raise).await?;
    assert_eq!(ticket.title, "Something never heard of on PC-1");
    assert!(world.field(&ticket, "description").contains("Severity: not stated"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_details_of_any_shape_make_a_ticket() -> Result<()> {
    let shapes =
        [json!(null), json!("text"), json!([1, 2]), json!({ "error": "text", "errorMessage": 4, "planId": {} })];
    for details in shapes {
        let mut world = World::new().await?;
        let raise = Raise::new("BackupFailed").at(seed::ALDER).details(details.clone());
        let (alert, _) = world.ticket_for(raise).await?;
        world.after_minutes(1).await?;
        world.acronis.clear(alert)?;
        world.after_minutes(1).await?;
        assert_eq!(world.the_ticket()?.status, COMPLETE, "{details}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_a_malformed_alert_in_a_page_is_shown_and_the_others_go_on() -> Result<()> {
    let mut world = World::new().await?;
    world.turn().await?;
    world.advance(SignedDuration::from_secs(60));
    world.acronis.raise(Raise::new("").at(seed::ALDER).on("PC-0"))?;
    world.acronis.raise(failed_backup("SRV-1"))?;
    world.turn().await?;
    world.the_ticket()?;
    let reasons = reasons(&world).await?;
    assert!(
        reasons.len() == 1 && reasons[0].0 == "unreadable_alert" && reasons[0].1.contains("no type"),
        "{reasons:?}"
    );
    world.advance(SignedDuration::from_hours(24));
    world.turn().await?;
    world.after_minutes(6).await?;
    assert!(world.the_ticket()?.is_open(), "a walk over it concludes nothing");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_a_malformed_alert_named_by_a_webhook_is_shown_and_its_neighbour_becomes_a_ticket() -> Result<()> {
    let mut world = World::new().await?;
    let doors = world.doors().await?;
    let odd = world.acronis.raise(Raise::new("").at(seed::ALDER).on("PC-0"))?;
    let good = world.acronis.raise(failed_backup("SRV-1"))?;
    assert_eq!(doors.post(&[odd, good]).await, 202);
    world.work().await?;
    world.the_ticket()?;
    assert_eq!(reasons(&world).await?.len(), 1);
    Ok(())
}

/// However Acronis or Autotask fails for a while: the alert becomes one ticket afterwards, and nobody needs to look at anything.
async fn passes_by(fault: Fault, at_acronis: bool) -> Result<World> {
    let mut world = World::new().await?;
    world.turn().await?;
    let control = if at_acronis { world.acronis.control() } else { world.autotask.control() };
    control.add_fault(fault.clone());
    let alert: AlertId = world.acronis.raise(failed_backup("SRV-1"))?;
    world.hint(&[alert]).await?;
    world.work().await?;
    world.pass(SignedDuration::from_mins(30)).await?;
    world.the_ticket().map_err(|error| error.context(format!("{fault:?}\n{}", world.seam.trace())))?;
    assert!(world.parked().await?.is_empty(), "{fault:?}");
    let depth = world.queue.depth(QueueName::Alerts).await?;
    assert_eq!((depth.waiting, depth.in_flight, depth.dead), (0, 0, 0), "{fault:?}");
    Ok(world)
}

#[tokio::test(start_paused = true)]
async fn x4_too_many_requests_with_and_without_a_wish_pass_by() -> Result<()> {
    for (path, at_acronis) in [(ALERTS, true), ("/api/2/idp/token", true), (TICKETS, false)] {
        let throttled = Fault::new(Kind::Status, path).status(429).times(3);
        passes_by(throttled.clone(), at_acronis).await?;
        passes_by(throttled.retry_after(90), at_acronis).await?;
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_a_wish_to_be_left_alone_is_granted() -> Result<()> {
    let mut world = World::new().await?;
    world.turn().await?;
    let throttled = Fault::new(Kind::Status, TICKETS).on(&Method::POST).status(429).retry_after(240);
    world.autotask.control().add_fault(throttled);
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    world.hint(&[alert]).await?;
    world.work().await?;
    let creates = |world: &World| world.autotask_calls().iter().filter(|call| *call == "POST /Tickets").count();
    world.pass(SignedDuration::from_secs(239)).await?;
    assert_eq!(creates(&world), 1, "{}", world.seam.trace());
    world.pass(SignedDuration::from_mins(3)).await?;
    assert_eq!(creates(&world), 2);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_a_page_instead_of_json_passes_by() -> Result<()> {
    for status in [200, 502] {
        for (path, at_acronis) in [(ALERTS, true), ("/api/2/idp/token", true), ("/atservicesrest/v1.0/zone", false)] {
            passes_by(Fault::new(Kind::Html, path).status(status).times(4), at_acronis).await?;
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_a_forbidding_page_of_a_proxy_is_no_refused_log_in_and_the_work_waits() -> Result<()> {
    for (path, at_acronis) in [("/api/2/idp/token", true), ("/atservicesrest/v1.0/zone", false)] {
        let world = passes_by(Fault::new(Kind::Html, path).status(403), at_acronis).await?;
        assert!(!world.is_paused(&Id::Autotask).await? && !world.is_paused(&Id::Acronis(connection())).await?);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_dropped_connections_pass_by() -> Result<()> {
    for (path, at_acronis) in [("", true), ("", false)] {
        passes_by(Fault::new(Kind::DropBefore, path).times(6), at_acronis).await?;
        passes_by(Fault::new(Kind::EffectThenDrop, path).times(6), at_acronis).await?;
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b2_a_hint_that_is_another_functions_does_no_harm() -> Result<()> {
    let mut world = World::new().await?;
    let stray = Message::new(bridge_core::hint::Hint::Pass { preview: None }, None);
    world.queue.send(QueueName::Alerts, &[stray]).await?;
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    world.hint(&[alert]).await?;
    world.work().await?;
    world.the_ticket().map(drop)
}
