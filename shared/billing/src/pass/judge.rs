//! Rule P12's brake over the whole run.

use bridge_core::id::AccountId;
use bridge_core::quota::{self, Run};
use jiff::Timestamp;
use store::record::Held;
use store::record::brake::{Brake, Why};
use store::table::{Deleted, Error as TableError, Inserted, Read, Replaced, Stored, Table};
use systems::Systems;

use super::findings::Findings;
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

/// Judges the run, and keeps the brake's record in step with it.
pub(super) async fn judge(
    systems: &Systems,
    is_wanted: bool,
    findings: &Findings,
    position: &Position,
    stored: Option<Stored<Brake>>,
) -> Result<Verdict, Error> {
    let now = systems.clock.now();
    let run = run(findings, position);
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

/// Connections that were not read now are left out of both counts.
fn run(findings: &Findings, position: &Position) -> Run {
    let before = findings.selling.keys().filter_map(|connection| position.selling.get(connection));
    Run {
        mapped: findings.mapped,
        drastic: findings.drastic().count(),
        selling: findings.selling.values().sum(),
        sold_before: before.sum(),
    }
}

fn tripped(why: Why, run: &Run, findings: &Findings, now: Timestamp) -> Brake {
    Brake {
        since: now,
        why,
        mapped: run.mapped,
        accounts: run.drastic,
        selling_before: run.sold_before,
        selling_now: run.selling,
        digest: findings.digest(),
        approved: None,
    }
}

/// The brake was on already. A person's consent covers what was shown and what is left of it while it is carried out, but not more.
async fn again(table: &Table, stored: Stored<Brake>, mut brake: Brake, now: Timestamp) -> Result<Brake, Error> {
    let before = stored.value.clone();
    let is_no_more = brake.accounts <= before.accounts && brake.selling_now >= before.selling_now;
    let is_covered = before.is_approved(now) && (brake.digest == before.digest || is_no_more);
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
    pub(super) fn held(&self) -> Option<(String, Held)> {
        self.brake.as_ref().map(words::brake).map(|held| (held.id.clone(), held))
    }

    /// The accounts that a worker is sent to, with what was judged. With the brake on, those of which something is carried out
    /// and not drastic: the worker sees the brake too, and leaves the rest. What was read is not remembered then either, as it
    /// may be what is wrong (rule X3).
    pub(super) fn let_through<'a>(&'a self, findings: &'a Findings) -> impl Iterator<Item = (AccountId, &'a str)> {
        let wishes = findings.wishes.iter().filter(|wish| wish.is_calm || !self.is_on());
        wishes.map(|wish| (wish.account, wish.plan.as_str()))
    }

    /// What the next run compares with. As long as the fall is not agreed to, that is the last good run.
    pub(super) fn remember(&self, findings: &Findings, position: &mut Position) {
        if self.brake.as_ref().is_none_or(|brake| brake.why != Why::FewerSelling) {
            position.selling.extend(findings.selling.iter().map(|(connection, count)| (connection.clone(), *count)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::findings::Wish;
    use super::*;

    fn findings(selling: usize, drastic: usize) -> Findings {
        let wish = |account, is_drastic| Wish {
            account: AccountId(account),
            plan: "p".to_owned(),
            is_drastic,
            is_calm: !is_drastic,
        };
        let drastic = i64::try_from(drastic).expect("few");
        Findings {
            mapped: 10,
            selling: [("c".into(), selling)].into(),
            wishes: (0..5).map(|n| wish(n, n < drastic)).collect(),
            ..Findings::default()
        }
    }

    fn on(why: Why) -> Verdict {
        let findings = findings(10, 3);
        let brake = tripped(why, &run(&findings, &Position::default()), &findings, Timestamp::UNIX_EPOCH);
        Verdict { brake: Some(brake) }
    }

    #[test]
    fn p12_with_the_brake_on_only_what_is_not_drastic_goes_on() {
        let findings = findings(10, 3);
        let accounts =
            |verdict: &Verdict| verdict.let_through(&findings).map(|(account, _)| account.0).collect::<Vec<_>>();
        assert_eq!(accounts(&Verdict { brake: None }), [0, 1, 2, 3, 4]);
        assert_eq!(accounts(&on(Why::Drastic)), [3, 4]);
    }

    #[test]
    fn p12_an_unexplained_fall_stays_one_until_it_is_agreed_to() {
        let mut position = Position { selling: [("c".into(), 10)].into(), ..Position::default() };
        on(Why::FewerSelling).remember(&findings(2, 0), &mut position);
        assert_eq!(position.selling[&"c".into()], 10);
        on(Why::Drastic).remember(&findings(9, 0), &mut position);
        assert_eq!(position.selling[&"c".into()], 9);
    }

    #[test]
    fn p12_a_connection_that_was_not_read_is_no_fall() {
        let position = Position { selling: [("c".into(), 10), ("paused".into(), 50)].into(), ..Position::default() };
        let run = run(&findings(10, 0), &position);
        assert_eq!((run.sold_before, run.selling), (10, 10));
    }

    #[test]
    fn p12_what_would_happen_has_a_name_that_changes_with_it() {
        assert_eq!(findings(10, 3).digest(), findings(9, 3).digest());
        assert_ne!(findings(10, 3).digest(), findings(10, 2).digest());
    }
}
