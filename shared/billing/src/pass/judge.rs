//! Rule P12's brake over the whole run.

use bridge_core::id::AccountId;
use bridge_core::quota::{self, Run};
use jiff::Timestamp;
use store::record::Held;
use store::record::brake::{Brake, Why};
use store::table::{Deleted, Error as TableError, Inserted, Read, Replaced, Stored, Table};
use systems::Systems;

use super::findings::{self, Findings};
use super::{Position, words};
use crate::Error;

/// How the run as a whole was judged.
#[derive(Debug)]
pub(super) struct Verdict {
    /// The brake, while it holds anything.
    brake: Option<Brake>,
}

/// The brake as the last run left it, or as a person has answered since.
pub(super) async fn stored(table: &Table) -> Result<Option<Stored<Brake>>, TableError> {
    table.get(&(), Read::Strong).await
}

/// Rule X3: what has tripped the brake is read once more in full, as changes may be what went missing. Only once: the brake may
/// wait for a person over a weekend.
pub(super) fn is_to_be_checked(brake: &Brake, position: &Position) -> bool {
    position.good_at.is_none_or(|good_at| good_at <= brake.since)
}

/// Judges the run, and keeps the brake's record in step with it.
pub(super) async fn judge(
    systems: &Systems,
    is_wanted: bool,
    findings: &Findings,
    stored: Option<Stored<Brake>>,
) -> Result<Verdict, Error> {
    let now = systems.clock.now();
    let run = run(findings);
    let Some(why) = quota::brake(&run).filter(|_| is_wanted) else {
        // No run would trip it any more, so nobody need answer.
        if let Some(stored) = stored {
            match systems.table.delete(&stored).await? {
                Deleted::Done | Deleted::Conflict(_) => {}
            }
        }
        return Ok(Verdict { brake: None });
    };
    let brake = match stored {
        None => {
            let brake = tripped(why.into(), &run, findings, now);
            runtime::alarm!("brake", "{}", words::why(&brake));
            match systems.table.insert(brake).await? {
                Inserted::New(stored) | Inserted::Exists(stored) => stored.value,
            }
        }
        Some(stored) => again(&systems.table, stored, tripped(why.into(), &run, findings, now), now).await?,
    };
    Ok(Verdict { brake: Some(brake).filter(|brake| !brake.is_approved(now)) })
}

fn run(findings: &Findings) -> Run {
    Run {
        mapped: findings.mapped,
        drastic: findings.drastic(),
        selling: findings.selling,
        sold_before: findings.sold_before,
        stopped: findings.stopped.len(),
    }
}

fn tripped(why: Why, run: &Run, findings: &Findings, now: Timestamp) -> Brake {
    let shown = findings.shown();
    Brake {
        since: now,
        why,
        mapped: run.mapped,
        accounts: run.drastic,
        selling_before: run.sold_before,
        selling_now: run.sold_before - run.stopped,
        digest: findings::digest(&shown),
        shown,
        approved: None,
    }
}

/// The brake was on already. A person's consent covers what was shown and what is left of it while it is carried out, and nothing
/// else, however little that is.
async fn again(table: &Table, stored: Stored<Brake>, mut brake: Brake, now: Timestamp) -> Result<Brake, Error> {
    let before = stored.value.clone();
    let is_covered = before.is_approved(now) && before.shown.covers(&brake.shown);
    brake.since = before.since;
    if is_covered {
        return Ok(before);
    }
    if brake == before {
        return Ok(brake);
    }
    match table.replace(stored.map(|_| brake)).await? {
        Replaced::Done(stored) => Ok(stored.value),
        // Somebody has just answered: the next run goes by that.
        Replaced::Conflict(_) => Ok(Brake { approved: None, ..before }),
    }
}

impl Verdict {
    pub(super) fn is_on(&self) -> bool {
        self.brake.is_some()
    }

    /// What a person is asked.
    pub(super) fn held(&self, findings: &Findings) -> Option<Held> {
        self.brake.as_ref().map(|brake| words::brake(brake, findings.braked()))
    }

    /// The accounts that a worker is sent to, with what was judged. With the brake on, those of which something is carried out
    /// and not drastic: the worker sees the brake too, and leaves the rest. What was read is not remembered then either, as it
    /// may be what is wrong (rule X3).
    pub(super) fn let_through<'a>(&'a self, findings: &'a Findings) -> impl Iterator<Item = (AccountId, &'a str)> {
        let wishes = findings.wishes.iter().filter(|wish| !wish.is_waiting && (wish.is_calm || !self.is_on()));
        wishes.map(|wish| (wish.account, wish.plan.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::findings::{Drastic, Wish, mark};
    use super::*;

    fn wish(account: i64, end: Option<&str>) -> Wish {
        let account = AccountId(account);
        let drastic = end.map(|end| {
            let (name, what) = (format!("Customer {account}"), end.to_owned());
            Drastic { mark: mark(account, end), name, what }
        });
        Wish { account, plan: "p".to_owned(), is_calm: drastic.is_none(), drastic, is_waiting: false }
    }

    fn of(wishes: Vec<Wish>) -> Findings {
        Findings { mapped: 10, selling: 10, sold_before: 10, wishes, ..Findings::default() }
    }

    fn cuts(accounts: &[i64]) -> Findings {
        of(accounts.iter().map(|account| wish(*account, Some("less"))).collect())
    }

    fn shown(findings: &Findings) -> Brake {
        tripped(Why::Drastic, &run(findings), findings, Timestamp::UNIX_EPOCH)
    }

    fn accounts(verdict: &Verdict, findings: &Findings) -> Vec<i64> {
        verdict.let_through(findings).map(|(account, _)| account.0).collect()
    }

    #[test]
    fn p12_with_the_brake_on_only_what_is_not_drastic_goes_on() {
        let mut findings = cuts(&[0, 1, 2]);
        findings.wishes.extend([wish(3, None), wish(4, None)]);
        assert_eq!(accounts(&Verdict { brake: None }, &findings), [0, 1, 2, 3, 4]);
        assert_eq!(accounts(&Verdict { brake: Some(shown(&findings)) }, &findings), [3, 4]);
    }

    #[test]
    fn p12_what_waits_after_a_failure_counts_although_nobody_is_sent() {
        let mut findings = cuts(&[0, 1, 2]);
        findings.wishes.iter_mut().for_each(|wish| wish.is_waiting = true);
        assert_eq!(quota::brake(&run(&findings)), Some(quota::Brake::Drastic));
        assert_eq!(accounts(&Verdict { brake: None }, &findings), Vec::<i64>::new());
    }

    #[test]
    fn p12_an_account_with_two_drastic_changes_is_one_account() {
        let two = || [wish(1, Some("less")), wish(1, Some("disabled"))];
        assert_eq!(run(&of(two().into_iter().chain(two()).collect())).drastic, 1);
    }

    #[test]
    fn p12_the_brake_names_every_account_once_with_what_would_become_of_it() {
        let mut findings =
            of(vec![wish(2, Some("less")), wish(1, Some("disabled")), wish(2, Some("none")), wish(9, None)]);
        findings.stopped.insert(AccountId(2), "Customer 2".to_owned());
        let held = Verdict { brake: Some(shown(&findings)) }.held(&findings).unwrap();
        let told: Vec<_> = held.accounts.iter().map(|told| (told.account.0, told.what.as_str())).collect();
        let of_two = "less, none, it sold something at the last good run, and sells nothing now";
        assert_eq!(told, [(1, "disabled"), (2, of_two)]);
        assert!(held.reason.contains("Customer 1, Customer 2"), "{}", held.reason);
        assert_eq!(held.what, format!("Customer 1: disabled; Customer 2: {of_two}"));
    }

    #[test]
    fn p12_of_very_many_accounts_the_first_twenty_are_named() {
        let findings = cuts(&(1..=23).collect::<Vec<_>>());
        let held = Verdict { brake: Some(shown(&findings)) }.held(&findings).unwrap();
        assert!(held.what.ends_with("Customer 20: less; and 3 more"), "{}", held.what);
        assert!(held.reason.contains("Customer 20 and 3 more"), "{}", held.reason);
        assert_eq!(held.accounts.len(), 23);
    }

    #[test]
    fn p12_what_would_happen_has_a_name_that_changes_with_it() {
        let digest = |findings: &Findings| shown(findings).digest;
        let other_end = of(vec![wish(1, Some("less")), wish(2, Some("even less"))]);
        let stopped = Findings { stopped: [(AccountId(3), "Three".to_owned())].into(), ..cuts(&[1, 2]) };
        assert_eq!(digest(&cuts(&[1, 2])), digest(&cuts(&[2, 1])));
        for other in [cuts(&[1]), cuts(&[1, 3]), other_end, stopped] {
            assert_ne!(digest(&cuts(&[1, 2])), digest(&other), "{other:?}");
            assert!(!shown(&cuts(&[1, 2])).shown.covers(&shown(&other).shown) || other.wishes.len() == 1, "{other:?}");
        }
    }
}
