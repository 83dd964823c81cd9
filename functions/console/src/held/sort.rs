//! What is held, as its id and kind tell.

use bridge_core::id::{AccountId, AlertId};
use bridge_core::settings::Scope;
use store::record::{Held, HeldQuota};

use super::{BRAKE, FIRST_PLANS};
use crate::error::Error;

/// What a decision about it would be about.
#[derive(Debug, PartialEq)]
pub(super) enum Sort {
    Backlog(Scope),
    MassClose,
    PartnerAlert(AlertId),
    Quota(AccountId, HeldQuota),
    /// Units that vanished: they are put right in Autotask, or are really gone (rule P4).
    LostUnits(AccountId, HeldQuota),
    /// A raise by hand: declining to put it back makes it permanent (rule P15).
    RaisedByHand(AccountId, HeldQuota),
    Disable(AccountId),
    Delete(AccountId),
    Creation(AccountId),
    Brake,
    FirstPlans,
    /// Something that has to be settled elsewhere.
    Shown,
}

pub(super) fn sort(held: &Held) -> Result<Sort, Error> {
    let rest = held.id.split_once('#').map_or("", |(_, rest)| rest);
    let quota = || Some((held.account?, held.quota.clone()?));
    let sort = match held.kind.as_str() {
        "backlog" => serde_json::from_str(rest).ok().map(Sort::Backlog),
        "mass_close" => Some(Sort::MassClose),
        "partner_alert" if !rest.is_empty() => Some(Sort::PartnerAlert(rest.into())),
        "below_usage" | "usage_unknown" | "switch_off" => quota().map(|(account, quota)| Sort::Quota(account, quota)),
        "lost_units" => quota().map(|(account, quota)| Sort::LostUnits(account, quota)),
        "raised_by_hand" => quota().map(|(account, quota)| Sort::RaisedByHand(account, quota)),
        "disable" => held.account.map(Sort::Disable),
        "delete" => held.account.map(Sort::Delete),
        "creation" => held.account.map(Sort::Creation),
        BRAKE => Some(Sort::Brake),
        FIRST_PLANS => Some(Sort::FirstPlans),
        "raise_refused"
        | "storage_in_use"
        | "plan_problem"
        | "no_selling_contract"
        | "tenant_missing"
        | "tenant_untold"
        | "without_tenant"
        | "disabled_by_hand" => Some(Sort::Shown),
        _ => None,
    };
    let unknown =
        || Error::refused("unknown_kind", "this release does not know what is held here: a later one has written it");
    sort.ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use bridge_core::item::{Grant, ItemId, Quota, Unit};
    use jiff::Timestamp;

    use super::*;

    fn held(id: &str, kind: &str) -> Held {
        let (reason, what, since) = (String::new(), String::new(), Timestamp::UNIX_EPOCH);
        Held {
            id: id.to_owned(),
            kind: kind.to_owned(),
            account: None,
            reason,
            what,
            since,
            quota: None,
            accounts: Vec::new(),
        }
    }

    #[test]
    fn what_is_held_is_told_by_its_id() {
        let backlog = sort(&held(r#"backlog#{"what":"account","id":174}"#, "backlog")).unwrap();
        assert_eq!(backlog, Sort::Backlog(Scope::Account(AccountId(174))));
        assert_eq!(sort(&held("mass_close", "mass_close")).unwrap(), Sort::MassClose);
        let alert = sort(&held("partner_alert#A-1", "partner_alert")).unwrap();
        assert_eq!(alert, Sort::PartnerAlert("a-1".into()));
        assert!(sort(&held("something#else", "something")).is_err());
        assert!(sort(&held("backlog#?", "backlog")).is_err());
    }

    #[test]
    fn p12_a_quota_is_told_by_what_it_would_become() {
        let item = ItemId { application: "a".into(), name: "pw_base_servers".to_owned(), infra: None };
        let quota = HeldQuota {
            item,
            from: Grant::Quota(Quota::hard(9)),
            to: Grant::Quota(Quota::hard(3)),
            unit: Unit::Quantity,
            cause: String::new(),
            usage: Some(5),
            until: None,
        };
        let account = Some(AccountId(174));
        let cut =
            |kind: &str| Held { account, quota: Some(quota.clone()), ..held("quota#174#a/pw_base_servers", kind) };
        assert_eq!(sort(&cut("below_usage")).unwrap(), Sort::Quota(AccountId(174), quota.clone()));
        assert_eq!(sort(&cut("raised_by_hand")).unwrap(), Sort::RaisedByHand(AccountId(174), quota.clone()));
        assert_eq!(sort(&cut("storage_in_use")).unwrap(), Sort::Shown);
        assert!(sort(&Held { quota: None, ..cut("below_usage") }).is_err());
        assert_eq!(sort(&cut("lost_units")).unwrap(), Sort::LostUnits(AccountId(174), quota));
    }
}
