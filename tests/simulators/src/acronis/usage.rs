//! What tenants use. The platform measures every few hours: until then a change is not seen.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::id::TenantId;
use super::offer::OfferId;

/// What is used of one item.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Measure {
    /// As of the last measurement that found a change.
    shown: f64,
    /// A later truth, and since when.
    coming: Option<(f64, Timestamp)>,
}

/// The usages of all tenants, each without what is used below it.
#[derive(Clone, Default)]
pub(super) struct Usages {
    measures: HashMap<TenantId, BTreeMap<OfferId, Measure>>,
}

impl Usages {
    /// The true amount changes; lists show it after the next measurement.
    pub(super) fn set(&mut self, tenant: TenantId, offer: OfferId, amount: f64, now: Timestamp, period_hours: i64) {
        let measures = self.measures.entry(tenant).or_default();
        let measure = measures.entry(offer).or_insert(Measure { shown: 0.0, coming: None });
        *measure = Measure { shown: measure.shown(now, period_hours), coming: Some((amount, now)) };
    }

    /// The amount was measured long ago.
    pub(super) fn set_measured(&mut self, tenant: TenantId, offer: OfferId, amount: f64) {
        self.measures.entry(tenant).or_default().insert(offer, Measure { shown: amount, coming: None });
    }

    /// Measures now, whatever the hour.
    pub(super) fn measure(&mut self) {
        for measure in self.measures.values_mut().flat_map(BTreeMap::values_mut) {
            *measure = Measure { shown: measure.actual(), coming: None };
        }
    }

    /// The true amount used by these tenants together.
    pub(super) fn actual(&self, tenants: &[TenantId], offer: OfferId) -> f64 {
        tenants.iter().filter_map(|tenant| self.measures.get(tenant)?.get(&offer)).map(Measure::actual).sum()
    }

    /// What the platform shows for these tenants together, item by item.
    pub(super) fn shown(&self, tenants: &[TenantId], now: Timestamp, period_hours: i64) -> BTreeMap<OfferId, f64> {
        let mut shown = BTreeMap::new();
        for (offer, measure) in tenants.iter().filter_map(|tenant| self.measures.get(tenant)).flatten() {
            *shown.entry(*offer).or_default() += measure.shown(now, period_hours);
        }
        shown
    }

    pub(super) fn forget(&mut self, tenant: TenantId) {
        self.measures.remove(&tenant);
    }
}

impl Measure {
    fn actual(&self) -> f64 {
        self.coming.map_or(self.shown, |(amount, _)| amount)
    }

    fn shown(&self, now: Timestamp, period_hours: i64) -> f64 {
        match self.coming {
            Some((amount, since)) if last_measurement(now, period_hours) > since => amount,
            _ => self.shown,
        }
    }
}

/// Measurements happen at multiples of the period.
fn last_measurement(now: Timestamp, period_hours: i64) -> Timestamp {
    let period = period_hours.max(1) * 3_600;
    let at = now.as_second().div_euclid(period) * period;
    Timestamp::from_second(at).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acronis::{offer, seed};

    #[test]
    fn a_change_is_shown_after_the_next_measurement_and_no_sooner() {
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let servers = offer::find("pw_base_servers", None).unwrap();
        let mut usages = Usages::default();
        usages.set_measured(seed::ALDER, servers, 3.0);
        usages.set(seed::ALDER, servers, 5.0, at("2026-01-05T07:00:00Z"), 6);
        let shown = |now: &str, usages: &Usages| usages.shown(&[seed::ALDER], at(now), 6)[&servers];
        assert_eq!(shown("2026-01-05T11:59:59Z", &usages), 3.0);
        assert_eq!(shown("2026-01-05T12:00:00Z", &usages), 5.0);
        assert_eq!(usages.actual(&[seed::ALDER], servers), 5.0);
        usages.set(seed::ALDER, servers, 9.0, at("2026-01-05T12:30:00Z"), 6);
        assert_eq!(shown("2026-01-05T13:00:00Z", &usages), 5.0);
        usages.measure();
        assert_eq!(shown("2026-01-05T13:00:00Z", &usages), 9.0);
    }
}
