use bridge_core::failure::Class;
use runtime::http::scripted::Answer;

use super::*;
use crate::Code;
use crate::fixture::{client, granted};

fn ann() -> NewUser {
    NewUser {
        tenant: "C-1".into(),
        login: " ann@contoso.example ".to_owned(),
        external_id: "bridge:174:5".to_owned(),
        language: Some("en".to_owned()),
        contact: Contact {
            email: Some("ann@contoso.example".to_owned()),
            first_name: Some("Ann".to_owned()),
            ..Contact::default()
        },
    }
}

fn row(id: &str, created_at: &str) -> Value {
    json!({
        "id": id, "version": 1, "tenant_id": "C-1", "login": "ann@contoso.example", "activated": false, "enabled": true,
        "external_id": "bridge:174:5", "created_at": created_at, "personal_tenant_id": null,
    })
}

#[tokio::test]
async fn v2_a_login_is_free_taken_or_none_at_all() {
    let malformed = Answer::json(406, &json!({"error": {"code": 1033, "message": "Invalid login"}}));
    let (client, acronis) =
        client([granted("t"), Answer::text(204, ""), Answer::text(409, ""), malformed, Answer::text(406, "")]);
    assert!(client.is_login_free(" ann+1@contoso.example").await.expect("said"));
    assert!(!client.is_login_free("ann@contoso.example").await.expect("said"));
    let error = client.is_login_free("ä").await.expect_err("not a login");
    assert_eq!((error.code(), error.class()), (Some(Code::InvalidLogin), Class::Permanent));
    assert_eq!(client.is_login_free("ä").await.expect_err("not a login").class(), Class::Permanent);
    assert_eq!(acronis.calls()[1], "GET /api/2/users/check_login?username=ann%2B1%40contoso.example");
}

#[tokio::test]
async fn v2_the_administrator_is_created_with_our_name_for_it() {
    let (client, acronis) = client([granted("t"), Answer::json(200, &row("U-1", "2026-01-02T10:00:01.5+00:00"))]);
    let user = client.create_user(&ann()).await.expect("created");
    assert_eq!((user.id, user.activated, user.enabled), ("u-1".into(), false, true));
    assert_eq!(acronis.calls()[1], "POST /api/2/users");
    assert_eq!(
        acronis.sent(1),
        json!({
            "tenant_id": "c-1", "login": "ann@contoso.example", "external_id": "bridge:174:5", "language": "en",
            "contact": {"email": "ann@contoso.example", "firstname": "Ann"},
        })
    );
}

#[tokio::test]
async fn x2_a_user_whose_creation_got_no_clear_answer_is_doubtful_and_not_created_again() {
    for answer in [Answer::Lost, Answer::text(502, ""), Answer::text(200, ""), Answer::json(200, &json!({"id": "u"}))] {
        let (client, acronis) = client([granted("t"), answer]);
        let error = client.create_user(&ann()).await.expect_err("no clear answer");
        assert_eq!(error.class(), Class::OutcomeUnknown, "{error}");
        assert_eq!(acronis.calls().len(), 2);
    }
    let (client, acronis) = client([]);
    let nobody = NewUser { contact: Contact::default(), ..ann() };
    assert!(matches!(client.create_user(&nobody).await, Err(Error::Unusable { .. })));
    assert_eq!(acronis.calls(), [""; 0]);
}

#[tokio::test]
async fn v2_a_user_is_found_by_our_name_for_it_and_by_nothing_else() {
    let mut other_name = row("u-3", "2025-01-01T00:00:00");
    other_name["external_id"] = json!("bridge:174:55");
    let mut other_tenant = row("u-4", "2025-01-01T00:00:00");
    other_tenant["tenant_id"] = json!("c-2");
    let items = [row("u-2", "2026-01-03T00:00:00"), row("U-1", "2026-01-02T00:00:00"), other_name, other_tenant];
    let (client, acronis) =
        client([granted("t"), Answer::json(200, &json!({"items": items})), Answer::json(200, &json!({"items": []}))]);
    let tenant = TenantId::new("C-1");
    let found = client.find_user(&tenant, "bridge:174:5").await.expect("read").expect("found");
    assert_eq!(found.id, "u-1".into());
    assert_eq!(client.find_user(&tenant, "bridge:174:5").await.expect("read"), None);
    assert_eq!(acronis.calls()[1], "GET /api/2/users?external_ids=bridge%3A174%3A5&tenant_id=c-1");
}

#[tokio::test]
async fn x2_a_search_that_cannot_read_a_user_finds_nothing_for_certain() {
    let body = json!({"items": [{"id": "u-1"}]});
    let (client, _) = client([granted("t"), Answer::json(200, &body), Answer::json(200, &json!({}))]);
    for _ in 0..2 {
        let error = client.find_user(&"c".into(), "x").await.expect_err("unclear");
        assert_eq!(error.class(), Class::Bug, "{error}");
    }
    assert!(matches!(client.find_user(&"c".into(), "a,b").await, Err(Error::Unusable { .. })));
}

#[tokio::test]
async fn v2_the_role_replaces_all_others_and_the_mail_is_sent() {
    let (client, acronis) = client([granted("t"), Answer::json(200, &json!({"items": []})), Answer::text(204, "")]);
    let user = UserId::new("U-1");
    client.make_administrator(&user, &"C-1".into()).await.expect("done");
    client.send_activation(&user).await.expect("sent");
    assert_eq!(
        acronis.calls()[1..],
        ["PUT /api/2/users/u-1/access_policies", "POST /api/2/users/u-1/send-activation-email"]
    );
    let policy = &acronis.sent(1)["items"][0];
    assert_eq!((&policy["trustee_id"], &policy["tenant_id"]), (&json!("u-1"), &json!("c-1")));
    assert_eq!((&policy["role_id"], &policy["trustee_type"]), (&json!("company_admin"), &json!("user")));
    assert_eq!(acronis.sent(2), json!({}));
}
