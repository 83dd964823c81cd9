//! Lines and totals as they are shown.

use std::collections::BTreeMap;

use billing::report::Line;
use bridge_core::id::{AccountId, TenantId};
use bridge_core::item::{Grant, ItemId, Unit, amount};
use schemars::JsonSchema;
use serde::Serialize;

use crate::accounts::ServiceName;
use crate::openapi::shapes;
use crate::wording::Names;

/// A customer in a report.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReportCustomer")]
pub struct CustomerView {
    /// The account.
    #[schemars(with = "i64")]
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Its tenant.
    #[schemars(with = "String")]
    pub tenant: TenantId,
    /// Its name.
    pub tenant_name: String,
    /// Its items: those that are sold, allowed or used.
    pub lines: Vec<LineView>,
}

/// An item of a customer. Numbers are in the item's unit.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReportLine")]
pub struct LineView {
    /// The item.
    #[schemars(with = "shapes::ItemId")]
    pub item: ItemId,
    /// Its name for people.
    pub label: String,
    /// What its quota counts.
    #[schemars(with = "shapes::Unit")]
    pub unit: Unit,
    /// The service that sells it.
    pub service: Option<ServiceName>,
    /// Units of that service in effect; nothing where none is on a contract in force.
    pub units: Option<i64>,
    /// What the contracts ask for, in words; nothing where that is not decided.
    pub sold: Option<String>,
    /// How much they sell, where they set a number.
    pub sold_value: Option<i64>,
    /// The quota that the tenant has, in words.
    pub quota: String,
    /// The same as a number, where it is one.
    pub quota_value: Option<i64>,
    /// How much may be used beyond it, where that has an end: 0 of a hard quota.
    pub quota_overage: Option<i64>,
    /// What is used, in words; nothing where that is not known.
    pub used: Option<String>,
    /// The same as a number.
    pub used_value: Option<i64>,
    /// Used beyond what is sold, in words, with its sign.
    pub difference: Option<String>,
    /// The same as a number.
    pub difference_value: Option<i64>,
    /// More is used than is sold, or the quota is not what the contracts ask for.
    pub differs: bool,
    /// The latter.
    pub quota_differs: bool,
    /// Why the quota is not changed to what the contracts ask for.
    pub held: Option<String>,
}

/// An item over all customers. Numbers are in the item's unit.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReportTotal")]
pub struct Total {
    /// The item.
    #[schemars(with = "shapes::ItemId")]
    pub item: ItemId,
    /// Its name for people.
    pub label: String,
    /// Customers with a line about it.
    pub customers: usize,
    /// Units sold.
    pub units: i64,
    /// How much is sold where contracts set a number, in words.
    pub sold: String,
    /// The same as a number.
    pub sold_value: i64,
    /// How much is used as far as it is known, in words.
    pub used: String,
    /// The same as a number.
    pub used_value: i64,
    /// Used beyond what is sold, added up over those who use more: what one sells less of does not pay for another.
    pub over: String,
    /// The same as a number.
    pub over_value: i64,
}

/// A line with its item and unit.
pub(super) type Of<'a> = (&'a ItemId, Unit, &'a Line);

/// A total that is being added up.
#[derive(Debug)]
pub(super) struct Sum {
    pub(super) item: ItemId,
    unit: Unit,
    customers: usize,
    units: i64,
    sold: i64,
    used: i64,
    over: i64,
}

pub(super) fn line_view((item, unit, line): Of<'_>, names: &Names) -> LineView {
    let words = |value: i64| amount(value, unit);
    let quota = match line.has {
        Grant::Quota(quota) => Some(quota),
        Grant::Off | Grant::On => None,
    };
    LineView {
        item: item.clone(),
        label: names.label(item),
        unit,
        service: line.service.map(|id| ServiceName { id, name: names.services.get(&id).cloned() }),
        units: line.units,
        sold: line.wants.map(|wants| wants.in_words(unit)),
        sold_value: line.sold(),
        quota: line.has.in_words(unit),
        quota_value: quota.and_then(|quota| quota.value),
        quota_overage: quota.and_then(|quota| quota.overage.filter(|_| quota.value.is_some())),
        used: line.usage.map(words),
        used_value: line.usage,
        difference: line.difference().map(|difference| signed(difference, unit)),
        difference_value: line.difference(),
        differs: line.differs(),
        quota_differs: line.quota_differs(),
        held: line.held.as_deref().map(|held| names.put(held)),
    }
}

impl LineView {
    /// The difference as people read it: `3 more than sold`, `14 unused`; nothing where all of it is used.
    pub(crate) fn difference_in_words(&self) -> Option<String> {
        let value = self.difference_value?;
        let amount = amount(value.saturating_abs(), self.unit);
        match value {
            0 => None,
            1.. => Some(format!("{amount} more than sold")),
            _ => Some(format!("{amount} unused")),
        }
    }

    pub(crate) fn is_used_beyond(&self) -> bool {
        self.difference_value.is_some_and(|difference| difference > 0)
    }
}

/// `+3`, `-2 GB`, `0`.
fn signed(value: i64, unit: Unit) -> String {
    let sign = if value > 0 { "+" } else { "" };
    format!("{sign}{}", amount(value, unit))
}

impl Sum {
    pub(super) fn over<'a>(lines: impl Iterator<Item = Of<'a>>) -> Vec<Self> {
        let mut sums: BTreeMap<(&ItemId, Unit), Self> = BTreeMap::new();
        for (item, unit, line) in lines {
            let nothing = || Self { item: item.clone(), unit, customers: 0, units: 0, sold: 0, used: 0, over: 0 };
            let sum = sums.entry((item, unit)).or_insert_with(nothing);
            sum.customers += 1;
            sum.units = sum.units.saturating_add(line.units.unwrap_or(0));
            sum.sold = sum.sold.saturating_add(line.sold().unwrap_or(0));
            sum.used = sum.used.saturating_add(line.usage.unwrap_or(0));
            sum.over = sum.over.saturating_add(line.difference().unwrap_or(0).max(0));
        }
        sums.into_values().collect()
    }

    pub(super) fn view(self, names: &Names) -> Total {
        let Self { item, unit, customers, units, sold, used, over } = self;
        Total {
            label: names.label(&item),
            item,
            customers,
            units,
            sold: amount(sold, unit),
            sold_value: sold,
            used: amount(used, unit),
            used_value: used,
            over: if over > 0 { signed(over, unit) } else { amount(0, unit) },
            over_value: over,
        }
    }
}

#[cfg(test)]
mod tests {
    use bridge_core::item::Quota;

    use super::*;

    #[test]
    fn p16_one_customers_spare_units_do_not_pay_for_anothers_use() {
        let item = ItemId { application: "a".into(), name: "pw_base_servers".to_owned(), infra: None };
        let line = |sold: i64, usage: i64| {
            let grant = Grant::Quota(Quota::hard(sold));
            Line { service: None, units: Some(sold), wants: Some(grant), has: grant, usage: Some(usage), held: None }
        };
        let (spare, more) = (line(10, 4), line(2, 5));
        let sums = Sum::over([(&item, Unit::Quantity, &spare), (&item, Unit::Quantity, &more)].into_iter());
        let [sum] = sums.try_into().expect("one item");
        let total = sum.view(&Names::default());
        assert_eq!((total.units, total.sold.as_str(), total.used.as_str(), total.over.as_str()), (12, "12", "9", "+3"));
        assert_eq!((total.label.as_str(), total.customers), ("Servers", 2));
    }

    #[test]
    fn p16_a_difference_shows_its_sign_and_unit() {
        assert_eq!(signed(3, Unit::Quantity), "+3");
        assert_eq!(signed(-(2 << 30), Unit::Bytes), "-2 GB");
        assert_eq!(signed(0, Unit::Bytes), "0 GB");
    }
}
