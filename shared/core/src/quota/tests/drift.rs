//! Rule P15: hand edits.

use super::world::*;
use crate::item::{Grant, ItemId};
use crate::quota::{Exception, Hold, Sort, Verdict, drift};

fn servers() -> ItemId {
    item(SERVERS)
}

/// Five servers are sold, and we have seen to it.
fn settled() -> World {
    let mut world = World::new();
    world.maps(servers(), sold_by(1));
    world.has(&servers(), hard(5));
    world.sells(1, 5);
    world.run();
    world
}

/// Somebody changed the quota in Acronis, and we have noticed.
fn edited_by_hand(to: Grant) -> World {
    let mut world = settled();
    world.has(&servers(), to);
    world.uses(&servers(), 0);
    world.read();
    world
}

#[test]
fn p15_a_raise_by_hand_is_kept_for_72_hours_and_then_put_back() {
    let mut world = edited_by_hand(hard(8));
    let until = world.now + jiff::SignedDuration::from_hours(72);
    world.wait(71);
    world.uses(&servers(), 0);
    assert_eq!(world.verdict(&servers()), Some(Verdict::Held(Hold::RaisedByHand { until })));
    world.read();
    world.wait(1);
    assert_eq!(world.verdict(&servers()), Some(Verdict::Go));
    world.run();
    assert_eq!(world.tenant.grant(&servers()), hard(5));
    assert!(world.memory.raises.is_empty());
}

#[test]
fn p15_another_raise_starts_the_72_hours_again() {
    let mut world = edited_by_hand(hard(8));
    world.wait(71);
    world.has(&servers(), hard(9));
    world.read();
    let until = world.now + jiff::SignedDuration::from_hours(72);
    assert_eq!(world.verdict(&servers()), Some(Verdict::Held(Hold::RaisedByHand { until })));
}

#[test]
fn p15_a_raise_by_hand_gives_way_to_a_greater_sale() {
    let mut world = edited_by_hand(hard(8));
    world.sells(1, 20);
    assert_eq!(world.verdict(&servers()), Some(Verdict::Go));
}

#[test]
fn p15_a_cut_by_hand_is_put_back_at_once() {
    let world = edited_by_hand(hard(2));
    assert_eq!(world.verdict(&servers()), Some(Verdict::Go));
    assert_eq!(world.changes(), [(servers(), hard(5))]);
}

#[test]
fn p15_a_change_of_the_contract_is_no_hand_edit() {
    let mut world = settled();
    world.uses(&servers(), 0);
    world.sells(1, 3);
    assert_eq!(drift(&world.situation()), []);
    assert_eq!(world.verdict(&servers()), Some(Verdict::Go));
}

#[test]
fn p15_what_was_never_as_we_want_it_is_no_hand_edit() {
    let mut world = World::new();
    world.maps(servers(), sold_by(1));
    world.has(&servers(), UNLIMITED);
    world.uses(&servers(), 0);
    world.sells(1, 5);
    world.read();
    assert_eq!(world.verdict(&servers()), Some(Verdict::Go));
}

#[test]
fn p15_a_hand_edit_made_permanent_stays_until_somebody_changes_it_again() {
    let mut world = edited_by_hand(hard(8));
    let exception = Exception { grant: hard(8), reason: "promised".to_owned(), by: "ann".to_owned(), at: world.now };
    world.memory.exceptions.insert(servers(), exception);
    world.wait(1_000);
    world.read();
    assert_eq!(world.changes(), []);
    assert_eq!(drift(&world.situation())[0].exception.as_deref(), Some("promised"));
    world.has(&servers(), hard(9));
    assert_eq!(world.changes(), [(servers(), hard(5))]);
    world.read();
    assert!(world.memory.exceptions.is_empty());
    assert_eq!(world.changes(), [(servers(), hard(5))]);
}

#[test]
fn p15_a_hand_edit_is_shown_with_what_we_wrote_and_when_it_is_put_back() {
    let world = edited_by_hand(hard(8));
    let shown = &drift(&world.situation())[0];
    assert_eq!((shown.written, shown.found, shown.sort), (hard(5), hard(8), Sort::Raise));
    assert_eq!(shown.until, Some(world.now + jiff::SignedDuration::from_hours(72)));
}

#[test]
fn p15_an_item_switched_on_by_hand_is_a_raise() {
    let mut world = World::new();
    world.maps(servers(), sold_by(1));
    world.run();
    world.has(&servers(), UNLIMITED);
    assert!(matches!(world.verdict(&servers()), Some(Verdict::Held(Hold::RaisedByHand { .. }))));
}
