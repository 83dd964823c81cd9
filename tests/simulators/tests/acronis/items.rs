//! Reading offering items: what a tenant has, what it could have, and what a whole subtree has.

use serde_json::{Value, json};
use simulators::Seed;
use simulators::acronis::seed;
use simulators::acronis::{Kind, TenantId};

use crate::client::Session;

const SUBTREE: &str = "/api/2/tenants/offering_items";

fn of(tenant: TenantId, query: &str) -> String {
    format!("/api/2/tenants/{tenant}/offering_items?{query}")
}

fn subtree(query: &str) -> String {
    format!("{SUBTREE}?subtree_root_tenant_id={}&{query}", seed::ROOT_PARTNER)
}

fn for_child(tenant: TenantId, query: &str) -> String {
    format!("/api/2/tenants/{tenant}/offering_items/available_for_child?{query}")
}

#[tokio::test]
async fn a_partner_can_give_the_whole_catalogue_each_storage_bound_item_once_per_storage() {
    for seed in [Seed::Demo, Seed::Empty] {
        let session = Session::with(seed).await;
        let offered = session.get(&for_child(seed::ROOT_PARTNER, "kind=customer&edition=*")).await.expect(200);
        let items = offered.json()["items"].as_array().unwrap().clone();
        let editions: Vec<_> = items.iter().map(|item| &item["edition"]).collect();
        for edition in [json!("pck_per_workload"), json!("pck_per_gigabyte"), json!("fss_per_user"), Value::Null] {
            assert!(editions.contains(&&edition), "{edition}");
        }
        let named = |name: &str| items.iter().filter(|item| item["name"] == name).collect::<Vec<_>>();
        let storages: Vec<_> = named("pw_base_storage").iter().map(|item| item["infra_id"].clone()).collect();
        assert_eq!(storages, [json!(seed::FRANKFURT), json!(seed::DUBLIN)]);
        assert_eq!(named("pw_base_adv_dr_storage").len(), 1);
        let servers = named("pw_base_servers")[0];
        assert_eq!(
            (&servers["status"], &servers["quota"]["value"], &servers["quota"]["version"]),
            (&json!(1), &Value::Null, &json!(0))
        );
        assert_eq!(named("pw_base_m365_mailboxes")[0].get("quota"), None);
    }
}

#[tokio::test]
async fn without_an_edition_only_the_items_outside_of_editions_are_seen() {
    let session = Session::demo().await;
    let names = session.get(&of(seed::ALDER, "")).await.expect(200).each("name");
    assert!(names.contains(&json!("local_storage")) && !names.contains(&json!("pw_base_servers")));
    let offered = session.get(&for_child(seed::ROOT_PARTNER, "kind=customer")).await.expect(200).each("edition");
    assert!(offered.iter().all(Value::is_null));
}

#[tokio::test]
async fn the_first_eight_customers_have_quotas_of_one_edition_and_use_less() {
    let session = Session::demo().await;
    for customer in &seed::CUSTOMERS[..8] {
        let on = session.get(&of(customer.id, "edition=pck_per_workload&status=1")).await.expect(200);
        assert!(on.each("name").contains(&json!("pw_base_storage")), "{}", customer.name);
        let usages = session.get(&format!("/api/2/tenants/{}/usages", customer.id)).await.expect(200).json();
        let quotas = usages["items"].as_array().unwrap().iter().filter_map(|line| {
            Some((line["absolute_value"].as_f64()?, line["offering_item"]["quota"]["value"].as_f64()?))
        });
        let quotas: Vec<_> = quotas.collect();
        assert!(quotas.len() >= 4 && quotas.iter().all(|(used, quota)| used <= quota), "{quotas:?}");
    }
    let unmapped = session.get(&of(seed::IVY_MEDIA, "edition=*&status=1")).await.expect(200);
    assert!(unmapped.each("name").is_empty());
}

#[tokio::test]
async fn what_is_for_a_child_depends_on_the_kind_of_both() {
    let session = Session::demo().await;
    session.get(&for_child(seed::ROOT_PARTNER, "edition=*")).await.expect(400);
    session.get(&for_child(seed::ALDER, "kind=customer&edition=*")).await.expect(400);
    let for_unit = session.get(&for_child(seed::ALDER, "kind=unit&edition=pck_per_workload")).await.expect(200);
    assert!(for_unit.each("name").contains(&json!("pw_base_workstations")));
    assert!(!for_unit.each("name").contains(&json!("pw_base_vms")));
}

#[tokio::test]
async fn a_tenants_list_has_what_is_on_and_what_could_be() {
    let session = Session::demo().await;
    let all = session.get(&of(seed::ALDER, "edition=*")).await.expect(200).json();
    let item = |name: &str| all["items"].as_array().unwrap().iter().find(|item| item["name"] == name).unwrap().clone();
    let on = item("pw_base_workstations");
    assert_eq!((&on["status"], &on["quota"]["value"], &on["quota"]["overage"]), (&json!(1), &json!(12), &json!(0)));
    assert!(on["quota"]["version"].as_i64().unwrap() > 0);
    let off = item("pw_base_vms");
    assert_eq!((&off["status"], off.get("quota")), (&json!(0), None));
    assert_eq!(item("pw_base_m365_mailboxes").get("quota"), None);
}

#[tokio::test]
async fn a_tenants_list_can_be_filtered() {
    let session = Session::demo().await;
    let names =
        async |query: &str| session.get(&of(seed::ALDER, &format!("edition=*&{query}"))).await.expect(200).each("name");
    assert_eq!(names("status=1&usage_names=servers,workstations").await, ["pw_base_workstations", "pw_base_servers"]);
    assert_eq!(names("status=1&type=infra").await, ["pw_base_storage"]);
    assert!(names(&format!("status=1&infra_uuid={}", seed::DUBLIN)).await.is_empty());
    session.get(&of(seed::ALDER, "status=2")).await.expect(400);
}

#[tokio::test]
async fn an_item_withdrawn_from_a_partner_goes_off_below_and_is_no_longer_available() {
    let session = Session::demo().await;
    session.world.switch_item(seed::NORTHSIDE_PARTNER, "pw_base_servers", false).unwrap();
    assert!(!session.world.item(seed::DOGWOOD_LAW, "pw_base_servers").unwrap().is_on);
    assert!(session.world.item(seed::ALDER, "pw_base_servers").unwrap().is_on);
    let names = async |query: &str| session.get(&of(seed::DOGWOOD_LAW, query)).await.expect(200).each("name");
    assert!(names("edition=*").await.contains(&json!("pw_base_servers")));
    assert!(!names("edition=*&available_only=true").await.contains(&json!("pw_base_servers")));
    let offered = session.get(&for_child(seed::NORTHSIDE_PARTNER, "kind=customer&edition=*")).await.each("name");
    assert!(!offered.contains(&json!("pw_base_servers")));
}

#[tokio::test]
async fn a_new_tenant_begins_with_everything_off_or_with_its_parents_items() {
    let session = Session::demo().await;
    let on = async |tenant: Value| {
        let path = format!("/api/2/tenants/{}/offering_items?edition=*&status=1", tenant["id"].as_str().unwrap());
        session.get(&path).await.expect(200).each("name").len()
    };
    assert_eq!(on(session.create_customer("Kale Foods").await).await, 0);
    session.world.quirks(|quirks| quirks.new_tenants_inherit_items = true);
    assert!(on(session.create_customer("Larch Security").await).await > 20);
}

#[tokio::test]
async fn a_subtree_lists_touched_items_tenant_by_tenant_in_pages() {
    let session = Session::demo().await;
    let filter = "offering_items=pw_base_servers,pw_base_storage";
    let whole = session.get(&subtree(filter)).await.expect(200).json();
    assert!(whole["paging"]["cursors"].get("after").is_none());
    // Four sellers with servers and two storages each, eight customers with servers and one storage.
    assert_eq!(whole["items"].as_array().unwrap().len(), 4 * 3 + 8 * 2);

    let mut collected: Vec<Value> = Vec::new();
    let mut path = subtree(&format!("{filter}&limit=5"));
    loop {
        let page = session.get(&path).await.expect(200).json();
        collected.extend(page["items"].as_array().unwrap().clone());
        match page["paging"]["cursors"]["after"].as_str() {
            Some(after) => path = format!("{SUBTREE}?limit=5&after={after}"),
            None => break,
        }
    }
    assert_eq!(json!(collected), whole["items"]);
    session.get(SUBTREE).await.expect(400);
    session.get(&format!("{SUBTREE}?after=forged")).await.expect(400);
}

#[tokio::test]
async fn a_subtree_tells_what_changed_since() {
    let session = Session::demo().await;
    let timestamp = session.get(&subtree("limit=1")).await.json()["timestamp"].as_str().unwrap().to_owned();
    let since = subtree(&format!("updated_since={timestamp}"));
    assert!(session.get(&since).await.expect(200).each("name").is_empty());
    session.wait(60);
    session.world.set_quota(seed::ALDER, "pw_base_servers", Some(7.0), None).unwrap();
    session.world.switch_item(seed::BIRCH_DENTAL, "pw_base_workstations", false).unwrap();
    let changed = session.get(&since).await.expect(200);
    assert_eq!(changed.each("name"), ["pw_base_servers", "pw_base_workstations"]);
    assert_eq!(changed.each("status"), [1, 0]);
}

#[tokio::test]
async fn a_subtree_can_list_untouched_items_too() {
    let session = Session::demo().await;
    let path = format!("{SUBTREE}?subtree_root_tenant_id={}&usage_names=vms", seed::ALDER);
    assert!(session.get(&path).await.expect(200).each("name").is_empty());
    session.world.quirks(|quirks| quirks.subtree_lists_untouched_items = true);
    let listed = session.get(&path).await.expect(200);
    assert_eq!(
        (listed.each("name"), listed.each("status")),
        (vec![json!("pw_base_vms"), json!("pg_base_vms")], vec![json!(0), json!(0)])
    );
}

#[tokio::test]
async fn a_subtree_stops_at_what_manages_itself_and_at_what_was_deleted() {
    let session = Session::demo().await;
    session.world.set_quota(seed::CEDAR_WAREHOUSE, "pw_base_servers", Some(1.0), None).unwrap();
    let tenants = async |query: &str| session.get(&subtree(query)).await.expect(200).each("tenant_id");
    assert!(tenants("").await.contains(&json!(seed::CEDAR_WAREHOUSE)));
    session.world.change_tenant(seed::CEDAR_LOGISTICS, |tenant| tenant.ancestral_access = false).unwrap();
    assert!(!tenants("").await.contains(&json!(seed::CEDAR_WAREHOUSE)));
    session.world.delete_tenant(seed::ALDER).unwrap();
    assert!(!tenants("").await.contains(&json!(seed::ALDER)));
    assert!(tenants("allow_deleted=true").await.contains(&json!(seed::ALDER)));
}

#[tokio::test]
async fn whole_amounts_can_be_written_as_doubles() {
    let session = Session::demo().await;
    session.world.quirks(|quirks| quirks.whole_numbers_as_doubles = true);
    let text = session.get(&of(seed::ALDER, "edition=*&usage_names=workstations&status=1")).await.text;
    assert!(text.contains(r#""value":12.0"#), "{text}");
}

#[tokio::test]
async fn applications_are_listed_and_a_tenant_has_those_of_its_items() {
    let session = Session::demo().await;
    let types = session.get("/api/2/applications").await.expect(200).each("type");
    for wanted in ["backup", "files_cloud", "platform"] {
        assert!(types.contains(&json!(wanted)));
    }
    let of = |tenant: TenantId| format!("/api/2/tenants/{tenant}/applications");
    let platform = json!("7459244f-68f3-3bf4-9f53-5f63ecc1d91f");
    assert_eq!(session.get(&of(seed::IVY_MEDIA)).await.expect(200).json()["items"], json!([platform]));
    assert_eq!(session.get(&of(seed::ALDER)).await.json()["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn storages_are_found_through_locations() {
    let session = Session::demo().await;
    let of = |tenant: TenantId, what: &str| format!("/api/2/tenants/{tenant}/{what}");
    let locations = session.get(&of(seed::ROOT_PARTNER, "locations")).await.expect(200).json()["locations"].clone();
    let locations: Vec<&str> = locations.as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    let named = session.get(&format!("/api/2/locations?uuids={}", locations.join(","))).await.expect(200);
    assert_eq!(named.each("name"), ["Frankfurt", "Dublin"]);
    for path in ["locations", "location"] {
        let here = session.get(&format!("/api/2/{path}/{}/infra", locations[1])).await.expect(200).json();
        assert_eq!(here["infras"], json!([seed::DUBLIN]));
    }
    let storage = session.get(&format!("/api/2/infra?uuids={}", seed::DUBLIN)).await.expect(200).json();
    assert_eq!(
        (&storage["items"][0]["name"], &storage["items"][0]["capabilities"]),
        (&json!("Dublin storage"), &json!(["backup"]))
    );
    let used = session.get(&of(seed::FIR_ARCHITECTS, "infra")).await.expect(200).json();
    assert_eq!(used["infras"], json!([seed::DUBLIN]));
    session.get(&format!("/api/2/locations/{}/infra", session.world.unused_id())).await.expect(404);
}

#[tokio::test]
async fn a_partner_added_by_hand_sells_what_its_parent_sells() {
    let session = Session::demo().await;
    let partner = session.world.add_tenant("Westside IT", Kind::Partner, seed::ROOT_PARTNER).unwrap();
    let names = session.get(&for_child(partner, "kind=customer&edition=*")).await.expect(200).each("name");
    assert!(names.contains(&json!("pw_base_servers")));
}

#[tokio::test]
async fn a_crowd_of_ten_thousand_is_listed_in_pages_of_five_thousand() {
    let session = Session::demo().await;
    let members = session.world.customers(10_000, 5);
    let names =
        "offering_items=pw_base_workstations,pw_base_servers,pw_base_vms,pw_base_mobiles,pw_base_web_hosting_servers";
    let mut listed = 0;
    let mut path = subtree(names);
    loop {
        let page = session.get(&path).await.expect(200).json();
        listed += page["items"].as_array().unwrap().iter().filter(|item| item["quota"]["value"] == 10).count();
        match page["paging"]["cursors"]["after"].as_str() {
            Some(after) => path = format!("{SUBTREE}?after={after}"),
            None => break,
        }
    }
    // The demo's own customers count too, where they have ten of something: Fir Architects' workstations.
    assert_eq!((members.len(), listed), (10_000, 50_001));
    let tenants =
        session.get(&format!("/api/2/tenants?subtree_root_id={}&lod=basic", seed::ROOT_PARTNER)).await.expect(200);
    assert_eq!(tenants.each("id").len(), 5_000);
}
