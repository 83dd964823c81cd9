//! How much of an account's plan may be applied now (rules P1, P12 and P13).

use bridge_core::item::{Grant, ItemId};
use bridge_core::quota::{Change, Plan, Tenant};
use jiff::Timestamp;
use store::record::account::Reviewed;
use store::record::{Account, Brake, Mapping};

use crate::batch::Judged;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Permit {
    /// Nothing: nobody has agreed to the first plan of this mapping (rule P1).
    NotYet,
    /// Nothing: this is not the plan that a person has reviewed, because something moved (rule P13).
    Moved,
    /// Nothing: it was reviewed too long ago.
    Lapsed,
    /// What takes nothing away, and what was announced before.
    Harmless,
    /// All of it, as the poll has judged it or a person asked for it.
    Judged,
    /// All of it, as this person has reviewed it.
    Reviewed {
        /// Who.
        by: String,
    },
    /// What is left of the plan that this person has reviewed and that was begun.
    Begun {
        /// Who.
        by: String,
        /// What was announced of it.
        changes: Vec<(ItemId, Grant)>,
    },
}

/// What would be done, and to what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Planned<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) digest: &'a str,
    pub(crate) tenant: &'a Tenant,
}

impl Permit {
    pub(crate) fn of(
        account: &Account,
        mapping: &Mapping,
        judged: &Judged,
        brake: Option<&Brake>,
        planned: Planned<'_>,
        now: Timestamp,
    ) -> Self {
        // Where nothing is to be changed, somebody else has brought about what was reviewed.
        let review = account.reviewed.as_ref().filter(|_| !planned.plan.changes.is_empty());
        if let Some(review) = review.filter(|review| review.mapped_at == Some(mapping.mapped_at)) {
            return Self::of_review(review, planned, now);
        }
        if account.consent != Some(mapping.mapped_at) {
            Self::NotYet
        } else if brake.is_none() && judged.covers(planned.digest) {
            Self::Judged
        } else {
            Self::Harmless
        }
    }

    /// What was reviewed is carried out exactly or refused, whoever else has judged what would be done instead.
    fn of_review(review: &Reviewed, planned: Planned<'_>, now: Timestamp) -> Self {
        let by = review.by.clone();
        if !review.is_fresh(now) {
            Self::Lapsed
        } else if review.digest == planned.digest {
            Self::Reviewed { by }
        } else if is_going_on(review, planned) {
            Self::Begun { by, changes: review.begun.clone() }
        } else {
            Self::Moved
        }
    }

    /// Whether a change may be made. What was announced before had its permit then.
    pub(crate) fn allows(&self, change: &Change, announced: &[(ItemId, Grant)]) -> bool {
        let is_among =
            |some: &[(ItemId, Grant)]| some.iter().any(|(item, to)| *item == change.item && *to == change.to);
        match self {
            Self::NotYet | Self::Moved | Self::Lapsed => false,
            Self::Harmless => !change.is_drastic() || is_among(announced),
            Self::Begun { changes, .. } => is_among(changes),
            Self::Judged | Self::Reviewed { .. } => true,
        }
    }

    /// Whether it is a person's review that permits it.
    pub(crate) fn is_of_review(&self) -> bool {
        matches!(self, Self::Reviewed { .. } | Self::Begun { .. })
    }

    /// Who or what makes the change.
    pub(crate) fn actor(&self) -> &str {
        match self {
            Self::Reviewed { by } | Self::Begun { by, .. } => by,
            Self::NotYet | Self::Moved | Self::Lapsed | Self::Harmless | Self::Judged => crate::journal::ACTOR,
        }
    }
}

/// Whether a reviewed plan was begun and everything that was announced of it is done or still to be done as it was shown: then only
/// the part that is done makes the difference.
fn is_going_on(review: &Reviewed, Planned { plan, tenant, .. }: Planned<'_>) -> bool {
    let is_done = |item: &ItemId, to: Grant| tenant.grant(item) == to.normal();
    let is_to_be_done =
        |item: &ItemId, to: Grant| plan.changes.iter().any(|change| change.item == *item && change.to == to);
    !review.begun.is_empty() && review.begun.iter().all(|(item, to)| is_done(item, *to) || is_to_be_done(item, *to))
}

/// Whether what stands in place of a plan, as for a new tenant, may be done: the poll has judged it, or a person asked for it or has
/// reviewed it.
pub(crate) fn covers(judged: &Judged, brake: Option<&Brake>, name: &str, is_reviewed: bool) -> bool {
    is_reviewed || (brake.is_none() && judged.covers(name))
}

/// Rule V6: whether the tenant may be disabled.
pub(crate) fn may_disable(
    account: &Account,
    mapping: &Mapping,
    judged: &Judged,
    brake: Option<&Brake>,
    now: Timestamp,
) -> bool {
    let review = account.fresh_review(Some(mapping.mapped_at), now);
    covers(judged, brake, billing::DISABLE, review.is_some_and(|review| review.disables))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use bridge_core::id::AccountId;
    use bridge_core::item::{Item, Kind, Offer, Quota, Unit};
    use bridge_core::quota::{Cause, Sort, Verdict};
    use jiff::{SignedDuration, Timestamp};
    use store::record::account::Reviewed;
    use store::record::brake::{Shown, Why};

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
        let (digest, by, begun) = (digest.to_owned(), "ann".to_owned(), Vec::new());
        Account {
            reviewed: Some(Reviewed { digest, by, at: NOW, mapped_at: Some(NOW), disables: false, begun }),
            ..account
        }
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
            shown: Shown::default(),
            approved: None,
        }
    }

    fn of(account: &Account, judged: &Judged, brake: Option<&Brake>) -> Permit {
        at(NOW, account, judged, brake, &plan(), &tenant(&[]))
    }

    fn at(
        now: Timestamp,
        account: &Account,
        judged: &Judged,
        brake: Option<&Brake>,
        plan: &Plan,
        tenant: &Tenant,
    ) -> Permit {
        Permit::of(account, &mapping(), judged, brake, Planned { plan, digest: DIGEST, tenant }, now)
    }

    fn tenant(items: &[(&str, i64)]) -> Tenant {
        let item = |(name, quota): &(&str, i64)| Item {
            offer: Offer {
                id: ItemId { application: "app".into(), name: (*name).to_owned(), infra: None },
                edition: None,
                usage_name: None,
                kind: Kind::Count,
                unit: Unit::Quantity,
            },
            grant: Grant::Quota(Quota::hard(*quota)),
            locked: false,
            version: 1,
        };
        Tenant { items: items.iter().map(item).collect(), ..Tenant::default() }
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

    fn begun(account: Account, changes: &[Change]) -> Account {
        let begun = changes.iter().map(|change| (change.item.clone(), change.to)).collect();
        Account { reviewed: account.reviewed.map(|reviewed| Reviewed { begun, ..reviewed }), ..account }
    }

    #[test]
    fn p13_what_is_left_of_a_reviewed_plan_that_was_begun_goes_on_and_nothing_else_with_it() {
        let (raise, cut) = (change("raise", 10, 12), change("cut", 10, 8));
        let account = begun(reviewed("d0", consenting()), &[raise, cut.clone()]);
        let left = Plan { changes: vec![cut, change("new", 1, 2)], ..Plan::default() };
        let permit = at(NOW, &account, &judged(&[]), Some(&brake()), &left, &tenant(&[("raise", 12), ("cut", 10)]));
        let goes_on: Vec<_> = left.changes.iter().map(|change| permit.allows(change, &[])).collect();
        assert_eq!((permit.actor(), goes_on), ("ann", vec![true, false]));
    }

    #[test]
    fn p13_a_reviewed_plan_that_moved_after_it_was_begun_is_refused_whatever_was_judged() {
        let account = begun(reviewed("d0", consenting()), &[change("cut", 10, 5)]);
        let permit = at(NOW, &account, &judged(&[DIGEST]), None, &plan(), &tenant(&[("cut", 10)]));
        assert_eq!(permit, Permit::Moved);
        let person = Judged { by_a_person: true, plans: BTreeSet::new() };
        assert_eq!(at(NOW, &account, &person, None, &plan(), &tenant(&[("cut", 10)])), Permit::Moved);
    }

    #[test]
    fn p13_a_review_lapses_after_an_hour() {
        let account = reviewed(DIGEST, consenting());
        let later = |minutes| {
            let now = NOW + SignedDuration::from_mins(minutes);
            at(now, &account, &judged(&[DIGEST]), None, &plan(), &tenant(&[]))
        };
        assert_eq!(later(59), Permit::Reviewed { by: "ann".to_owned() });
        assert_eq!(later(60), Permit::Lapsed);
    }

    #[test]
    fn p13_a_review_of_an_earlier_mapping_says_nothing_about_this_one() {
        let account = reviewed(DIGEST, Account::new(AccountId(7)));
        let mapping = Mapping { mapped_at: NOW + SignedDuration::from_mins(1), ..mapping() };
        let (plan, tenant) = (plan(), tenant(&[]));
        let planned = Planned { plan: &plan, digest: DIGEST, tenant: &tenant };
        assert_eq!(Permit::of(&account, &mapping, &judged(&[DIGEST]), None, planned, NOW), Permit::NotYet);
    }

    #[test]
    fn p12_a_disabling_is_judged_with_all_others_or_has_been_reviewed() {
        let may = |account: &Account, judged: &Judged, brake: Option<&Brake>, minutes| {
            may_disable(account, &mapping(), judged, brake, NOW + SignedDuration::from_mins(minutes))
        };
        let review = reviewed(DIGEST, consenting()).reviewed.map(|review| Reviewed { disables: true, ..review });
        let shown = Account { reviewed: review, ..consenting() };
        let not_shown = reviewed(DIGEST, consenting());
        assert!(may(&not_shown, &judged(&[billing::DISABLE]), None, 0));
        assert!(!may(&not_shown, &judged(&[billing::DISABLE]), Some(&brake()), 0));
        assert!(!may(&not_shown, &judged(&[DIGEST]), None, 0));
        assert!(may(&shown, &judged(&[]), Some(&brake()), 0));
        assert!(!may(&shown, &judged(&[]), Some(&brake()), 60), "it has lapsed");
    }

    #[test]
    fn p13_a_reviewed_plan_that_came_about_by_itself_is_no_refusal() {
        let account = reviewed("d0", consenting());
        let permit = at(NOW, &account, &judged(&[]), None, &Plan::default(), &tenant(&[]));
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
