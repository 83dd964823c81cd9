//! The cases in which a wrong answer stops a customer's backups or gives everything away, one by one, from contract to plan.

use std::collections::BTreeMap;

use bridge_core::id::{BundleId, ContractId, InfraId, LineId, ServiceId};
use bridge_core::item::{Grant, Item, ItemId, Kind, Quota, Unit};
use bridge_core::quota::{Hold, Memory, Problem, Sort, Tenant, Usage, Verdict};
use bridge_core::sale::{Contract, Line, Read, Sold, UnitsRow, lost, sales};
use bridge_core::settings::billing::{Managed, NoSellingContract, Row, Treatment};
use bridge_core::settings::{Billing, Products};

use crate::catalogue::{cyber, offers, storage};
use crate::contracts::{TODAY, day};
use crate::world::{World, approval, hours_ago, now};

const SERVERS: i64 = 1;
const SEATS: i64 = 2;
const FIRST_STORAGE: i64 = 3;
const SECOND_STORAGE: i64 = 4;
const LOCAL: i64 = 5;
/// Not mapped: what most recurring contracts sell.
const PHONES: i64 = 99;
const GIB: i64 = 1 << 30;

fn hard(value: i64) -> Grant {
    Grant::Quota(Quota::hard(value))
}

/// A customer that uses 8 of 10 servers, 20 of 25 seats with both switches, and 400 of 500 GiB of the first storage.
fn customer() -> World {
    let service_of = |id: &ItemId| match (id.name.as_str(), id.infra.as_ref().map(InfraId::as_str)) {
        ("pw_base_servers", _) => Some(SERVERS),
        ("pw_base_m365_seats", _) => Some(SEATS),
        ("pw_base_storage", Some("s1")) => Some(FIRST_STORAGE),
        ("pw_base_storage", Some("s2")) => Some(SECOND_STORAGE),
        ("local_storage", _) => Some(LOCAL),
        _ => None,
    };
    let has = [
        (cyber("pw_base_servers"), hard(10), 8),
        (cyber("pw_base_m365_seats"), hard(25), 20),
        (cyber("pw_base_m365_mailboxes"), Grant::On, 0),
        (cyber("pw_base_m365_onedrive"), Grant::On, 0),
        (storage("s1"), hard(500 * GIB), 400 * GIB),
        (storage("s2"), Grant::Off, 0),
    ];
    let is_managed = |id: &ItemId| id.name.starts_with("pw_base_m365") || service_of(id).is_some();
    let mut products = Products::of("partner".into());
    for offer in offers().into_iter().filter(|offer| is_managed(&offer.id)) {
        let service = service_of(&offer.id).map(ServiceId);
        let treatment =
            Treatment::Managed(Managed { service, free: false, unit_size: None, soft: false, share: false });
        products.rows.push(Row { item: offer.id, edition: offer.edition, unit: offer.unit, treatment });
    }
    let listed = offers().into_iter().filter_map(|offer| {
        let (_, grant, _) = has.iter().find(|(id, ..)| *id == offer.id)?;
        Some(Item { offer, grant: *grant, locked: false, version: 7 })
    });
    let tenant = Tenant { items: listed.collect(), offers: offers(), is_new: false };
    let usage = has.iter().map(|(id, _, value)| (id.clone(), Usage { value: *value, read_at: hours_ago(1) }));
    World {
        billing: Billing { enabled: true, ..Billing::default() },
        products,
        tenant,
        sales: sales(&Read::default(), &Default::default(), TODAY),
        lost: vec![],
        memory: Memory::default(),
        usage: usage.collect(),
        usage_is_read: true,
        now: now(),
    }
}

impl World {
    /// Reads the contracts as a run does.
    fn reads(mut self, read: &Read) -> Self {
        let mapped = self.products.services().into_iter().collect();
        self.sales = sales(read, &mapped, TODAY);
        self.lost = lost(&self.memory.lines, read, &self.sales, TODAY);
        self.memory.lines = self.sales.services.values().flat_map(|sale| sale.sources.clone()).collect();
        self
    }

    fn managed(&mut self, item: &ItemId) -> &mut Managed {
        let row = self.products.rows.iter_mut().find(|row| row.item == *item).unwrap();
        match &mut row.treatment {
            Treatment::Managed(managed) => managed,
            Treatment::NotManaged => panic!("{item} is not managed"),
        }
    }

    /// What the plan would make of each item, and whether it goes ahead.
    fn intends(&self) -> BTreeMap<ItemId, (Grant, Verdict)> {
        self.plan().changes.into_iter().map(|change| (change.item, (change.to, change.verdict))).collect()
    }
}

/// A contract from one day to another that sells so many units of each service, today's rows included.
fn contract(id: i64, days: (i32, i32), services: &[(i64, i64)]) -> Read {
    let id = ContractId(id);
    let (start, end) = (day(days.0), day(days.1));
    let mut read = Read::default();
    read.contracts.push(Contract { id, name: "Care".into(), is_recurring: true, is_active: true, start, end });
    read.lines_read.insert(id);
    for (service, units) in services {
        let (line, sold) = (LineId(id.0 * 100 + service), Sold::Service(ServiceId(*service)));
        read.lines.push(Line { id: line, contract: id, sold });
        if *units > 0 {
            read.rows.push(UnitsRow { id: line.0, contract: id, line: Some(line), sold, start, end, units: *units });
        }
    }
    read
}

fn both(mut one: Read, other: Read) -> Read {
    one.contracts.extend(other.contracts);
    one.lines.extend(other.lines);
    one.lines_read.extend(other.lines_read);
    one.rows.extend(other.rows);
    one.bundles.extend(other.bundles);
    one
}

fn usual() -> Read {
    contract(1, (-100, 100), &[(SERVERS, 10), (SEATS, 25), (FIRST_STORAGE, 500)])
}

#[test]
fn p5_a_customer_that_has_what_it_bought_is_left_in_peace() {
    assert_eq!(customer().reads(&usual()).plan().changes, vec![]);
}

#[test]
fn p9_when_the_acronis_contract_ends_and_another_one_runs_on_every_quota_stays() {
    let ended = contract(1, (-100, -1), &[(SERVERS, 10), (SEATS, 25), (FIRST_STORAGE, 500)]);
    let customer = customer().reads(&both(ended, contract(2, (-100, 100), &[(PHONES, 30)])));
    let plan = customer.plan();
    assert!(plan.is_held_unsold, "it is shown that the account sells nothing");
    assert_eq!(plan.changes, vec![]);
}

#[test]
fn p9_read_literally_the_ended_contract_is_zero_and_still_not_below_usage() {
    let ended = contract(1, (-100, -1), &[(SERVERS, 10), (SEATS, 25), (FIRST_STORAGE, 500)]);
    let mut customer = customer().reads(&ended);
    customer.billing.no_selling_contract = NoSellingContract::Zero;
    let intends = customer.intends();
    assert_eq!(intends[&cyber("pw_base_servers")], (hard(0), Verdict::Held(Hold::BelowUsage { usage: 8 })));
    assert_eq!(intends[&storage("s1")], (hard(0), Verdict::Held(Hold::BelowUsage { usage: 400 * GIB })));
    assert!(intends.values().all(|(_, verdict)| *verdict != Verdict::Go), "{intends:?}");
}

#[test]
fn p9_a_customer_that_never_had_a_contract_keeps_its_unlimited_quotas() {
    let mut customer = customer().reads(&Read::default());
    for id in [cyber("pw_base_servers"), storage("s1")] {
        customer.write(&id, Grant::Quota(Quota::UNLIMITED));
    }
    let plan = customer.plan();
    assert!(plan.is_held_unsold);
    assert_eq!(plan.changes, vec![]);
}

#[test]
fn p6_an_account_that_sells_something_loses_what_it_does_not_sell_any_more() {
    let mut customer = customer().reads(&contract(1, (-100, 100), &[(SEATS, 25), (FIRST_STORAGE, 500)]));
    customer.usage.get_mut(&cyber("pw_base_servers")).unwrap().value = 0;
    let expected = BTreeMap::from([(cyber("pw_base_servers"), (hard(0), Verdict::Go))]);
    assert_eq!(customer.intends(), expected);
}

#[test]
fn p4_a_renewal_by_a_new_contract_changes_nothing_on_the_day_it_starts() {
    let old = contract(1, (-365, -1), &[(SERVERS, 10), (SEATS, 25), (FIRST_STORAGE, 500)]);
    let new = contract(2, (0, 365), &[(SERVERS, 10), (SEATS, 25), (FIRST_STORAGE, 500)]);
    assert_eq!(customer().reads(&both(old, new)).plan().changes, vec![]);
}

#[test]
fn p4_a_contract_counts_on_its_last_day_and_not_before_its_first() {
    let on_last_day = contract(1, (-365, 0), &[(SERVERS, 10), (SEATS, 25), (FIRST_STORAGE, 500)]);
    let tomorrow = contract(2, (1, 365), &[(SERVERS, 90), (SEATS, 90), (FIRST_STORAGE, 900)]);
    assert_eq!(customer().reads(&both(on_last_day, tomorrow)).plan().changes, vec![]);
}

#[test]
fn p4_a_bundle_adds_its_units_as_often_as_it_contains_the_service() {
    let mut read = both(usual(), contract(2, (-100, 100), &[]));
    let (bundle, contract) = (BundleId(7), ContractId(2));
    let sold = Sold::Bundle(bundle);
    read.bundles.insert(bundle, vec![ServiceId(SERVERS), ServiceId(SERVERS), ServiceId(SEATS)]);
    read.lines.push(Line { id: LineId(1), contract, sold });
    let row = UnitsRow { id: 1, contract, line: Some(LineId(1)), sold, start: day(-100), end: day(100), units: 3 };
    read.rows.push(row);
    let intends = customer().reads(&read).intends();
    assert_eq!(intends[&cyber("pw_base_servers")], (hard(16), Verdict::Go));
    assert_eq!(intends[&cyber("pw_base_m365_seats")], (hard(28), Verdict::Go));
}

#[test]
fn p10_a_second_storage_waits_for_a_person_while_the_first_one_holds_data() {
    let moved = contract(1, (-100, 100), &[(SERVERS, 10), (SEATS, 25), (SECOND_STORAGE, 500)]);
    let mut customer = customer().reads(&moved);
    let intends = customer.intends();
    assert_eq!(intends.keys().collect::<Vec<_>>(), [&storage("s1"), &storage("s2")]);
    assert!(intends.values().all(|(_, verdict)| matches!(verdict, Verdict::Held(_))), "{intends:?}");

    customer.memory.approvals.push(approval(storage("s1"), Grant::Off, Some(400 * GIB)));
    let approved = customer.intends();
    assert_eq!(approved[&storage("s1")], (Grant::Off, Verdict::Go));
    assert_eq!(approved[&storage("s2")], (hard(500 * GIB), Verdict::Go));

    customer.usage.get_mut(&storage("s1")).unwrap().value += 1;
    assert!(customer.intends().values().all(|(_, verdict)| *verdict != Verdict::Go), "more is used than was shown");
}

#[test]
fn p10_a_free_storage_is_no_reason_for_a_second_one() {
    let mut customer = customer().reads(&usual());
    customer.managed(&storage("s2")).free = true;
    assert_eq!(customer.plan().changes, vec![]);
}

#[test]
fn p10_a_default_storage_that_cannot_be_had_stops_provisioning_with_a_word() {
    let mut customer = customer().reads(&contract(1, (-100, 100), &[(SERVERS, 10)]));
    customer.tenant.items.clear();
    customer.tenant.is_new = true;
    let infra = |name: &str| storage(name).infra.unwrap();
    customer.products.default_storages.insert("pw_base_storage".into(), infra("s2"));
    assert_eq!(
        customer.intends()[&storage("s2")],
        (hard(0), Verdict::Go),
        "the default storage, in which nothing is sold"
    );

    let stopped = vec![Problem::NoDefaultStorage { name: "pw_base_storage".into() }];
    customer.products.default_storages.insert("pw_base_storage".into(), infra("s9"));
    assert_eq!((customer.plan().problems, customer.plan().changes), (stopped.clone(), vec![]));
    customer.products.default_storages.clear();
    assert_eq!((customer.plan().problems, customer.plan().changes), (stopped, vec![]));
}

#[test]
fn p10_two_storages_sold_are_both_named_and_both_left_alone() {
    let read = both(usual(), contract(2, (-100, 100), &[(SECOND_STORAGE, 100)]));
    let plan = customer().reads(&read).plan();
    assert_eq!(plan.problems, vec![Problem::TwoStoragesSold { storages: vec![storage("s1"), storage("s2")] }]);
    assert_eq!(plan.changes, vec![]);
}

#[test]
fn p7_switches_stay_on_while_their_seats_are_sold_though_nothing_sells_the_switches() {
    let fewer = contract(1, (-100, 100), &[(SERVERS, 10), (SEATS, 21), (FIRST_STORAGE, 500)]);
    let expected = BTreeMap::from([(cyber("pw_base_m365_seats"), (hard(21), Verdict::Go))]);
    assert_eq!(customer().reads(&fewer).intends(), expected);
}

#[test]
fn p7_without_seats_each_switch_waits_for_a_person() {
    let unsold = contract(1, (-100, 100), &[(SERVERS, 10), (FIRST_STORAGE, 500)]);
    let mut customer = customer().reads(&unsold);
    customer.usage.get_mut(&cyber("pw_base_m365_seats")).unwrap().value = 0;
    let intends = customer.intends();
    assert_eq!(intends[&cyber("pw_base_m365_seats")], (hard(0), Verdict::Go));
    for switch in ["pw_base_m365_mailboxes", "pw_base_m365_onedrive"] {
        assert_eq!(intends[&cyber(switch)], (Grant::Off, Verdict::Held(Hold::SwitchOff)));
    }
}

#[test]
fn p4_units_that_vanish_with_their_rows_are_held_and_shown_as_they_were() {
    let customer = customer().reads(&usual());
    let mut slipped = usual();
    slipped.rows.retain(|row| row.sold != Sold::Service(ServiceId(SEATS)));
    let mut after = customer.reads(&slipped);
    after.usage.get_mut(&cyber("pw_base_m365_seats")).unwrap().value = 0;
    let (to, verdict) = after.intends()[&cyber("pw_base_m365_seats")].clone();
    assert_eq!(to, hard(0));
    let Verdict::Held(Hold::LostUnits { lines }) = verdict else { panic!("{verdict:?}") };
    assert_eq!(lines.iter().map(|line| (line.contract, line.units)).collect::<Vec<_>>(), [(ContractId(1), 25)]);
}

#[test]
fn p4_a_free_item_whose_line_vanishes_is_not_given_away() {
    let mut customer = customer();
    customer.managed(&cyber("pw_base_servers")).free = true;
    let customer = customer.reads(&usual());
    let after = customer.reads(&contract(1, (-100, 100), &[(SEATS, 25), (FIRST_STORAGE, 500)]));
    let (to, verdict) = after.intends()[&cyber("pw_base_servers")].clone();
    assert_eq!(to, Grant::Quota(Quota::UNLIMITED), "what rule P6 says of a Free item that is not sold");
    assert!(matches!(verdict, Verdict::Held(Hold::LostUnits { .. })), "{verdict:?}");
}

#[test]
fn p5_a_line_of_zero_units_of_a_free_item_is_zero_and_not_unlimited() {
    let mut customer = customer();
    customer.managed(&cyber("pw_base_servers")).free = true;
    customer.usage.get_mut(&cyber("pw_base_servers")).unwrap().value = 0;
    let zero = contract(1, (-100, 100), &[(SERVERS, 0), (SEATS, 25), (FIRST_STORAGE, 500)]);
    let expected = BTreeMap::from([(cyber("pw_base_servers"), (hard(0), Verdict::Go))]);
    assert_eq!(customer.reads(&zero).intends(), expected);
}

#[test]
fn p12_nobody_knows_what_is_used_so_nothing_is_cut() {
    let fewer = contract(1, (-100, 100), &[(SERVERS, 9), (SEATS, 25), (FIRST_STORAGE, 500)]);
    let mut customer = customer().reads(&fewer);
    customer.usage.clear();
    assert_eq!(customer.intends()[&cyber("pw_base_servers")], (hard(9), Verdict::Held(Hold::UsageUnknown)));
    customer.usage_is_read = false;
    assert_eq!(customer.intends()[&cyber("pw_base_servers")], (hard(9), Verdict::AskUsage));
}

#[test]
fn p3_more_than_a_quota_can_hold_is_named_and_changes_nothing() {
    let mut customer = customer();
    customer.managed(&cyber("pw_base_servers")).unit_size = Some(i64::MAX);
    let customer = customer.reads(&usual());
    assert_eq!(customer.plan().changes, vec![]);
    assert_eq!(customer.plan().problems, vec![Problem::TooLarge { item: cyber("pw_base_servers") }]);
}

#[test]
fn p11_what_is_bought_today_is_switched_on_before_anything_is_cut() {
    let read = contract(1, (-100, 100), &[(SERVERS, 9), (SEATS, 30), (FIRST_STORAGE, 500), (LOCAL, 2)]);
    let plan = customer().reads(&read).plan();
    let found: Vec<_> = plan.changes.iter().map(|change| (change.item.clone(), change.sort, change.unit)).collect();
    let expected = [
        (cyber("local_storage"), Sort::SwitchOn, Unit::Bytes),
        (cyber("pw_base_m365_seats"), Sort::Raise, Unit::Quantity),
        (cyber("pw_base_servers"), Sort::Cut, Unit::Quantity),
    ];
    assert_eq!(found, expected);
    assert!(offers().iter().any(|offer| offer.id == found[0].0 && offer.kind == Kind::Count));
}
