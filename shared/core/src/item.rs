//! What a customer tenant may use: Acronis offering items and their quotas.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{ApplicationId, InfraId};

/// What tells one offering item from another. Several storages share a name and differ in `infra`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemId {
    /// The application that it belongs to.
    pub application: ApplicationId,
    /// Its name, which carries the edition's prefix, such as `pw_base_servers`.
    pub name: String,
    /// The storage that it is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub infra: Option<InfraId>,
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.infra.iter().try_for_each(|infra| write!(f, "@{infra}"))
    }
}

/// Sorts of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Counted, with a quota.
    Count,
    /// On or off, without a quantity.
    Feature,
    /// Bound to a storage, with a quota.
    Infra,
    /// Not named by the API's document: left alone.
    Other,
}

/// What an item's quota counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Pieces.
    Quantity,
    /// Seconds of computing; an hour is one compute point.
    Seconds,
    /// Nothing, or something that the API's document does not name.
    None,
}

impl Unit {
    /// Rule P3: what one unit of a service stands for unless the administrator says otherwise: 1 GiB, one piece, one compute
    /// point.
    #[must_use]
    pub fn default_size(self) -> i64 {
        match self {
            Self::Bytes => 1 << 30,
            Self::Seconds => 3_600,
            Self::Quantity | Self::None => 1,
        }
    }

    /// Rule P3: whether one unit of a service may stand for a part of the unit that people count in, such as half a gigabyte.
    /// There is no half workstation.
    #[must_use]
    pub fn is_divisible(self) -> bool {
        match self {
            Self::Bytes | Self::Seconds => true,
            Self::Quantity | Self::None => false,
        }
    }
}

/// How much may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Quota {
    /// The quota, in the item's [`Unit`]; `None` is unlimited.
    pub value: Option<i64>,
    /// How much more is allowed; `None` makes the quota soft: it warns and stops nothing.
    pub overage: Option<i64>,
}

impl Quota {
    /// No limit.
    pub const UNLIMITED: Self = Self { value: None, overage: None };

    /// Not one unit more than `value`.
    #[must_use]
    pub fn hard(value: i64) -> Self {
        Self { value: Some(value), overage: Some(0) }
    }

    /// A warning above `value`.
    #[must_use]
    pub fn soft(value: i64) -> Self {
        Self { value: Some(value), overage: None }
    }

    /// What usage cannot exceed; `None` when nothing stops it.
    #[must_use]
    pub fn ceiling(self) -> Option<i64> {
        Some(self.value?.saturating_add(self.overage?))
    }
}

/// What a tenant may use of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// Nothing.
    Off,
    /// A feature that is on.
    On,
    /// As much as the quota says.
    Quota(Quota),
}

impl Grant {
    /// Whether anything may be used of it, were it only by the item being shown.
    #[must_use]
    pub fn is_on(self) -> bool {
        self != Self::Off
    }

    /// The same grant, with no overage where nothing is limited: the API keeps none there.
    #[must_use]
    pub fn normal(self) -> Self {
        match self {
            Self::Quota(Quota { value: None, .. }) => Self::Quota(Quota::UNLIMITED),
            Self::Off | Self::On | Self::Quota(_) => self,
        }
    }

    /// What usage cannot exceed: nothing when it is off, `None` when nothing stops it.
    #[must_use]
    pub fn ceiling(self) -> Option<i64> {
        match self {
            Self::Off => Some(0),
            Self::On => None,
            Self::Quota(quota) => quota.ceiling(),
        }
    }
}

/// A quantity as people read it, such as `300 GB` (of 1024³ bytes, as Acronis counts), `12` or `3 compute points`.
#[must_use]
pub fn amount(value: i64, unit: Unit) -> String {
    match unit {
        Unit::Bytes if value != 0 && value.unsigned_abs() < SHOWN_IN_BYTES => format!("{value} bytes"),
        Unit::Bytes => format!("{} GB", rounded(value, unit.default_size())),
        Unit::Seconds => {
            let points = rounded(value, unit.default_size());
            let plural = if points == "1" { "" } else { "s" };
            format!("{points} compute point{plural}")
        }
        Unit::Quantity | Unit::None => value.to_string(),
    }
}

/// Less than a hundredth of a gigabyte.
const SHOWN_IN_BYTES: u64 = (1 << 30) / 100;

/// `value` ÷ `size` with at most two decimals.
fn rounded(value: i64, size: i64) -> String {
    let hundredths = (i128::from(value) * 200 / i128::from(size) + i128::from(value.signum())) / 2;
    let (whole, rest) = (hundredths / 100, hundredths.unsigned_abs() % 100);
    let sign = if hundredths < 0 && whole == 0 { "-" } else { "" };
    match rest {
        0 => format!("{whole}"),
        rest if rest % 10 == 0 => format!("{sign}{whole}.{}", rest / 10),
        rest => format!("{sign}{whole}.{rest:02}"),
    }
}

impl Quota {
    /// As people read it, such as `300 GB`, `12 (soft)`, `10 with 5 over` or `unlimited`.
    #[must_use]
    pub fn in_words(self, unit: Unit) -> String {
        match (self.value, self.overage) {
            (None, _) => "unlimited".to_owned(),
            (Some(value), None) => format!("{} (soft)", amount(value, unit)),
            (Some(value), Some(0)) => amount(value, unit),
            (Some(value), Some(overage)) => format!("{} with {} over", amount(value, unit), amount(overage, unit)),
        }
    }
}

impl Grant {
    /// As people read it.
    #[must_use]
    pub fn in_words(self, unit: Unit) -> String {
        match self {
            Self::Off => "off".to_owned(),
            Self::On => "on".to_owned(),
            Self::Quota(quota) => quota.in_words(unit),
        }
    }
}

/// An item that a partner may give to a customer (rule P2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Offer {
    /// The item.
    pub id: ItemId,
    /// The edition (billing mode) that it belongs to; `None` for items outside editions.
    pub edition: Option<String>,
    /// Name without the edition's prefix, under which usage is reported.
    pub usage_name: Option<String>,
    /// What sort of item it is.
    pub kind: Kind,
    /// What its quota counts.
    pub unit: Unit,
}

/// An item as a tenant has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What it is.
    pub offer: Offer,
    /// What the tenant may use of it.
    pub grant: Grant,
    /// It cannot be switched on or off.
    pub locked: bool,
    /// Version of its quota, to be sent back with a change; 0 where there is none.
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p14_amounts_read_as_acronis_writes_them() {
        for (value, unit, expected) in [
            (300 << 30, Unit::Bytes, "300 GB"),
            (3 << 29, Unit::Bytes, "1.5 GB"),
            (0, Unit::Bytes, "0 GB"),
            (i64::MAX, Unit::Bytes, "8589934592 GB"),
            (-(3 << 29), Unit::Bytes, "-1.5 GB"),
            (-(1 << 29), Unit::Bytes, "-0.5 GB"),
            (1_100_000_000, Unit::Bytes, "1.02 GB"),
            (12, Unit::Quantity, "12"),
            (3 * 3_600, Unit::Seconds, "3 compute points"),
            (3_600, Unit::Seconds, "1 compute point"),
            (4_500, Unit::Seconds, "1.25 compute points"),
        ] {
            assert_eq!(amount(value, unit), expected);
        }
    }

    #[test]
    fn p14_a_grant_says_whether_it_is_soft() {
        let words = |grant: Grant| grant.in_words(Unit::Quantity);
        assert_eq!(words(Grant::Off), "off");
        assert_eq!(words(Grant::Quota(Quota::hard(5))), "5");
        assert_eq!(words(Grant::Quota(Quota::soft(5))), "5 (soft)");
        assert_eq!(words(Grant::Quota(Quota { value: Some(5), overage: Some(2) })), "5 with 2 over");
        assert_eq!(words(Grant::Quota(Quota::UNLIMITED)), "unlimited");
    }
}
