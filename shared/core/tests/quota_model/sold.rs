//! Rule P4: the units of a service are what its contracts say today, however Autotask shows it.

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::id::{ContractId, ServiceId};
use bridge_core::sale::{Read, Sale, Sales, Sold, lines_needed, sales};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use crate::cases;
use crate::contracts::{Account, Agreement, TODAY, account, with_lines_of, with_rows_of_today};

fn services() -> impl Strategy<Value = BTreeSet<ServiceId>> {
    prop::collection::btree_set((1..=5i64).prop_map(ServiceId), 0..=5)
}

/// Where units above zero come from.
fn origins(sale: &Sale) -> Vec<(ContractId, Sold, i64)> {
    let sources = sale.sources.iter().filter(|source| source.units > 0);
    let mut origins: Vec<_> = sources.map(|source| (source.contract, source.sold, source.units)).collect();
    origins.sort_unstable();
    origins
}

/// The units of every service that has some.
fn units(sales: &Sales) -> BTreeMap<ServiceId, i64> {
    sales.services.iter().map(|(id, sale)| (*id, sale.units)).filter(|(_, units)| *units > 0).collect()
}

fn check(account: &Account, mapped: &BTreeSet<ServiceId>) -> TestCaseResult {
    let found = sales(&account.read(), mapped, TODAY);
    for service in mapped {
        let lines: Vec<_> = account.lines_of(*service).collect();
        let sale = found.services.get(service);
        prop_assert_eq!(sale.is_some(), !lines.is_empty(), "service {} is on a line, of whatever units", service);
        let Some(sale) = sale else { continue };
        prop_assert_eq!(sale.units, account.units(*service), "units of service {}", service);
        let truth = lines.iter().map(|(id, line)| (*id, line.sold, line.units() * account.times(line.sold, *service)));
        let mut truth: Vec<_> = truth.filter(|(.., units)| *units > 0).collect();
        truth.sort_unstable();
        prop_assert_eq!(origins(sale), truth, "where units of service {} come from", service);
        for source in sale.sources.iter().filter(|source| source.units > 0) {
            let line = lines.iter().find(|(id, line)| {
                *id == source.contract && line.sold == source.sold && source.line.is_none_or(|id| id == line.id)
            });
            let row = line.and_then(|(_, line)| line.row_of_today());
            let days = (row.map(|row| row.start), row.map(|row| row.end));
            prop_assert_eq!((source.since, source.until), days, "since and until when {:?} says so", source);
        }
    }
    prop_assert!(
        found.services.keys().all(|service| mapped.contains(service)),
        "other services are none of our business"
    );
    prop_assert_eq!(found.is_selling(), !found.services.is_empty());
    prop_assert_eq!(found.has_units(), mapped.iter().any(|service| account.units(*service) > 0), "rule V1");
    Ok(())
}

fn shuffled(read: Read) -> impl Strategy<Value = Read> {
    let Read { contracts, lines, lines_read, rows, bundles } = read;
    (Just(contracts).prop_shuffle(), Just(lines).prop_shuffle(), Just(rows).prop_shuffle()).prop_map(
        move |(contracts, lines, rows)| Read {
            contracts,
            lines,
            rows,
            lines_read: lines_read.clone(),
            bundles: bundles.clone(),
        },
    )
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn p4_units_are_the_sum_over_lines_of_what_each_line_has_today(account in account(), mapped in services()) {
        check(&account, &mapped)?;
    }

    #[test]
    fn p4_the_order_of_contracts_lines_and_rows_does_not_matter(
        (read, other) in account().prop_flat_map(|account| (Just(account.read()), shuffled(account.read()))),
        mapped in services(),
    ) {
        prop_assert_eq!(sales(&read, &mapped, TODAY), sales(&other, &mapped, TODAY));
    }

    #[test]
    fn p4_rows_of_other_days_do_not_matter(account in account(), mapped in services()) {
        let read = account.read();
        let of_today = with_rows_of_today(&read);
        prop_assert_eq!(sales(&of_today, &mapped, TODAY), sales(&read, &mapped, TODAY), "never a sum over periods");
    }

    #[test]
    fn p4_lines_that_are_not_needed_would_have_changed_nothing(
        account in account(), mapped in services(), is_any_free: bool,
    ) {
        let all = account.read();
        let of_today = with_rows_of_today(&all);
        let needed = lines_needed(&with_lines_of(&of_today, &BTreeSet::new()), &mapped, &[], is_any_free, TODAY);
        let (lean, full) = (sales(&with_lines_of(&of_today, &needed), &mapped, TODAY), sales(&all, &mapped, TODAY));
        prop_assert_eq!(units(&lean), units(&full), "lines of {:?} were read", needed);
        if is_any_free {
            let (lean, full): (Vec<_>, Vec<_>) = (lean.services.keys().collect(), full.services.keys().collect());
            prop_assert_eq!(lean, full, "what is sold without units must be known where rows are Free");
        }
    }

    #[test]
    fn p9_an_account_sells_something_whether_its_lines_were_read_or_not(account in account(), mapped in services()) {
        let all = account.read();
        let of_today = with_rows_of_today(&all);
        let needed = lines_needed(&with_lines_of(&of_today, &BTreeSet::new()), &mapped, &[], false, TODAY);
        let lean = sales(&with_lines_of(&of_today, &needed), &mapped, TODAY);
        prop_assert_eq!(lean.is_selling(), sales(&all, &mapped, TODAY).is_selling(), "lines of {:?} were read", needed);
    }

    #[test]
    fn p4_contracts_that_do_not_count_might_as_well_not_be_there(account in account(), mapped in services()) {
        let mut counting = account.clone();
        counting.agreements.retain(Agreement::counts);
        prop_assert_eq!(sales(&counting.read(), &mapped, TODAY), sales(&account.read(), &mapped, TODAY));
    }
}
