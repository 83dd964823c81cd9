use bridge_core::id::{AccountId, InfraId};
use bridge_core::item::{Grant, ItemId, Quota, Unit};
use jiff::Timestamp;
use store::record::HeldQuota;

use super::*;

fn quota(from: Grant, to: Grant, unit: Unit, usage: Option<i64>) -> HeldQuota {
    let item = ItemId { application: "a".into(), name: "pw_base_workstations".to_owned(), infra: None::<InfraId> };
    HeldQuota { item, from, to, unit, cause: "not sold".to_owned(), usage, until: None }
}

fn held(kind: &str, quota: Option<HeldQuota>) -> Held {
    Held {
        id: format!("{kind}#174"),
        kind: kind.to_owned(),
        account: Some(AccountId(174)),
        reason: "Dogwood Law: for this reason.".to_owned(),
        what: "The tenant is left alone".to_owned(),
        since: Timestamp::UNIX_EPOCH,
        quota,
        accounts: Vec::new(),
    }
}

fn said(held: &Held) -> Words {
    words(&About { held, customer: Some("Dogwood Law"), item: "Workstations", creation: None })
}

fn hard(value: i64) -> Grant {
    Grant::Quota(Quota::hard(value))
}

fn label(choice: Option<&Choice>) -> &str {
    choice.map(|choice| choice.label.as_str()).unwrap_or_default()
}

#[test]
fn p12_a_cut_below_usage_names_the_customer_first_and_says_on_its_button_what_it_does() {
    let cut = said(&held("below_usage", Some(quota(hard(14), hard(0), Unit::Quantity, Some(12)))));
    assert_eq!(cut.headline, "Dogwood Law: Workstations would be cut from 14 to 0");
    assert_eq!(cut.details[..2], ["12 are in use.", "Why: not sold."]);
    let approve = cut.approve.unwrap();
    assert_eq!((approve.label.as_str(), approve.is_risky), ("Cut to 0: 12 are in use", true));
    assert!(approve.means.unwrap().contains("no longer run"));
    assert_eq!(label(cut.decline.as_ref()), "Keep 14 permanently");
    assert_eq!(cut.helps, [Help::Quotas]);
}

#[test]
fn p15_a_raise_by_hand_is_put_back_or_kept_and_neither_is_called_an_approval() {
    let raised = |usage| said(&held("raised_by_hand", Some(quota(hard(100), hard(40), Unit::Quantity, usage))));
    let calm = raised(Some(40));
    assert_eq!(calm.headline, "Dogwood Law: Workstations would be put back from 100, raised by hand, to 40");
    assert_eq!(calm.approve, Some(Choice::plain("Put back to 40 now")));
    assert_eq!(label(calm.decline.as_ref()), "Keep 100 permanently");
    let below = raised(Some(41)).approve.unwrap();
    assert_eq!((below.label.as_str(), below.is_risky), ("Put back to 40 now: 41 are in use", true));
}

#[test]
fn p12_whatever_may_stop_something_is_risky() {
    let unlimited = Grant::Quota(Quota::UNLIMITED);
    for (kind, from, to, usage, approve, decline) in [
        ("usage_unknown", hard(14), hard(3), None, "Cut to 3: usage is not known", "Keep 14 permanently"),
        ("switch_off", Grant::On, Grant::Off, None, "Switch off", "Keep it permanently"),
        ("switch_off", hard(14), Grant::Off, Some(1), "Switch off: 1 is in use", "Keep 14 permanently"),
        ("lost_units", hard(14), hard(0), Some(0), "Cut to 0", ""),
        ("lost_units", hard(14), unlimited, None, "Make it unlimited", ""),
    ] {
        let words = said(&held(kind, Some(quota(from, to, Unit::Quantity, usage))));
        assert_eq!((label(words.approve.as_ref()), label(words.decline.as_ref())), (approve, decline));
        assert!(words.approve.unwrap().is_risky, "{kind}");
    }
}

#[test]
fn p10_what_another_storage_stands_against_has_no_button() {
    for kind in ["raise_refused", "storage_in_use"] {
        let words = said(&held(kind, Some(quota(Grant::Off, hard(5 << 30), Unit::Bytes, None))));
        assert_eq!(words.headline, "Dogwood Law: Workstations would be switched on with 5 GB");
        assert_eq!((words.approve, words.decline), (None, None));
        assert_eq!(words.details.last().unwrap(), "For this reason.");
    }
}

#[test]
fn v6_disabling_and_deleting_are_risky_and_say_which_is_which() {
    let disable = said(&held("disable", None));
    assert_eq!(disable.headline, "Dogwood Law: its tenant would be disabled");
    assert_eq!(disable.details, ["for this reason."]);
    assert!(disable.approve.is_some_and(|approve| approve.is_risky && approve.label == "Disable the tenant"));
    let delete = said(&held("delete", None)).approve.unwrap();
    assert!(delete.is_risky && delete.label == "Delete the tenant and all its data", "{delete:?}");
}

#[test]
fn every_sort_of_entry_has_a_headline_with_the_customer_and_a_way_to_go_on() {
    for (kind, _) in super::super::kinds::KINDS {
        let words = said(&held(kind, None));
        assert!(
            words.headline.starts_with("Dogwood Law: ") || ["mass_close", "partner_alert"].contains(&kind),
            "{kind}: {words:?}"
        );
        let leads_on = words.approve.is_some() || !words.helps.is_empty() || !words.details.is_empty();
        assert!(leads_on, "{kind}");
    }
}

#[test]
fn what_a_later_release_holds_is_shown_and_cannot_be_decided() {
    let words = said(&held("to_be_made_up", None));
    assert_eq!(words.headline, "Dogwood Law: for this reason.");
    assert_eq!((words.approve, words.decline), (None, None));
}

mod creating {
    use bridge_core::id::TenantId;
    use bridge_core::provision::{Customer, Former, Marker, Problem};
    use bridge_core::settings::billing::Provisioning;

    use super::*;

    fn creation(problem: Option<Problem>) -> Creation {
        let marker = Marker::new("i", 1, AccountId(183));
        let customer = Customer { name: "Juniper and Company".to_owned(), ..Customer::default() };
        let place = ("c".into(), TenantId::new("p"));
        let settings = Provisioning::default();
        let mut creation = Creation::new(marker, place, customer, &settings, None, None, Timestamp::UNIX_EPOCH);
        creation.problem = problem;
        creation
    }

    fn said(creation: &Creation) -> Words {
        let reason = "Juniper and Company: map it or try again.".to_owned();
        let held = Held { reason, ..held("creation", None) };
        let customer = Some("Juniper and Company");
        words(&About { held: &held, customer, item: "", creation: Some(creation) })
    }

    #[test]
    fn v3_a_second_customer_is_called_one_and_mapping_to_the_first_is_offered() {
        let (tenant, tenant_name) = (TenantId::new("t"), "Juniper & Co".to_owned());
        let name = "Juniper and Company".to_owned();
        let words = said(&creation(Some(Problem::LooksAlike { name, tenant: tenant.clone(), tenant_name })));
        assert_eq!(words.headline, "Juniper and Company: a second customer would be created beside “Juniper & Co”");
        let approve = words.approve.unwrap();
        assert_eq!((approve.label.as_str(), approve.is_risky), ("Create a second customer", true));
        assert!(approve.means.unwrap().contains("cannot be taken back"));
        assert_eq!(label(words.decline.as_ref()), "Create none");
        let map = Help::MapTo { tenant, name: "Juniper & Co".to_owned(), connection: "c".into() };
        assert_eq!(words.helps, [map, Help::Creation]);
    }

    #[test]
    fn v4_whether_to_return_is_a_question_that_no_approval_answers() {
        let mut creation = creation(None);
        let former = Former { tenant: "t".into(), name: "Juniper & Co".to_owned() };
        creation.question = Some(bridge_core::provision::Question { tenants: vec![former] });
        let words = said(&creation);
        assert_eq!((words.approve, words.helps), (None, vec![Help::Creation]));
    }

    #[test]
    fn v2_a_tenant_that_is_there_cannot_be_declined_any_more() {
        let mut creation = creation(Some(Problem::NoEmail));
        creation.progress.tenant = Some("t".into());
        let words = said(&creation);
        assert_eq!((label(words.approve.as_ref()), words.decline), ("Try again", None));
    }
}
