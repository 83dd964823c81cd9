//! What came of a step, as a change of the account's record. It may be made a second time, on top of what somebody else has
//! written in between.

use bridge_core::item::ItemId;
use bridge_core::provision::Creation;
use bridge_core::quota::{self, Change, Usage};
use jiff::{SignedDuration, Timestamp};
use store::record::Account;
use store::record::account::{Last, Pending, Untold};

use crate::journal::ACTOR;

/// See the module.
pub(crate) type Outcome = Box<dyn Fn(&mut Account) + Send + Sync>;

/// A write whose reply was lost may still be carried out for this long, so it is still looked for.
const IN_DOUBT: SignedDuration = SignedDuration::from_mins(6);

/// Why a tenant is marked as the account's.
pub(crate) const MAPPED: &str = "the account was mapped to it";
/// Why a tenant that we disabled is enabled again.
pub(crate) const CONTRACT_RETURNED: &str = "a selling contract has returned";

/// A write to the tenant itself, which changes no items. That it must be recorded is all there is to remember of it, as it may be
/// repeated.
pub(crate) fn announcement(why: &str, at: Timestamp) -> Pending {
    Pending { changes: Vec::new(), at, actor: ACTOR.to_owned(), why: why.to_owned() }
}

/// When such a write was begun, if it is to be recorded.
pub(crate) fn announced_at(account: &Account, why: &str) -> Option<Timestamp> {
    let pending = account.pending.as_ref().filter(|pending| pending.changes.is_empty() && pending.why == why);
    pending.map(|pending| pending.at)
}

/// Whether changes of items may still come into effect; nothing else is announced meanwhile.
pub(crate) fn is_in_doubt(account: &Account) -> bool {
    account.pending.as_ref().is_some_and(|pending| !pending.changes.is_empty())
}

/// Nothing is pending any more.
pub(crate) fn settled() -> Outcome {
    Box::new(|account| account.pending = None)
}

/// When a write that is not in effect by then never will be.
pub(crate) fn doubt_ends(pending: &Pending) -> Timestamp {
    pending.at + IN_DOUBT
}

/// A write of quotas is about to be made.
pub(crate) fn announced(pending: Pending) -> Outcome {
    Box::new(move |account| account.pending = Some(pending.clone()))
}

/// Changes are in effect and recorded.
pub(crate) fn written(changes: Vec<Change>) -> Outcome {
    Box::new(move |account| {
        let is_written = |announced: &Change| changes.iter().any(|change| change.item == announced.item);
        account.pending = account.pending.take().and_then(|mut pending| {
            pending.changes.retain(|announced| !is_written(announced));
            (!pending.changes.is_empty()).then_some(pending)
        });
        changes.iter().for_each(|change| quota::after_writing(&mut account.memory, change));
    })
}

/// What was announced and is not in effect never will be.
pub(crate) fn had_no_effect(items: Vec<ItemId>) -> Outcome {
    Box::new(move |account| {
        account.pending = account.pending.take().and_then(|mut pending| {
            pending.changes.retain(|announced| !items.contains(&announced.item));
            (!pending.changes.is_empty()).then_some(pending)
        });
    })
}

/// Usage was read.
pub(crate) fn used(usages: Vec<(ItemId, Usage)>) -> Outcome {
    Box::new(move |account| account.usage.clone_from(&usages))
}

/// Usage was read, and of these items nothing was told.
pub(crate) fn untold(items: Vec<ItemId>, at: Timestamp) -> Outcome {
    let untold = (!items.is_empty()).then_some(Untold { at, items });
    Box::new(move |account| account.untold.clone_from(&untold))
}

/// A step of the account's creation.
pub(crate) fn made(step: impl Fn(&mut Creation) + Send + Sync + 'static) -> Outcome {
    Box::new(move |account| account.creation.iter_mut().for_each(&step))
}

/// The turn is over.
pub(crate) fn ended(last: Last) -> Outcome {
    Box::new(move |account| account.last = last.clone())
}

#[cfg(test)]
mod tests {
    use bridge_core::id::AccountId;
    use bridge_core::item::{Grant, Quota, Unit};
    use bridge_core::quota::{Cause, Sort, Verdict};

    use super::*;

    fn change(name: &str, to: i64) -> Change {
        let (from, to) = (Grant::Quota(Quota::hard(1)), Grant::Quota(Quota::hard(to)));
        Change {
            item: ItemId { application: "app".into(), name: name.to_owned(), infra: None },
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

    fn announcing(changes: &[Change]) -> Account {
        let mut account = Account::new(AccountId(7));
        let at = Timestamp::UNIX_EPOCH;
        announced(Pending { changes: changes.to_vec(), at, actor: "a".to_owned(), why: String::new() })(&mut account);
        account
    }

    fn pending(account: &Account) -> Vec<&str> {
        account.pending.iter().flat_map(|pending| &pending.changes).map(|change| change.item.name.as_str()).collect()
    }

    #[test]
    fn x5_what_was_announced_stays_so_until_it_is_recorded_or_certainly_without_effect() {
        let changes = [change("a", 2), change("b", 3), change("c", 4)];
        let mut account = announcing(&changes);
        written(vec![changes[0].clone()])(&mut account);
        assert_eq!(pending(&account), ["b", "c"]);
        had_no_effect(vec![changes[1].item.clone()])(&mut account);
        assert_eq!(pending(&account), ["c"]);
        written(vec![changes[2].clone()])(&mut account);
        assert_eq!(account.pending, None);
        let remembered: Vec<_> = account.memory.written.keys().map(|item| item.name.as_str()).collect();
        assert_eq!(remembered, ["a", "c"], "what had no effect was not written");
    }

    #[test]
    fn x1_an_outcome_taken_in_twice_is_the_same_as_once() {
        let changes = [change("a", 2), change("b", 3)];
        let mut account = announcing(&changes);
        let outcome = written(vec![changes[0].clone()]);
        outcome(&mut account);
        let once = account.clone();
        outcome(&mut account);
        assert_eq!(account, once);
    }
}
