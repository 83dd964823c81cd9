//! The demonstration, as somebody sees it who has just cloned the repository.

use std::time::Duration;

use runtime::http::{HeaderValue, Method, Outbound, Request, StatusCode, Transport as _, Url, header};
use serde_json::{Value, json};

use super::program::Program;
use super::turn;
use super::world::{TOKEN, World, tickets};

const TICKETS: usize = 5;
const COMPLETE: i64 = 5;

fn rows(program: &Program) -> Vec<&str> {
    program.printed.iter().map(String::as_str).filter(|line| line.starts_with("T2")).collect()
}

#[tokio::test]
async fn the_demonstration_shows_its_tickets_changes_nothing_afterwards_and_ends_when_asked() {
    let _turn = turn().await;
    let options = ["--port", "0", "--acronis-port", "0", "--autotask-port", "0"];
    let local = Program::start("local", &options, &[("LOCAL_CONSOLE_TOKEN", TOKEN)]).await;
    let rows = rows(&local);
    assert_eq!(rows.len(), TICKETS, "{:#?}", local.printed);
    assert_eq!(rows.iter().filter(|row| row.ends_with("New")).count(), TICKETS - 1, "{rows:#?}");
    assert_eq!(rows.iter().filter(|row| row.ends_with("Complete")).count(), 1, "{rows:#?}");

    let network = Outbound::new().unwrap();
    let before = tickets(&network, local.value("autotask")).await;
    for (path, body) in [("/local/clock", json!({ "advance_s": 3_600 })), ("/local/settle", json!({}))] {
        let url = Url::parse(&format!("{}{path}", local.value("console"))).unwrap();
        let token = HeaderValue::try_from(format!("Bearer {TOKEN}")).unwrap();
        let answer =
            network.send(Request::new(Method::POST, url).header(header::AUTHORIZATION, token).json(&body)).await;
        assert_eq!(answer.unwrap().status, StatusCode::OK, "{path}");
    }
    assert_eq!(tickets(&network, local.value("autotask")).await, before);
    assert_eq!(local.errors(), "", "nothing goes wrong");
    assert!(local.terminate().await.success());
}

#[tokio::test]
async fn a_demonstration_that_was_killed_is_taken_up_where_it_ended() {
    let _turn = turn().await;
    let mut random = fastrand::Rng::with_seed(7);
    let mut world = World::outside().await;
    for _ in 0..5 {
        world.start_for(Duration::from_millis(random.u64(50..600))).await;
    }
    world.start().await;
    let tickets = world.tickets().await;
    assert_eq!(tickets.len(), TICKETS, "{tickets:#?}");
    let is_complete = |ticket: &&Value| ticket["status"] == json!(COMPLETE);
    assert_eq!(tickets.iter().filter(is_complete).count(), 1, "{tickets:#?}");
}

#[tokio::test]
async fn a_second_start_on_the_same_folder_demonstrates_nothing() {
    let _turn = turn().await;
    let mut world = World::demonstrated().await;
    let before = world.tickets().await;
    world.kill();
    world.start().await;
    world.settle().await;
    assert_eq!(rows(world.local()), Vec::<&str>::new());
    assert_eq!(world.tickets().await, before);
}
