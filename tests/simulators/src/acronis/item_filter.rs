//! Which offering items a list shows.

use std::str::FromStr;

use jiff::Timestamp;

use super::account_error::Refusal;
use super::id::InfraId;
use super::item::Item;
use super::offer::{self, Offer, OfferId};
use super::parameter::{Parameters, parse_time};
use super::tenant_body::bad;

/// What lists show when no edition is named: the oldest one, of which hardly anything is left.
const DEFAULT_EDITION: &str = "standard";

/// A list's filters, worked out once for the whole catalogue.
pub(super) struct ItemFilter {
    offers: Vec<bool>,
    is_on: Option<bool>,
    since: Option<Timestamp>,
}

impl ItemFilter {
    /// Filters of a list of one tenant's items.
    pub(super) fn of_tenant(parameters: &Parameters) -> Result<Self, Refusal> {
        Self::new(parameters, Some(parameters.one("edition").unwrap_or(DEFAULT_EDITION)))
    }

    /// Filters of the list of a whole subtree.
    pub(super) fn of_subtree(parameters: &Parameters) -> Result<Self, Refusal> {
        Self::new(parameters, parameters.one("editions"))
    }

    fn new(parameters: &Parameters, editions: Option<&str>) -> Result<Self, Refusal> {
        let one_of = |wanted: Option<&str>, value: Option<&str>| {
            wanted.is_none_or(|wanted| wanted == "*" || wanted.split(',').any(|wanted| Some(wanted.trim()) == value))
        };
        let infra: Option<InfraId> = parameters
            .one("infra_uuid")
            .map(FromStr::from_str)
            .transpose()
            .map_err(|_| bad("infra_uuid: not an id"))?;
        let is_meant = |offer: &Offer| {
            (offer.edition.is_none() || one_of(editions, offer.edition))
                && one_of(parameters.one("offering_items"), Some(offer.name))
                && one_of(parameters.one("usage_names"), offer.usage_name)
                && one_of(parameters.one("type"), Some(offer.counting.name()))
                && infra.is_none_or(|infra| offer.infra == Some(infra))
        };
        let is_on = match parameters.one("status") {
            None => None,
            Some("0") => Some(false),
            Some("1") => Some(true),
            Some(_) => return Err(bad("status: 0 or 1")),
        };
        let since = parameters
            .one("updated_since")
            .map(|since| parse_time(since).ok_or_else(|| bad("updated_since: not a time")));
        Ok(Self { offers: offer::all().map(|(_, offer)| is_meant(offer)).collect(), is_on, since: since.transpose()? })
    }

    pub(super) fn takes_offer(&self, offer: OfferId) -> bool {
        self.offers[usize::from(offer.number())]
    }

    pub(super) fn takes(&self, offer: OfferId, item: &Item) -> bool {
        self.takes_offer(offer)
            && self.is_on.is_none_or(|on| item.is_on == on)
            && self.since.is_none_or(|since| item.updated_at >= since)
    }
}
