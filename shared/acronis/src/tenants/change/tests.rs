use bridge_core::failure::Class;
use proptest::prelude::*;
use runtime::http::scripted::Answer;

use super::*;
use crate::Code;
use crate::fixture::{client, granted};

fn contoso() -> NewTenant {
    NewTenant {
        parent: "P-1".into(),
        name: " Contoso\u{7} \n Ltd ".to_owned(),
        customer_id: "174".to_owned(),
        internal_tag: "bridge:20264:174".to_owned(),
        language: None,
        contact: Contact {
            email: Some("it@contoso.example".to_owned()),
            city: Some("Albany".to_owned()),
            state: Some(" ".to_owned()),
            ..Contact::default()
        },
    }
}

fn reply(status: u16, version: i64) -> Answer {
    let tenant = json!({
        "id": "95303D96", "version": version, "name": "Contoso Ltd", "kind": "customer", "parent_id": "p-1", "enabled": true,
        "customer_id": "174", "internal_tag": "bridge:20264:174", "update_lock": {"enabled": false, "owner_id": null},
    });
    Answer::json(status, &tenant)
}

fn refused(status: u16, code: i64) -> Answer {
    Answer::json(status, &json!({"error": {"code": code, "message": "no", "domain": "PlatformAccountServer"}}))
}

#[tokio::test]
async fn v2_a_customer_is_created_with_our_marker_and_with_nothing_that_is_not_documented() {
    let (client, acronis) = client([granted("t"), reply(201, 1)]);
    let tenant = client.create_tenant(&contoso()).await.expect("created");
    assert_eq!((tenant.id, tenant.version), ("95303d96".into(), Some(1)));
    assert_eq!(acronis.calls()[1], "POST /api/2/tenants");
    assert_eq!(
        acronis.sent(1),
        json!({
            "name": "Contoso Ltd", "kind": "customer", "parent_id": "p-1", "customer_id": "174",
            "internal_tag": "bridge:20264:174", "contact": {"email": "it@contoso.example", "city": "Albany"},
        })
    );
    let (client, acronis) = self::client([granted("t"), reply(201, 1)]);
    let bare = NewTenant { contact: Contact::default(), language: Some("de".to_owned()), ..contoso() };
    client.create_tenant(&bare).await.expect("created");
    assert_eq!((acronis.sent(1).get("contact"), &acronis.sent(1)["language"]), (None, &json!("de")));
}

#[tokio::test]
async fn v3_a_name_that_is_taken_is_told_and_never_tried_again() {
    let (client, acronis) = client([granted("t"), refused(409, 1004)]);
    let error = client.create_tenant(&contoso()).await.expect_err("taken");
    assert_eq!((error.code(), error.class()), (Some(Code::NameTaken), Class::Permanent));
    assert_eq!(acronis.calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn x2_a_create_without_a_clear_answer_is_doubtful_and_not_repeated() {
    let answers = [
        Answer::Lost,
        Answer::text(500, ""),
        Answer::json(503, &json!({"error": {"code": 1000}})),
        Answer::text(201, "<html>"),
        Answer::json(201, &json!({"name": "Contoso Ltd"})),
    ];
    for answer in answers {
        let (client, acronis) = client([granted("t"), answer]);
        let error = client.create_tenant(&contoso()).await.expect_err("no clear answer");
        assert_eq!(error.class(), Class::OutcomeUnknown, "{error}");
        assert_eq!(acronis.calls().len(), 2);
    }
    let (client, _) = client([granted("t"), Answer::NotSent]);
    let error = client.create_tenant(&contoso()).await.expect_err("not sent");
    assert_eq!(error.class(), Class::Transient { after: None });
}

#[tokio::test]
async fn what_cannot_be_a_tenant_is_not_sent() {
    let wrong = [
        NewTenant { name: " \u{7}".to_owned(), ..contoso() },
        NewTenant { internal_tag: "x".repeat(257), ..contoso() },
        NewTenant { parent: "".into(), ..contoso() },
    ];
    for tenant in wrong {
        let (client, acronis) = client([]);
        let error = client.create_tenant(&tenant).await.expect_err("not sent");
        assert!(matches!(error, Error::Unusable { .. }), "{error}");
        assert_eq!(acronis.calls(), [""; 0]);
    }
}

#[tokio::test]
async fn v6_a_tenant_is_disabled_enabled_and_deleted_with_its_version() {
    let (client, acronis) = client([granted("t"), reply(200, 8), reply(200, 9), Answer::text(204, "")]);
    let id = TenantId::new("C-1");
    assert_eq!(client.set_enabled(&id, 7, false).await.expect("disabled").version, Some(8));
    client.set_enabled(&id, 8, true).await.expect("enabled");
    client.delete_tenant(&id, 9).await.expect("deleted");
    assert_eq!(
        acronis.calls()[1..],
        ["PUT /api/2/tenants/c-1", "PUT /api/2/tenants/c-1", "DELETE /api/2/tenants/c-1?version=9"]
    );
    assert_eq!(acronis.sent(1), json!({"enabled": false, "version": 7}));
    assert_eq!(acronis.sent(2), json!({"enabled": true, "version": 8}));
}

#[tokio::test]
async fn v6_a_refused_removal_says_why_and_one_that_happened_already_is_done() {
    let id = TenantId::new("c-1");
    let (client, _) = client([granted("t"), refused(400, 1006), refused(404, 1005), refused(409, 1001)]);
    let error = client.delete_tenant(&id, 1).await.expect_err("still enabled");
    assert_eq!(error.code(), Some(Code::NotDisabled));
    client.delete_tenant(&id, 1).await.expect("gone already");
    assert_eq!(client.set_enabled(&id, 1, false).await.expect_err("moved on").class(), Class::Conflict);
}

#[tokio::test]
async fn v3_references_that_are_not_named_stay_as_they_are() {
    let (client, acronis) = client([granted("t"), reply(200, 2), reply(200, 3)]);
    let id = TenantId::new("c-1");
    let number = References { customer_id: Some("174"), internal_tag: None };
    client.set_references(&id, 1, number).await.expect("written");
    let marker = References { customer_id: None, internal_tag: Some("bridge:20264:174") };
    client.set_references(&id, 2, marker).await.expect("written");
    assert_eq!(acronis.sent(1), json!({"customer_id": "174", "version": 1}));
    assert_eq!(acronis.sent(2), json!({"internal_tag": "bridge:20264:174", "version": 2}));
    let long = "x".repeat(257);
    let error = client.set_references(&id, 3, References { internal_tag: Some(&long), ..References::default() }).await;
    assert!(matches!(error, Err(Error::Unusable { .. })));
}

proptest! {
    #[test]
    fn v2_any_company_name_becomes_one_that_fits(name in ".{0,300}") {
        let fits = fit_name(&name);
        prop_assert!(fits.chars().count() <= NAME_MAX);
        prop_assert!(!fits.contains(char::is_control));
        prop_assert_eq!(fits.trim(), fits.as_str());
    }
}
