//! Reading tenants.

use serde_json::{Value, json};
use simulators::Seed;
use simulators::acronis::{Kind, seed};

use crate::client::Session;

const TENANTS: &str = "/api/2/tenants";

fn subtree(query: &str) -> String {
    format!("{TENANTS}?subtree_root_id={}&{query}", seed::ROOT_PARTNER)
}

#[tokio::test]
async fn the_demo_world_has_partners_a_folder_ten_customers_and_a_unit() {
    let session = Session::demo().await;
    let kinds = session.get(&subtree("")).await.expect(200).each("kind");
    let count = |kind: &str| kinds.iter().filter(|each| *each == kind).count();
    assert_eq!([count("partner"), count("folder"), count("customer"), count("unit")], [3, 1, 10, 1]);
}

#[tokio::test]
async fn the_empty_world_has_the_provider_alone() {
    let session = Session::with(Seed::Empty).await;
    assert_eq!(session.get(&subtree("")).await.expect(200).each("id"), [json!(seed::ROOT_PARTNER)]);
}

#[tokio::test]
async fn a_list_needs_exactly_one_selection() {
    let session = Session::demo().await;
    session.get(TENANTS).await.expect(400);
    session.get(&subtree(&format!("parent_id={}", seed::ROOT_PARTNER))).await.expect(400);
    let children = session.get(&format!("{TENANTS}?parent_id={}", seed::HARBOUR_PARTNER)).await.expect(200);
    assert_eq!(children.each("name"), ["Ginkgo Health", "Hazel Travel"]);
    let chosen = session.get(&format!("{TENANTS}?uuids={},{}", seed::ALDER, seed::JUNIPER)).await.expect(200);
    assert_eq!(chosen.each("name"), ["Alder & Sons", "Juniper & Co"]);
}

#[tokio::test]
async fn more_than_a_hundred_ids_are_refused() {
    let session = Session::demo().await;
    let ids = vec![seed::ALDER.to_string(); 101].join(",");
    session.get(&format!("{TENANTS}?uuids={ids}")).await.expect(400);
}

#[tokio::test]
async fn pages_follow_a_cursor_that_carries_the_selection() {
    let session = Session::demo().await;
    let whole = session.get(&subtree("")).await.each("id");
    let mut collected: Vec<Value> = Vec::new();
    let mut path = subtree("limit=4&lod=basic");
    loop {
        let page = session.get(&path).await.expect(200);
        collected.extend(page.each("id"));
        match page.json()["paging"]["cursors"]["after"].as_str() {
            Some(after) => path = format!("{TENANTS}?limit=4&after={after}"),
            None => break,
        }
    }
    assert_eq!(collected, whole);
    session.get(&format!("{TENANTS}?after=forged")).await.expect(400);
}

#[tokio::test]
async fn a_page_can_be_shorter_than_asked_for() {
    let session = Session::demo().await;
    session.world.quirks(|quirks| quirks.max_tenant_limit = 2);
    let page = session.get(&subtree("limit=100")).await.expect(200);
    assert_eq!(page.each("id").len(), 2);
    assert!(page.json()["paging"]["cursors"]["after"].is_string());
}

#[tokio::test]
async fn the_timestamp_of_a_list_selects_what_changed_since() {
    let session = Session::demo().await;
    let timestamp = session.get(&subtree("")).await.json()["timestamp"].as_str().unwrap().to_owned();
    let since = subtree(&format!("updated_since={timestamp}"));
    assert!(session.get(&since).await.expect(200).each("id").is_empty());
    session.wait(60);
    session.world.rename_tenant(seed::ALDER, "Alder & Daughters").unwrap();
    assert_eq!(session.get(&since).await.each("name"), ["Alder & Daughters"]);
    session.get(&subtree("updated_since=yesterday")).await.expect(400);
}

#[tokio::test]
async fn the_level_of_detail_chooses_the_fields() {
    let session = Session::demo().await;
    let one = |lod: &str| format!("{TENANTS}?uuids={}&lod={lod}", seed::ALDER);
    let item = async |lod: &str| session.get(&one(lod)).await.expect(200).json()["items"][0].clone();
    assert_eq!(item("stamps").await.get("name"), None);
    let basic = item("basic").await;
    assert_eq!((&basic["name"], basic.get("contact")), (&json!("Alder & Sons"), None));
    assert!(item("full").await["contact"]["email"].is_string());
    session.get(&one("all")).await.expect(400);
}

#[tokio::test]
async fn children_are_ids_unless_details_are_asked_for() {
    let session = Session::demo().await;
    let path = format!("{TENANTS}/{}/children", seed::CEDAR_LOGISTICS);
    assert_eq!(session.get(&path).await.expect(200).json()["items"], json!([seed::CEDAR_WAREHOUSE]));
    assert_eq!(session.get(&format!("{path}?include_details=true")).await.each("kind"), ["unit"]);
}

#[tokio::test]
async fn a_self_managed_customer_shows_its_properties_but_nothing_inside() {
    let session = Session::demo().await;
    session.world.change_tenant(seed::CEDAR_LOGISTICS, |tenant| tenant.ancestral_access = false).unwrap();
    session.get(&format!("{TENANTS}/{}", seed::CEDAR_LOGISTICS)).await.expect(200);
    session.get(&format!("{TENANTS}/{}", seed::CEDAR_WAREHOUSE)).await.expect(403);
    let names = session.get(&subtree("")).await.each("name");
    assert!(names.contains(&json!("Cedar Logistics")) && !names.contains(&json!("Cedar Warehouse")));
    let children = session.get(&format!("{TENANTS}/{}/children", seed::CEDAR_LOGISTICS)).await.expect(200);
    assert_eq!(children.json()["items"], json!([]));
}

#[tokio::test]
async fn search_finds_words_by_their_beginning() {
    let session = Session::demo().await;
    let search =
        async |text: &str| session.get(&format!("/api/2/search?tenant={}&text={text}", seed::ROOT_PARTNER)).await;
    assert_eq!(search("dent").await.expect(200).each("name"), ["Birch Dental"]);
    assert_eq!(search("cedar").await.each("name"), ["Cedar Logistics", "Cedar Warehouse"]);
    assert!(search("ental").await.each("name").is_empty());
    search("ce").await.expect(400);
}

#[tokio::test]
async fn usages_join_the_number_of_a_tenant_with_its_uuid() {
    let session = Session::demo().await;
    let number = session.world.tenant(seed::ALDER).unwrap().number;
    let one = session.get(&format!("{TENANTS}/{}/usages", seed::ALDER)).await.expect(200).json();
    assert_eq!((&one["items"][0]["tenant_id"], &one["items"][0]["tenant_uuid"]), (&json!(number), &json!(seed::ALDER)));
    let several = session.get(&format!("{TENANTS}/usages?tenants={},{}", seed::ALDER, seed::JUNIPER)).await.expect(200);
    assert_eq!(several.each("tenant"), [json!(seed::ALDER), json!(seed::JUNIPER)]);
    session.get(&format!("{TENANTS}/usages")).await.expect(400);
}

#[tokio::test]
async fn a_tenant_that_does_not_exist_is_1005_and_its_wording_can_vary() {
    let session = Session::demo().await;
    let nobody = format!("{TENANTS}/{}", session.world.unused_id());
    assert_eq!(session.get(&nobody).await.expect(404).code(), 1005);
    session.world.quirks(|quirks| quirks.text_error_codes = true);
    assert_eq!(session.get(&nobody).await.expect(404).code(), "1005");
    session.world.quirks(|quirks| quirks.bare_not_found = true);
    let bare = session.get(&nobody).await.expect(404).json();
    assert_eq!(bare, json!({ "error": { "code": 404, "message": "Not found" } }));
}

#[tokio::test]
async fn administrators_add_move_and_delete_tenants_by_hand() {
    let session = Session::demo().await;
    let twin = session.world.add_tenant("Birch Dental", Kind::Customer, seed::HARBOUR_PARTNER).unwrap();
    assert_ne!(twin, seed::BIRCH_DENTAL);
    session.world.move_tenant(twin, seed::NORTHSIDE_PARTNER).unwrap();
    assert_eq!(session.get(&format!("{TENANTS}/{twin}")).await.json()["parent_id"], json!(seed::NORTHSIDE_PARTNER));
    session.world.delete_tenant(seed::CEDAR_LOGISTICS).unwrap();
    session.get(&format!("{TENANTS}/{}", seed::CEDAR_WAREHOUSE)).await.expect(404);
    assert!(session.world.tenant_named("Cedar Logistics").is_none());
}
