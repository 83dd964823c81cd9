use bridge_core::failure::Class;
use bridge_core::id::AccountId;
use runtime::http::scripted::Answer;
use serde_json::json;

use super::*;
use crate::entity::Entity;
use crate::fixture::{SECRETS, client, client_with, new_client, page, settings, zone};

const ZONE: &str = "GET /atservicesrest/v1.0/zoneInformation?user=api%2Bbridge%40msp.example";
const THRESHOLD: &str = "GET /atservicesrest/v1.0/ThresholdInformation";
const COMPANIES: &str = "POST /atservicesrest/v1.0/Companies/query";

fn threshold() -> Answer {
    let body = json!({"externalRequestThreshold": 10000, "requestThresholdTimeframe": 60, "currentTimeframeRequestCount": 124});
    Answer::json(200, &body)
}

fn unauthorized() -> Answer {
    Answer::text(401, "")
}

fn host(client: &Client) -> String {
    client.zone().expect("known").url
}

#[tokio::test]
async fn l2_the_zone_is_looked_up_once_and_without_the_secrets() {
    let (client, autotask) = new_client([zone("webservices3.autotask.net"), threshold(), threshold()]);
    assert_eq!(client.zone(), None);
    let expected = Threshold { limit: 10_000, window_minutes: 60, used: 124 };
    assert_eq!(client.threshold().await.expect("good"), expected);
    client.threshold().await.expect("good");
    assert_eq!(autotask.calls(), [ZONE, THRESHOLD, THRESHOLD]);
    assert!(autotask.call(0).headers.is_empty());
    assert_eq!(autotask.call(1).url.host_str(), Some("webservices3.autotask.net"));
    assert_eq!(autotask.call(1).headers["secret"], SECRETS[0]);
    assert_eq!(autotask.call(1).headers["apiintegrationcode"], SECRETS[1]);
    assert_eq!(autotask.call(1).headers["username"], "api+bridge@msp.example");
    let known = client.zone().expect("known");
    assert_eq!((known.database, known.web_url.as_deref()), (Some(20_264), Some("https://ww3.autotask.net/")));
}

#[tokio::test]
async fn v3_the_database_is_numbered_also_where_the_kept_zone_is_not() {
    let (client, autotask) = new_client([zone("webservices3.autotask.net")]);
    assert_eq!(client.database().await.expect("told"), 20_264);
    assert_eq!(client.database().await.expect("kept"), 20_264);
    assert_eq!(autotask.calls(), [ZONE]);

    let without = json!({"url": "https://webservices3.autotask.net/atservicesrest/"});
    let (client, _) = self::client([zone("webservices3.autotask.net")]);
    assert_eq!(client.database().await.expect("looked up"), 20_264);
    let (client, _) = self::client([Answer::json(200, &without)]);
    assert_eq!(client.database().await.expect_err("not told").class(), Class::Bug);
}

#[tokio::test]
async fn x3_whether_records_can_be_seen_at_all_takes_one_row() {
    let (client, autotask) = client([page(&[json!({"id": 7001})]), page(&[])]);
    assert!(client.sees(Entity::Contracts).await.expect("read"));
    assert!(!client.sees(Entity::ContractServiceUnits).await.expect("read"));
    assert_eq!(autotask.calls()[1], "POST /atservicesrest/v1.0/ContractServiceUnits/query");
    assert_eq!(autotask.sent(0)["MaxRecords"], json!(1));
}

#[tokio::test]
async fn callers_that_start_together_share_one_zone_look_up() {
    let (client, autotask) = new_client([zone("webservices3.autotask.net"), threshold(), threshold()]);
    let (a, b) = tokio::join!(client.threshold(), client.threshold());
    assert!(a.is_ok() && b.is_ok());
    assert_eq!(autotask.calls(), [ZONE, THRESHOLD, THRESHOLD]);
}

#[tokio::test]
async fn credentials_are_sent_to_no_host_but_autotasks() {
    for other in ["autotask.net.example.com", "evilautotask.net", "10.0.0.1"] {
        let (client, autotask) = new_client([zone(other)]);
        let error = client.threshold().await.expect_err("not a zone");
        assert!(matches!(error, Error::ZoneRefused { .. }), "{other}: {error}");
        assert_eq!(autotask.calls(), [ZONE]);
    }
    let plain = Zone { url: "http://webservices3.autotask.net/".to_owned(), web_url: None, database: None };
    assert!(new_client([]).0.use_known_zone(plain).is_err());
}

#[tokio::test]
async fn a_zone_on_this_machine_needs_local_mode() {
    let here = || Zone { url: "http://127.0.0.1:8082/atservicesrest/".to_owned(), web_url: None, database: None };
    assert!(new_client([]).0.use_known_zone(here()).is_err());
    let (client, autotask) =
        client_with(Settings { allow_loopback: true, ..settings() }, Budget::default(), [threshold()]);
    client.use_known_zone(here()).expect("local mode");
    client.threshold().await.expect("good");
    assert_eq!(autotask.call(0).url.as_str(), "http://127.0.0.1:8082/atservicesrest/v1.0/ThresholdInformation");
}

#[tokio::test]
async fn a_moved_database_is_followed() {
    let (client, autotask) = client([unauthorized(), zone("webservices9.autotask.net"), page(&[])]);
    assert_eq!(client.company(AccountId(1)).await.expect("followed"), None);
    assert_eq!(autotask.calls(), [COMPANIES, ZONE, COMPANIES]);
    assert_eq!(autotask.call(2).url.host_str(), Some("webservices9.autotask.net"));
    assert_eq!(host(&client), "https://webservices9.autotask.net/atservicesrest/");
}

#[tokio::test]
async fn x7_a_401_is_a_refused_log_in_only_when_the_probe_says_so_too() {
    let same = || zone("webservices3.autotask.net");
    let (client, autotask) = client([unauthorized(), same(), unauthorized()]);
    let error = client.company(AccountId(1)).await.expect_err("refused");
    assert!(error.is_log_in_refused());
    assert_eq!(error.class(), Class::NeedsOperator);
    assert_eq!(autotask.calls(), [COMPANIES, ZONE, THRESHOLD]);

    let (client, autotask) = self::client([unauthorized(), same(), threshold()]);
    let error = client.company(AccountId(1)).await.expect_err("forbidden");
    assert!(matches!(error, Error::Forbidden { .. }), "{error}");
    assert_eq!(autotask.calls(), [COMPANIES, ZONE, THRESHOLD]);
}

#[tokio::test]
async fn x7_after_a_move_that_does_not_help_the_new_zone_is_probed() {
    let (client, autotask) =
        client([unauthorized(), zone("webservices9.autotask.net"), unauthorized(), unauthorized()]);
    assert!(client.company(AccountId(1)).await.expect_err("refused").is_log_in_refused());
    assert_eq!(autotask.calls(), [COMPANIES, ZONE, COMPANIES, THRESHOLD]);
    assert_eq!(autotask.call(3).url.host_str(), Some("webservices9.autotask.net"));
}

#[tokio::test]
async fn x7_callers_refused_together_look_into_it_once() {
    let same = zone("webservices3.autotask.net");
    let (client, autotask) = client([unauthorized(), unauthorized(), same, unauthorized()]);
    let (a, b) = tokio::join!(client.company(AccountId(1)), client.company(AccountId(2)));
    assert!(a.expect_err("refused").is_log_in_refused() && b.expect_err("refused").is_log_in_refused());
    assert_eq!(autotask.calls(), [COMPANIES, COMPANIES, ZONE, THRESHOLD]);
}

#[tokio::test]
async fn x7_a_wrong_integration_code_or_user_is_a_refused_log_in_without_any_further_call() {
    let (client, autotask) = client([Answer::json(500, &json!({"errors": ["IntegrationCode is invalid."]}))]);
    assert!(client.company(AccountId(1)).await.expect_err("refused").is_log_in_refused());
    assert_eq!(autotask.calls(), [COMPANIES]);

    let unknown = json!({"errors": ["Zone information could not be determined"]});
    let (client, autotask) = new_client([Answer::json(500, &unknown)]);
    assert!(client.company(AccountId(1)).await.expect_err("refused").is_log_in_refused());
    assert_eq!(autotask.calls(), [ZONE]);
}

#[tokio::test(start_paused = true)]
async fn a_read_is_repeated_while_the_trouble_may_pass_and_every_attempt_is_counted() {
    let html = || Answer::text(503, "<html>Service Unavailable</html>");
    let (client, _) = client([html(), Answer::NotSent, page(&[])]);
    client.company(AccountId(1)).await.expect("the third try is good");
    assert_eq!(client.usage(), Usage { used: 3, share: 2_000 });

    let (client, _) = self::client([html(), html(), Answer::text(200, "<html>")]);
    assert_eq!(client.company(AccountId(1)).await.expect_err("HTML").class(), Class::Transient { after: None });
}

#[tokio::test]
async fn bulk_reads_stay_within_the_budget_and_single_calls_go_on() {
    let (client, autotask) = client_with(settings(), Budget::new(1), [zone("webservices3.autotask.net"), page(&[])]);
    client.company(AccountId(1)).await.expect("not a bulk read");
    let error = client.active_companies().next().await.expect_err("no room");
    assert!(matches!(error.class(), Class::Throttled { after: Some(_) }), "{error}");
    assert_eq!(autotask.calls().len(), 2);
}

#[tokio::test]
async fn l2_secrets_are_in_no_debug_text_and_no_error() {
    let (client, autotask) = client([unauthorized(), zone("webservices3.autotask.net"), unauthorized()]);
    let error = client.company(AccountId(1)).await.expect_err("refused");
    let texts = [
        format!("{:?}", settings()),
        format!("{client:?}"),
        format!("{:?} {:?}", autotask.call(0), autotask.call(0).headers),
        format!("{error} {error:?}"),
    ];
    for text in texts {
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    let quoting = json!({"errors": [format!("IntegrationCode {} is invalid, and so is {}", SECRETS[1], SECRETS[0])]});
    let (client, _) = self::client([Answer::json(500, &quoting)]);
    let error = client.threshold().await.expect_err("refused");
    assert!(error.is_log_in_refused());
    assert!(error.to_string().contains("IntegrationCode *** is invalid, and so is ***"), "{error}");
    let broken = Settings { secret: "line\nbreak".into(), ..settings() };
    let (client, _) = client_with(broken, Budget::default(), [zone("webservices3.autotask.net")]);
    assert!(client.threshold().await.expect_err("cannot be sent").is_log_in_refused());
}
