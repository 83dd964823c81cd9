//! Rule P4's last sentence: units that vanish with nothing that explains it are held.

use std::collections::BTreeSet;

use bridge_core::id::ServiceId;
use bridge_core::sale::{Lost, Sales, Source, lost, sales};
use proptest::prelude::*;

use crate::cases;
use crate::contracts::{Account, Agreement, NamesLine, TODAY, account, day, with_rows_of_today};

fn mapped() -> BTreeSet<ServiceId> {
    (1..=5).map(ServiceId).collect()
}

/// What a good run remembers.
fn remembered(sales: &Sales) -> Vec<Source> {
    let sources = sales.services.values().flat_map(|sale| sale.sources.clone());
    sources.filter(|source| source.units > 0).collect()
}

fn lost_since(previous: &[Source], account: &Account) -> Vec<Lost> {
    let read = account.read();
    lost(previous, &read, &sales(&read, &mapped(), TODAY), TODAY)
}

fn sales_of_today(account: &Account) -> Sales {
    sales(&account.read(), &mapped(), TODAY)
}

/// The counting contracts' lines that have units today, by contract and line.
fn living(account: &Account) -> Vec<(usize, usize)> {
    let agreements = account.agreements.iter().enumerate().filter(|(_, agreement)| agreement.counts());
    let lines = agreements.flat_map(|(nth, agreement)| agreement.lines.iter().enumerate().map(move |line| (nth, line)));
    let lines =
        lines.filter(|(_, (_, line))| line.units() > 0 && mapped().iter().any(|id| account.times(line.sold, *id) > 0));
    lines.map(|(nth, (line, _))| (nth, line)).collect()
}

fn without(account: &Account, hide: impl FnOnce(&mut Agreement)) -> impl FnOnce(usize) -> Account {
    let mut account = account.clone();
    move |nth| {
        hide(&mut account.agreements[nth]);
        account
    }
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn p4_what_ends_by_itself_as_time_goes_on_is_explained(account in account(), days in 0..10i32) {
        let before = sales(&account.read(), &mapped(), day(-days));
        prop_assert_eq!(lost_since(&remembered(&before), &account), vec![]);
        let of_today = with_rows_of_today(&account.read());
        let found = lost(&remembered(&before), &of_today, &sales(&of_today, &mapped(), TODAY), TODAY);
        prop_assert_eq!(found, vec![], "rows that have ended need not be read");
    }

    #[test]
    fn p4_a_line_whose_rows_are_gone_is_lost_and_no_other_is(account in account(), which: prop::sample::Index) {
        let living = living(&account);
        if living.is_empty() {
            return Ok(());
        }
        let (nth, line) = *which.get(&living);
        let truth = account.agreements[nth].lines[line].clone();
        let before = remembered(&sales_of_today(&account));
        let after = without(&account, |agreement| agreement.lines[line].steps.clear())(nth);
        let found = lost_since(&before, &after);
        let services: BTreeSet<_> = found.iter().map(|lost| lost.service).collect();
        let of_line: BTreeSet<_> = mapped().into_iter().filter(|id| account.times(truth.sold, *id) > 0).collect();
        prop_assert_eq!(services, of_line);
        let contract = account.agreements[nth].contract.id;
        for source in found.iter().flat_map(|lost| &lost.lines) {
            prop_assert_eq!((source.contract, source.sold), (contract, truth.sold), "{:?}", found);
            prop_assert!(before.contains(source), "it is shown as it was");
        }
    }

    #[test]
    fn p4_an_adjustment_to_zero_leaves_the_row_that_explains_it(
        mut account in account(), which: prop::sample::Index, days_ago in 0..3i32,
    ) {
        // Rows do not change their line when another one follows.
        let lines = account.agreements.iter_mut().flat_map(|agreement| &mut agreement.lines);
        for line in lines.filter(|line| line.names_line == NamesLine::InNewRows) {
            line.names_line = NamesLine::Always;
        }
        let living = living(&account);
        if living.is_empty() {
            return Ok(());
        }
        let (nth, line) = *which.get(&living);
        let truth = &account.agreements[nth].lines[line];
        // An adjustment on a row's first day replaces it, and nothing is left to be seen.
        let (&start, _) = truth.steps.range(..=0).next_back().unwrap();
        if start >= -days_ago {
            return Ok(());
        }
        let before = remembered(&sales_of_today(&account));
        let after = without(&account, |agreement| {
            let line = &mut agreement.lines[line];
            line.steps.split_off(&-days_ago);
            line.steps.insert(-days_ago, 0);
        })(nth);
        prop_assert_eq!(lost_since(&before, &after), vec![]);
    }

    #[test]
    fn p4_a_contract_that_was_ended_or_made_inactive_explains_its_lines(
        account in account(), which: prop::sample::Index, is_ended: bool,
    ) {
        let living = living(&account);
        if living.is_empty() {
            return Ok(());
        }
        let (nth, _) = *which.get(&living);
        let before = remembered(&sales_of_today(&account));
        let after = without(&account, |agreement| {
            if is_ended {
                agreement.contract.end = day(-1);
            } else {
                agreement.contract.is_active = false;
            }
        })(nth);
        prop_assert_eq!(lost_since(&before, &after), vec![]);
    }

    #[test]
    fn p4_a_contract_that_is_not_listed_any_more_explains_none_of_its_lines(
        account in account(), which: prop::sample::Index,
    ) {
        let living = living(&account);
        if living.is_empty() {
            return Ok(());
        }
        let (nth, _) = *which.get(&living);
        let gone = account.agreements[nth].contract.id;
        let before = remembered(&sales_of_today(&account));
        let mut after = account.clone();
        after.agreements.remove(nth);
        let mut lines: Vec<Source> = lost_since(&before, &after).into_iter().flat_map(|lost| lost.lines).collect();
        lines.sort();
        let mut expected: Vec<Source> = before.into_iter().filter(|source| source.contract == gone).collect();
        expected.sort();
        expected.dedup();
        prop_assert_eq!(lines, expected);
    }

    #[test]
    fn p4_fewer_units_are_not_lost_units(account in account()) {
        let mut before = remembered(&sales_of_today(&account));
        for source in &mut before {
            source.units += 10;
        }
        prop_assert_eq!(lost_since(&before, &account), vec![]);
    }
}
