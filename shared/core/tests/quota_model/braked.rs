//! Rule P12's brake against the sentence that states it.

use bridge_core::item::Grant;
use bridge_core::quota::{Brake, Run, Sort, brake};
use proptest::prelude::*;

use crate::cases;
use crate::world::world;

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn p12_the_brake_falls_from_three_accounts_and_more_than_a_fifth_on(
        mapped in 0..40usize, drastic in 0..40usize, stopped in 0..40usize, still in 0..40usize, new in 0..3usize,
    ) {
        let (sold_before, selling) = (stopped + still, still + new);
        let float = |accounts: usize| f64::from(u32::try_from(accounts).unwrap());
        let share = |some: usize, all: usize| 100.0 * float(some) / float(all);
        let falls = (stopped >= 3 && share(stopped, sold_before) > 20.0) || (sold_before > 0 && selling == 0);
        let changes = drastic >= 3 && share(drastic, mapped) > 20.0;
        let expected = match (falls, changes) {
            (true, _) => Some(Brake::FewerSelling),
            (false, true) => Some(Brake::Drastic),
            (false, false) => None,
        };
        prop_assert_eq!(brake(&Run { mapped, drastic, selling, sold_before, stopped }), expected);
    }

    #[test]
    fn p12_what_reduces_switches_off_sets_to_unlimited_or_multiplies_by_more_than_ten_counts(world in world()) {
        for change in world.plan().changes {
            let (is_many_times, becomes_soft) = match (change.from, change.to) {
                (Grant::Quota(from), Grant::Quota(to)) => (
                    from.value.zip(to.value).is_some_and(|(from, to)| to > from * 10),
                    from.value.is_some() && from.overage.is_some() && to.overage.is_none(),
                ),
                _ => (false, false),
            };
            let is_unlimited = matches!(change.to, Grant::Quota(quota) if quota.value.is_none());
            let is_less = matches!(change.sort, Sort::Cut | Sort::SwitchOff);
            prop_assert_eq!(change.is_drastic(), is_less || is_unlimited || becomes_soft || is_many_times, "{:?}", change);
        }
    }
}

#[test]
fn p12_two_accounts_never_brake_and_exactly_a_fifth_does_not() {
    let calm = |mapped| Run { mapped, drastic: 0, selling: mapped, sold_before: mapped, stopped: 0 };
    assert_eq!(brake(&Run { drastic: 2, ..calm(2) }), None);
    assert_eq!(brake(&Run { drastic: 3, ..calm(15) }), None);
    assert_eq!(brake(&Run { drastic: 3, ..calm(14) }), Some(Brake::Drastic));
}

#[test]
fn p12_when_nobody_sells_anything_any_more_it_is_the_reading_that_is_doubted() {
    let one = Run { mapped: 1, drastic: 0, selling: 0, sold_before: 1, stopped: 1 };
    assert_eq!(brake(&one), Some(Brake::FewerSelling));
    assert_eq!(brake(&Run { mapped: 9, drastic: 0, selling: 0, sold_before: 0, stopped: 0 }), None);
}

#[test]
fn x3_accounts_that_were_mapped_since_hide_no_fall() {
    let as_many_as_before = Run { mapped: 10, drastic: 0, selling: 5, sold_before: 5, stopped: 5 };
    assert_eq!(brake(&as_many_as_before), Some(Brake::FewerSelling));
}
