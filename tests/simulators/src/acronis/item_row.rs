//! Offering items as the API shows them. Lists of them are long, so rows are written without a tree of values in between.

use serde::Serialize;

use super::id::{InfraId, TenantId};
use super::item::{Item, Quota};
use super::offer::Offer;
use super::quirks::Quirks;
use super::tenant::account_time;

/// One offering item of one tenant.
#[derive(Serialize)]
pub(super) struct Row {
    application_id: &'static str,
    name: &'static str,
    edition: Option<&'static str>,
    usage_name: Option<&'static str>,
    tenant_id: TenantId,
    #[serde(skip_serializing_if = "Option::is_none")]
    infra_id: Option<InfraId>,
    status: u8,
    locked: bool,
    r#type: &'static str,
    measurement_unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    quota: Option<QuotaRow>,
    updated_at: String,
    deleted_at: Option<String>,
}

/// A quota beside an item.
#[derive(Serialize)]
pub(super) struct QuotaRow {
    value: Option<Number>,
    overage: Option<Number>,
    version: i64,
}

/// The vendor's numbers are doubles; how a whole one is written is not told.
#[derive(Clone, Copy, Serialize)]
#[serde(untagged)]
pub(super) enum Number {
    Whole(i64),
    Double(f64),
}

impl Row {
    pub(super) fn new(tenant: TenantId, offer: &Offer, item: &Item, quirks: &Quirks) -> Self {
        Self {
            application_id: offer.application.id,
            name: offer.name,
            edition: offer.edition,
            usage_name: offer.usage_name,
            tenant_id: tenant,
            infra_id: offer.infra,
            status: u8::from(item.is_on),
            locked: item.is_locked,
            r#type: offer.counting.name(),
            measurement_unit: offer.unit,
            quota: QuotaRow::of(offer, item, quirks),
            updated_at: account_time(item.updated_at),
            deleted_at: None,
        }
    }
}

impl QuotaRow {
    /// The quota, unless the item is off or a feature.
    pub(super) fn of(offer: &Offer, item: &Item, quirks: &Quirks) -> Option<Self> {
        let Quota { value, overage, version } = item.quota;
        let number = |number| Number::new(number, quirks);
        let shown = item.is_on && offer.has_quota();
        shown.then(|| Self { value: value.map(number), overage: overage.map(number), version })
    }
}

impl Number {
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53, as checked")]
    pub(super) fn new(number: f64, quirks: &Quirks) -> Self {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let is_whole = number.fract() == 0.0 && number.abs() < EXACT;
        if is_whole && !quirks.whole_numbers_as_doubles { Self::Whole(number as i64) } else { Self::Double(number) }
    }
}
