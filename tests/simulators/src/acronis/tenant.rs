//! A tenant.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::id::TenantId;

/// What a tenant is. The hierarchy is partners and folders, then customers, then units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A service provider or reseller.
    Partner,
    /// Groups tenants of a partner.
    Folder,
    /// A company that is protected and billed.
    Customer,
    /// A part of a customer.
    Unit,
}

impl Kind {
    /// Whether a tenant of this kind may stand directly below one of kind `parent`.
    pub(super) fn fits_below(self, parent: Self) -> bool {
        match self {
            Self::Partner | Self::Folder | Self::Customer => matches!(parent, Self::Partner | Self::Folder),
            Self::Unit => parent == Self::Customer,
        }
    }

    /// Whether the second factor is switched here rather than above.
    pub(super) fn has_own_mfa(self) -> bool {
        matches!(self, Self::Partner | Self::Customer)
    }
}

/// Whether a tenant is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PricingMode {
    /// Free of charge until the planned start of production.
    Trial,
    /// Billed; there is no way back.
    Production,
}

/// How a tenant is billed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pricing {
    /// Trial or production.
    pub mode: PricingMode,
    /// Currency code, if one was chosen.
    pub currency: Option<String>,
    /// Planned while in trial; the moment it happened afterwards.
    pub production_start: Timestamp,
    /// Milliseconds of its last change.
    pub version: i64,
}

/// A tenant of the account server.
#[derive(Clone, Debug, PartialEq)]
pub struct Tenant {
    /// The id that every API but the oldest uses.
    pub id: TenantId,
    /// The id of API v1, which alerts and usages still carry.
    pub number: u64,
    /// Grows by one with each change.
    pub version: u64,
    /// Display name.
    pub name: String,
    /// Place in the hierarchy.
    pub kind: Kind,
    /// The tenant above.
    pub parent: TenantId,
    /// `false`: suspended.
    pub enabled: bool,
    /// The integrator's id for reports.
    pub customer_id: Option<String>,
    /// Free for integrations.
    pub internal_tag: Option<String>,
    /// Language code.
    pub language: String,
    /// `false`: self-managed; those above see nothing inside.
    pub ancestral_access: bool,
    /// The only tenant that may change this one, if it is locked.
    pub locked_by: Option<TenantId>,
    /// Whether users must give a second factor. Folders and units follow the tenant above.
    pub mfa_enabled: bool,
    /// Legal contact, as sent.
    pub contact: Map<String, Value>,
    /// How it is billed.
    pub pricing: Pricing,
    /// Creation.
    pub created_at: Timestamp,
    /// Last change, deletion included.
    pub updated_at: Timestamp,
    /// Soft deletion.
    pub deleted_at: Option<Timestamp>,
}

/// A tenant restored within this time gets everything back; later nothing is left.
pub(super) const SOFT_DELETED_DAYS: i64 = 30;

impl Tenant {
    /// A tenant as it is right after its creation.
    pub(super) fn new(id: TenantId, number: u64, name: &str, kind: Kind, parent: TenantId, now: Timestamp) -> Self {
        Self {
            id,
            number,
            version: 1,
            name: name.to_owned(),
            kind,
            parent,
            enabled: true,
            customer_id: None,
            internal_tag: None,
            language: "en".to_owned(),
            ancestral_access: true,
            locked_by: None,
            mfa_enabled: false,
            contact: Map::new(),
            pricing: Pricing::of_new(kind, now),
            created_at: now,
            updated_at: now,
            deleted_at: None,
        }
    }

    pub(super) fn mfa_status(&self) -> &'static str {
        if self.mfa_enabled { "enabled" } else { "disabled" }
    }

    pub(super) fn pricing_json(&self) -> Value {
        json!({
            "mode": self.pricing.mode,
            "currency": self.pricing.currency,
            "production_start_date": account_time(self.pricing.production_start),
            "version": self.pricing.version,
        })
    }

    /// Switches billing on at `at`.
    pub(super) fn start_production(&mut self, at: Timestamp) {
        self.pricing.mode = PricingMode::Production;
        self.pricing.production_start = at;
        self.pricing.version = at.as_millisecond().max(self.pricing.version + 1);
        self.updated_at = self.updated_at.max(at);
    }

    pub(super) fn touch(&mut self, now: Timestamp) {
        self.version += 1;
        self.updated_at = now;
    }
}

impl Pricing {
    /// Customers and their units begin in trial, partners and folders in production.
    pub(super) fn of_new(kind: Kind, now: Timestamp) -> Self {
        let (mode, production_start) = match kind {
            Kind::Customer | Kind::Unit => (PricingMode::Trial, end_of_first_full_month(now)),
            Kind::Partner | Kind::Folder => (PricingMode::Production, now),
        };
        Self { mode, currency: None, production_start, version: now.as_millisecond() }
    }
}

/// The moment at which the first calendar month that `created` does not cut is over.
fn end_of_first_full_month(created: Timestamp) -> Timestamp {
    let created = created.to_zoned(TimeZone::UTC).datetime();
    let month_start = created.date().first_of_month().at(0, 0, 0, 0);
    let months = if created == month_start { 1 } else { 2 };
    let end = month_start.saturating_add(months.months());
    end.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |end| end.timestamp())
}

/// The account server writes most times without a zone; they are UTC.
pub(super) fn account_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_ends_with_the_first_full_calendar_month() {
        let end = |created: &str| account_time(end_of_first_full_month(created.parse().unwrap()));
        assert_eq!(end("2026-01-02T10:00:00Z"), "2026-03-01T00:00:00");
        assert_eq!(end("2026-01-01T00:00:00Z"), "2026-02-01T00:00:00");
        assert_eq!(end("2026-12-31T23:59:59Z"), "2027-02-01T00:00:00");
    }
}
