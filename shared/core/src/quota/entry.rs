//! A managed row of the product mapping beside what the tenant has of its item.

use super::{Cause, Problem, Tenant, Want};
use crate::item::{Grant, Item, Offer};
use crate::sale::Sale;
use crate::settings::billing::{Managed, Row};

/// A managed row, the tenant's item and what is sold of the row's service.
pub(super) struct Entry<'a> {
    pub(super) row: &'a Row,
    pub(super) managed: &'a Managed,
    pub(super) offer: &'a Offer,
    pub(super) sale: Option<&'a Sale>,
    item: Option<&'a Item>,
    is_offered: bool,
}

impl<'a> Entry<'a> {
    /// `None` when the tenant does not list the item and its parent does not offer it.
    pub(super) fn of(row: &'a Row, managed: &'a Managed, sale: Option<&'a Sale>, tenant: &'a Tenant) -> Option<Self> {
        let item = tenant.item(&row.item);
        let offer = tenant.known().find(|offer| offer.id == row.item)?;
        let is_offered = tenant.offers.iter().any(|offer| offer.id == row.item);
        Some(Self { row, managed, offer, sale, item, is_offered })
    }

    pub(super) fn is_on(&self) -> bool {
        self.item.is_some_and(|item| item.grant.is_on())
    }

    /// Whether more than zero units of its service are sold.
    pub(super) fn has_units(&self) -> bool {
        self.sale.is_some_and(|sale| sale.units > 0)
    }

    /// Whether it is on, or could be switched on.
    pub(super) fn can_be_on(&self) -> bool {
        self.is_on() || (self.is_offered && !self.item.is_some_and(|item| item.locked))
    }

    /// What is wanted, or why that cannot be had: a locked item is not switched (rule P7), and one that the partner above does
    /// not have is not switched on (rule P11).
    pub(super) fn want(&self, grant: Grant, cause: Cause) -> Result<Want, Problem> {
        let item = self.row.item.clone();
        let is_switched = grant.is_on() != self.is_on();
        if is_switched && self.item.is_some_and(|item| item.locked) {
            Err(Problem::Locked { item, grant })
        } else if is_switched && grant.is_on() && !self.is_offered {
            Err(Problem::NotOffered { item })
        } else {
            Ok(Want { item, grant, unit: self.offer.unit, cause })
        }
    }

    pub(super) fn sold(&self, sale: &Sale) -> Cause {
        match self.managed.service {
            Some(service) => Cause::Sold {
                service,
                units: sale.units,
                unit_size: self.row.unit_size(),
                sources: sale.sources.clone(),
            },
            None => self.not_sold(),
        }
    }

    pub(super) fn not_sold(&self) -> Cause {
        Cause::NotSold { service: self.managed.service }
    }

    /// Why there is none of it: a line of zero units, or no line.
    pub(super) fn unsold(&self) -> Cause {
        self.sale.map_or_else(|| self.not_sold(), |sale| self.sold(sale))
    }
}
