//! Rule P15 as runs follow one another: what a hand changes in Acronis, how long it stays, and what is remembered.

use bridge_core::item::{Grant, ItemId, Kind, Quota};
use bridge_core::quota::{Memory, Sort, Usage, drift};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::cases;
use crate::catalogue::offers;
use crate::model::{is_less, must};
use crate::settled::run;
use crate::world::{World, exception, world};

/// A tenant at rest, of which nothing is used, so that nothing but hands is in the way.
fn at_rest(mut world: World) -> World {
    world.tenant.is_new = false;
    world.lost.clear();
    world.memory = Memory::default();
    look(&mut world, 0);
    world.approve_everything();
    run(&mut world);
    world.memory.approvals.clear();
    run(&mut world);
    world
}

/// So many hours later usage is read once more.
fn look(world: &mut World, hours: i64) {
    world.now += SignedDuration::from_hours(hours);
    let read_at = world.now;
    world.usage = offers().into_iter().map(|offer| (offer.id, Usage { value: 0, read_at })).collect();
    world.usage_is_read = true;
}

/// A managed count that is on, and so has a quota for a hand to change.
fn quotas(world: &World) -> Vec<ItemId> {
    let is_count = |id: &ItemId| world.offer(id).is_some_and(|offer| offer.kind == Kind::Count);
    let quotas = must(world).grants.into_iter().filter(|(id, to)| is_count(id) && to.is_on() && *to == world.grant(id));
    quotas.map(|(id, _)| id).collect()
}

fn shown(world: &World, item: &ItemId) -> Option<(Sort, Option<Timestamp>, Option<String>)> {
    let drifts = drift(&world.situation()).into_iter().filter(|drift| drift.item == *item);
    drifts.map(|drift| (drift.sort, drift.until, drift.exception)).next()
}

proptest! {
    #![proptest_config(cases(700))]

    #[test]
    fn p15_a_raise_by_hand_stays_for_its_hours_and_a_cut_is_put_back_at_once(
        world in world(), which: prop::sample::Index, value in 0..9i64, keep in 1..100u32,
        hours in prop::collection::vec(1..40i64, 1..6),
    ) {
        let mut world = at_rest(world);
        world.billing.keep_raises_hours = keep;
        let quotas = quotas(&world);
        if !world.sales.is_selling() || quotas.is_empty() {
            return Ok(());
        }
        let item = which.get(&quotas);
        let (ours, by_hand) = (world.grant(item), Grant::Quota(Quota::hard(value)));
        if ours.ceiling() == by_hand.ceiling() {
            return Ok(());
        }
        world.write(item, by_hand);
        look(&mut world, 1);
        let put_back_at = world.now + SignedDuration::from_hours(i64::from(keep));
        let is_raise = is_less(ours, by_hand);
        let (sort, until, exception) = shown(&world, item).unwrap();
        prop_assert_eq!((sort, until, exception), if is_raise {
            (Sort::Raise, Some(put_back_at), None)
        } else {
            (Sort::Cut, None, None)
        });
        run(&mut world);
        for hours in hours {
            let stays = is_raise && world.now < put_back_at;
            prop_assert_eq!(world.grant(item), if stays { by_hand } else { ours }, "at {}", world.now);
            prop_assert_eq!(shown(&world, item).is_some(), stays, "what is put back is no drift");
            look(&mut world, hours);
            run(&mut world);
        }
    }

    #[test]
    fn p15_what_a_person_made_permanent_stays_until_a_hand_changes_it_again(
        world in world(), which: prop::sample::Index, value in 1..9i64, days in 1..30i64,
    ) {
        let mut world = at_rest(world);
        let quotas = quotas(&world);
        if !world.sales.is_selling() || quotas.is_empty() {
            return Ok(());
        }
        let item = which.get(&quotas);
        let (ours, permanent) = (world.grant(item), Grant::Quota(Quota::hard(value)));
        if ours == permanent || ours.ceiling() == Some(0) {
            return Ok(());
        }
        world.write(item, permanent);
        world.memory.exceptions.insert(item.clone(), exception(permanent));
        look(&mut world, days * 24);
        run(&mut world);
        prop_assert_eq!(world.grant(item), permanent);

        world.write(item, Grant::Quota(Quota::hard(0)));
        look(&mut world, 1);
        run(&mut world);
        prop_assert_eq!(world.grant(item), ours, "another value is drift once more, and a cut is put back");
    }

    #[test]
    fn p15_what_is_remembered_survives_the_table(mut world in world()) {
        run(&mut world);
        let json = serde_json::to_string(&world.memory).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Memory>(&json).unwrap(), &world.memory);
    }
}
