//! The numbers of account management's errors.

use std::fmt;
use std::ops::RangeInclusive;

/// Numbers beyond these are statuses, or another service's.
const NUMBERS: RangeInclusive<i64> = 1_000..=1_999;

/// What account management says is wrong. Displayed in words that complete "it was refused, as ...".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// 1000: its own trouble.
    Internal,
    /// 1001: somebody else changed it first.
    VersionMismatch,
    /// 1002: the API client's roles do not reach that far, or the customer manages itself.
    AccessDenied,
    /// 1003, 1013: what is above is disabled.
    ParentDisabled,
    /// 1004: another tenant has the name.
    NameTaken,
    /// 1005: there is no such tenant.
    NoSuchTenant,
    /// 1006: only a disabled tenant can be deleted.
    NotDisabled,
    /// 1011, 1029: the removal of something is under way.
    BeingRemoved,
    /// 1012: another tenant has locked it against changes.
    Locked,
    /// 1016: a tenant below uses the storage.
    StorageInUse,
    /// 1017: the default storage cannot be switched off.
    DefaultStorage,
    /// 1021: the partner above does not have the item.
    NotAvailable,
    /// 1022: more than the partner above may give, or less than is used.
    OverQuota,
    /// 1023: another item must be on, or off, first.
    Dependency,
    /// 1026: the service cannot be switched on.
    CannotEnable,
    /// 1027: some rule of the platform.
    BusinessRule,
    /// 1033: the login has characters that it may not have.
    InvalidLogin,
    /// Any other number.
    Other(i64),
}

impl Code {
    pub(super) fn of(number: i64) -> Option<Self> {
        NUMBERS.contains(&number).then_some(match number {
            1000 => Self::Internal,
            1001 => Self::VersionMismatch,
            1002 => Self::AccessDenied,
            1003 | 1013 => Self::ParentDisabled,
            1004 => Self::NameTaken,
            1005 => Self::NoSuchTenant,
            1006 => Self::NotDisabled,
            1011 | 1029 => Self::BeingRemoved,
            1012 => Self::Locked,
            1016 => Self::StorageInUse,
            1017 => Self::DefaultStorage,
            1021 => Self::NotAvailable,
            1022 => Self::OverQuota,
            1023 => Self::Dependency,
            1026 => Self::CannotEnable,
            1027 => Self::BusinessRule,
            1033 => Self::InvalidLogin,
            other => Self::Other(other),
        })
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Internal => "Acronis is in trouble",
            Self::VersionMismatch => "it was changed by somebody else in the meantime",
            Self::AccessDenied => "the API client may not do this here",
            Self::ParentDisabled => "the tenant above is disabled",
            Self::NameTaken => "another tenant has this name",
            Self::NoSuchTenant => "there is no such tenant",
            Self::NotDisabled => "the tenant is not disabled",
            Self::BeingRemoved => "a removal is still under way",
            Self::Locked => "the tenant is locked against changes",
            Self::StorageInUse => "a tenant below uses this storage",
            Self::DefaultStorage => "the default storage cannot be switched off",
            Self::NotAvailable => "the partner above does not have this item",
            Self::OverQuota => "it is more than the partner above may give, or less than is used",
            Self::Dependency => "another item depends on it, or it depends on another item",
            Self::CannotEnable => "the service cannot be switched on",
            Self::BusinessRule => "it is against a rule of Acronis",
            Self::InvalidLogin => "the login has characters that it may not have",
            Self::Other(number) => return write!(f, "Acronis answered with error {number}"),
        })
    }
}
