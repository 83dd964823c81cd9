//! How much of an account's plan may be applied now (rules P1, P12 and P13).

use bridge_core::item::{Grant, ItemId};
use bridge_core::quota::{Change, Plan};
use store::record::{Account, Brake, Mapping};

use crate::batch::Judged;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Permit {
    /// Nothing: nobody has agreed to the first plan of this mapping (rule P1).
    NotYet,
    /// Nothing: this is not the plan that a person has reviewed, because something moved (rule P13).
    Moved,
    /// What takes nothing away, and what was announced before.
    Harmless,
    /// All of it, as the poll has judged it or a person asked for it.
    Judged,
    /// All of it, as this person has reviewed it.
    Reviewed {
        /// Who.
        by: String,
    },
}

impl Permit {
    pub(crate) fn of(
        account: &Account,
        mapping: &Mapping,
        judged: &Judged,
        brake: Option<&Brake>,
        (plan, digest): (&Plan, &str),
    ) -> Self {
        match &account.reviewed {
            Some(reviewed) if reviewed.digest == digest => return Self::Reviewed { by: reviewed.by.clone() },
            // Somebody else has brought about what was reviewed.
            Some(_) if plan.changes.is_empty() => {}
            Some(_) => return Self::Moved,
            None => {}
        }
        if account.consent != Some(mapping.mapped_at) {
            Self::NotYet
        } else if brake.is_none() && judged.covers(digest) {
            Self::Judged
        } else {
            Self::Harmless
        }
    }

    /// Whether a change may be made. What was announced before had its permit then.
    pub(crate) fn allows(&self, change: &Change, announced: &[(ItemId, Grant)]) -> bool {
        match self {
            Self::NotYet | Self::Moved => false,
            Self::Harmless => {
                !change.is_drastic() || announced.iter().any(|(item, to)| *item == change.item && *to == change.to)
            }
            Self::Judged | Self::Reviewed { .. } => true,
        }
    }

    /// Who or what makes the change.
    pub(crate) fn actor(&self) -> &str {
        match self {
            Self::Reviewed { by } => by,
            Self::NotYet | Self::Moved | Self::Harmless | Self::Judged => crate::journal::ACTOR,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use bridge_core::id::AccountId;
    use bridge_core::item::{Quota, Unit};
    use bridge_core::quota::{Cause, Sort, Verdict};
    use jiff::{SignedDuration, Timestamp};
    use store::record::account::Reviewed;
    use store::record::brake::Why;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const DIGEST: &str = "d1";

    fn change(item: &str, from: i64, to: i64) -> Change {
        let (from, to) = (Grant::Quota(Quota::hard(from)), Grant::Quota(Quota::hard(to)));
        Change {
            item: ItemId { application: "app".into(), name: item.to_owned(), infra: None },
            from,
            to,
            cause: Cause::Free,
            unit: Unit::Quantity,
            sort: Sort::of(from, to).expect("a change"),
            usage: None,
            belongs_to: None,
            version: 1,
            verdict: Verdict::Go,
        }
    }

    fn plan() -> Plan {
        Plan { changes: vec![change("raise", 10, 12), change("cut", 10, 8)], ..Plan::default() }
    }

    fn mapping() -> Mapping {
        Mapping {
            account: AccountId(7),
            tenant: "t".into(),
            connection: "c".into(),
            switches: bridge_core::mapping::Switches::default(),
            account_name: "Alder".to_owned(),
            tenant_name: "Alder".to_owned(),
            mapped_at: NOW,
        }
    }

    fn consenting() -> Account {
        Account { consent: Some(NOW), ..Account::new(AccountId(7)) }
    }

    fn reviewed(digest: &str, account: Account) -> Account {
        Account { reviewed: Some(Reviewed { digest: digest.to_owned(), by: "ann".to_owned(), at: NOW }), ..account }
    }

    fn judged(plans: &[&str]) -> Judged {
        Judged { by_a_person: false, plans: plans.iter().map(|plan| (*plan).to_owned()).collect::<BTreeSet<_>>() }
    }

    fn brake() -> Brake {
        Brake {
            since: NOW,
            why: Why::Drastic,
            mapped: 10,
            accounts: 5,
            selling_before: 10,
            selling_now: 10,
            digest: "b".to_owned(),
            approved: None,
        }
    }

    fn of(account: &Account, judged: &Judged, brake: Option<&Brake>) -> Permit {
        Permit::of(account, &mapping(), judged, brake, (&plan(), DIGEST))
    }

    fn allowed(permit: &Permit, announced: &[(ItemId, Grant)]) -> Vec<String> {
        let allowed = plan().changes.into_iter().filter(|change| permit.allows(change, announced));
        allowed.map(|change| change.item.name).collect()
    }

    #[test]
    fn p12_a_plan_that_the_poll_has_judged_is_applied_in_full_and_another_one_takes_nothing_away() {
        assert_eq!(allowed(&of(&consenting(), &judged(&[DIGEST]), None), &[]), ["raise", "cut"]);
        assert_eq!(allowed(&of(&consenting(), &judged(&["d2"]), None), &[]), ["raise"]);
        assert_eq!(allowed(&of(&consenting(), &judged(&[""]), None), &[]), ["raise"]);
    }

    #[test]
    fn p12_while_the_brake_is_on_nothing_drastic_is_applied_whoever_sent_the_worker() {
        let person = Judged { by_a_person: true, plans: BTreeSet::new() };
        assert_eq!(allowed(&of(&consenting(), &person, None), &[]), ["raise", "cut"]);
        assert_eq!(allowed(&of(&consenting(), &person, Some(&brake())), &[]), ["raise"]);
        assert_eq!(allowed(&of(&consenting(), &judged(&[DIGEST]), Some(&brake())), &[]), ["raise"]);
    }

    #[test]
    fn p1_without_consent_to_this_very_mapping_nothing_is_applied() {
        let person = Judged { by_a_person: true, plans: BTreeSet::new() };
        assert_eq!(of(&Account::new(AccountId(7)), &person, None), Permit::NotYet);
        let earlier = Account { consent: Some(NOW - SignedDuration::from_hours(1)), ..consenting() };
        assert_eq!(of(&earlier, &person, None), Permit::NotYet);
        assert_eq!(allowed(&Permit::NotYet, &[]), Vec::<String>::new());
    }

    #[test]
    fn p13_a_reviewed_plan_is_applied_exactly_even_while_the_brake_is_on() {
        let account = reviewed(DIGEST, Account::new(AccountId(7)));
        let permit = of(&account, &judged(&[]), Some(&brake()));
        assert_eq!((permit.actor(), allowed(&permit, &[])), ("ann", vec!["raise".to_owned(), "cut".to_owned()]));
    }

    #[test]
    fn p13_a_plan_that_moved_since_its_review_is_refused() {
        let account = reviewed("d0", consenting());
        let permit = of(&account, &judged(&[DIGEST]), None);
        assert_eq!((permit.clone(), allowed(&permit, &[])), (Permit::Moved, Vec::new()));
    }

    #[test]
    fn p13_a_reviewed_plan_that_came_about_by_itself_is_no_refusal() {
        let account = reviewed("d0", consenting());
        let permit = Permit::of(&account, &mapping(), &judged(&[]), None, (&Plan::default(), DIGEST));
        assert_eq!(permit, Permit::Harmless);
    }

    #[test]
    fn x2_what_was_announced_before_a_crash_goes_on_and_nothing_else_with_it() {
        let cut = change("cut", 10, 8);
        let announced = [(cut.item.clone(), cut.to)];
        assert_eq!(allowed(&Permit::Harmless, &announced), ["raise", "cut"]);
        let deeper = [(cut.item.clone(), Grant::Quota(Quota::hard(5)))];
        assert_eq!(allowed(&Permit::Harmless, &deeper), ["raise"]);
    }
}
