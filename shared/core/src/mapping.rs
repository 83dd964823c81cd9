//! Which account an alert belongs to, and what each account's own switches allow.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::TenantId;

/// Rule V8: each account's own switches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// Whether quotas are written.
    pub quotas: bool,
    /// Whether tickets are written.
    pub tickets: bool,
    /// Queue for this account's tickets instead of the alert type's.
    pub queue: Option<i64>,
    /// Priority for this account's tickets instead of the alert type's.
    pub priority: Option<i64>,
    /// Nothing is written for the account for now.
    pub pause: Option<Pause>,
    /// Nothing is ever written for the account, and why.
    pub excluded: Option<String>,
}

/// A pause with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// Why, for whoever looks at it later.
    pub reason: String,
    /// When it ends by itself; `None`: when somebody ends it.
    pub until: Option<Timestamp>,
}

impl Default for Switches {
    fn default() -> Self {
        Self { quotas: true, tickets: true, queue: None, priority: None, pause: None, excluded: None }
    }
}

impl Switches {
    /// Whether quotas may be written for the account now.
    #[must_use]
    pub fn allow_quotas(&self, now: Timestamp) -> bool {
        self.quotas && self.excluded.is_none() && !self.is_paused(now)
    }

    /// Whether tickets may be written for the account now.
    #[must_use]
    pub fn allow_tickets(&self, now: Timestamp) -> bool {
        self.tickets && self.excluded.is_none() && !self.is_paused(now)
    }

    /// Whether the account is paused now.
    #[must_use]
    pub fn is_paused(&self, now: Timestamp) -> bool {
        self.pause.as_ref().is_some_and(|pause| pause.until.is_none_or(|until| now < until))
    }
}

/// Kinds of Acronis tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A partner, a folder or the root: above customers.
    Partner,
    /// A customer: the level that is mapped and billed.
    Customer,
    /// A unit within a customer.
    Unit,
}

/// A tenant on the way from an alert's tenant to the root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The tenant.
    pub id: TenantId,
    /// Its kind.
    pub kind: Kind,
    /// Its name, for tickets and pages.
    pub name: String,
}

/// Whose alerts a tenant's alerts are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner<'a> {
    /// A customer, mapped or not.
    Customer(&'a Node),
    /// No customer at or above: the alert is the partner's own.
    Partner(&'a Node),
}

/// Rule T2: an alert belongs to the nearest customer at or above its tenant. `path` runs from the alert's tenant to the root.
#[must_use]
pub fn owner(path: &[Node]) -> Option<Owner<'_>> {
    let customer = path.iter().find(|node| node.kind == Kind::Customer);
    customer.map(Owner::Customer).or_else(|| path.first().map(Owner::Partner))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn node(id: &str, kind: Kind) -> Node {
        Node { id: id.into(), kind, name: id.to_owned() }
    }

    #[test]
    fn t2_an_alert_of_a_unit_belongs_to_its_customer() {
        let path = [node("unit", Kind::Unit), node("customer", Kind::Customer), node("partner", Kind::Partner)];
        assert_eq!(owner(&path), Some(Owner::Customer(&path[1])));
    }

    #[test]
    fn t2_an_alert_above_all_customers_is_the_partners_own() {
        let path = [node("folder", Kind::Partner), node("partner", Kind::Partner)];
        assert_eq!(owner(&path), Some(Owner::Partner(&path[0])));
        assert_eq!(owner(&[]), None);
    }

    #[test]
    fn v8_a_pause_ends_by_itself() {
        let start = Timestamp::UNIX_EPOCH;
        let until = start + SignedDuration::from_hours(1);
        let paused =
            Switches { pause: Some(Pause { reason: "move".into(), until: Some(until) }), ..Switches::default() };
        assert!(!paused.allow_tickets(start) && !paused.allow_quotas(start));
        assert!(paused.allow_tickets(until) && paused.allow_quotas(until));
    }

    #[test]
    fn v8_tickets_off_and_exclusion_each_stop_tickets() {
        let now = Timestamp::UNIX_EPOCH;
        assert!(Switches::default().allow_tickets(now));
        assert!(!Switches { tickets: false, ..Switches::default() }.allow_tickets(now));
        assert!(!Switches { excluded: Some("gone".into()), ..Switches::default() }.allow_tickets(now));
    }

    #[test]
    fn v8_quotas_off_and_exclusion_each_stop_quotas() {
        let now = Timestamp::UNIX_EPOCH;
        assert!(Switches::default().allow_quotas(now));
        assert!(Switches { tickets: false, ..Switches::default() }.allow_quotas(now));
        assert!(!Switches { quotas: false, ..Switches::default() }.allow_quotas(now));
        assert!(!Switches { excluded: Some("gone".into()), ..Switches::default() }.allow_quotas(now));
    }
}
