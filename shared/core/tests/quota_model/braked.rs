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
        mapped in 0..40usize, drastic in 0..40usize, selling in 0..40usize, sold_before in 0..40usize,
    ) {
        let fell = sold_before.saturating_sub(selling);
        let float = |accounts: usize| f64::from(u32::try_from(accounts).unwrap());
        let share = |some: usize, all: usize| 100.0 * float(some) / float(all);
        let falls = (fell >= 3 && share(fell, sold_before) > 20.0) || (sold_before > 0 && selling == 0);
        let changes = drastic >= 3 && share(drastic, mapped) > 20.0;
        let expected = match (falls, changes) {
            (true, _) => Some(Brake::FewerSelling),
            (false, true) => Some(Brake::Drastic),
            (false, false) => None,
        };
        prop_assert_eq!(brake(&Run { mapped, drastic, selling, sold_before }), expected);
    }

    #[test]
    fn p12_what_reduces_switches_off_sets_to_unlimited_or_multiplies_by_more_than_ten_counts(world in world()) {
        for change in world.plan().changes {
            let is_many_times = match (change.from, change.to) {
                (Grant::Quota(from), Grant::Quota(to)) => {
                    from.value.zip(to.value).is_some_and(|(from, to)| to > from * 10)
                }
                _ => false,
            };
            let is_unlimited = matches!(change.to, Grant::Quota(quota) if quota.value.is_none());
            let is_less = matches!(change.sort, Sort::Cut | Sort::SwitchOff);
            prop_assert_eq!(change.is_drastic(), is_less || is_unlimited || is_many_times, "{:?}", change);
        }
    }
}

#[test]
fn p12_two_accounts_never_brake_and_exactly_a_fifth_does_not() {
    let quiet = Run { mapped: 2, drastic: 2, selling: 2, sold_before: 2 };
    assert_eq!(brake(&quiet), None);
    assert_eq!(brake(&Run { mapped: 15, drastic: 3, selling: 15, sold_before: 15 }), None);
    assert_eq!(brake(&Run { mapped: 14, drastic: 3, selling: 14, sold_before: 14 }), Some(Brake::Drastic));
}

#[test]
fn p12_when_nobody_sells_anything_any_more_it_is_the_reading_that_is_doubted() {
    assert_eq!(brake(&Run { mapped: 1, drastic: 0, selling: 0, sold_before: 1 }), Some(Brake::FewerSelling));
    assert_eq!(brake(&Run { mapped: 9, drastic: 0, selling: 0, sold_before: 0 }), None);
}
