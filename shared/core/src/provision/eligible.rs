//! Which accounts get a tenant by themselves (rule V1).

use std::fmt;

use jiff::Timestamp;

use crate::id::AccountId;
use crate::mapping::Switches;
use crate::sale::Sales;
use crate::settings::billing::Provisioning;

/// An account, as far as it decides about a tenant for it.
#[derive(Debug, Clone)]
pub struct Candidate<'a> {
    /// The account.
    pub account: AccountId,
    /// Whether the company is active.
    pub is_active: bool,
    /// Its type, a pick-list value.
    pub company_type: Option<i64>,
    /// Whether it has a tenant.
    pub is_mapped: bool,
    /// Whether a tenant is being made for it, or such a creation waits for a person.
    pub is_being_created: bool,
    /// Whether a person removed its mapping (rule V4).
    pub is_unmapped_on_purpose: bool,
    /// Rule V8; the defaults where nothing was ever chosen.
    pub switches: &'a Switches,
    /// What its contracts sell.
    pub sales: &'a Sales,
}

/// Why an account gets no tenant by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ineligible {
    /// It is the installation's own company.
    OwnCompany,
    /// It has a tenant.
    Mapped,
    /// A tenant is being made for it.
    BeingCreated,
    /// It is excluded.
    Excluded {
        /// Why.
        reason: String,
    },
    /// It is paused.
    Paused {
        /// Why.
        reason: String,
    },
    /// Its quotas are switched off.
    QuotasOff,
    /// A person removed its mapping.
    UnmappedOnPurpose,
    /// The company is not active.
    Inactive,
    /// The company's type is none for which tenants are made.
    OtherType,
    /// No contract sells a mapped service today.
    NotSelling,
    /// Its contracts sell mapped services, but not one unit.
    NoUnits,
}

/// Rule V1: whether a tenant may be made for an account without a person. Whether rule V1 is switched on at all is not asked here, as
/// switching it on shows first who would be concerned.
///
/// # Errors
/// The first reason against it.
pub fn eligible(candidate: &Candidate<'_>, settings: &Provisioning, now: Timestamp) -> Result<(), Ineligible> {
    let Candidate { account, is_active, company_type, switches, sales, .. } = candidate;
    let reason_for_pause = || switches.pause.as_ref().filter(|_| switches.is_paused(now));
    if *account == AccountId(0) {
        Err(Ineligible::OwnCompany)
    } else if candidate.is_mapped {
        Err(Ineligible::Mapped)
    } else if candidate.is_being_created {
        Err(Ineligible::BeingCreated)
    } else if let Some(reason) = &switches.excluded {
        Err(Ineligible::Excluded { reason: reason.clone() })
    } else if candidate.is_unmapped_on_purpose {
        Err(Ineligible::UnmappedOnPurpose)
    } else if let Some(pause) = reason_for_pause() {
        Err(Ineligible::Paused { reason: pause.reason.clone() })
    } else if !switches.quotas {
        Err(Ineligible::QuotasOff)
    } else if !is_active {
        Err(Ineligible::Inactive)
    } else if !company_type.is_some_and(|kind| settings.company_types.contains(&kind)) {
        Err(Ineligible::OtherType)
    } else if !sales.is_selling() {
        Err(Ineligible::NotSelling)
    } else if !sales.has_units() {
        Err(Ineligible::NoUnits)
    } else {
        Ok(())
    }
}

impl fmt::Display for Ineligible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OwnCompany => f.write_str("It is your own company; it never gets a tenant by itself."),
            Self::Mapped => f.write_str("It is mapped to a tenant already."),
            Self::BeingCreated => f.write_str("A tenant is being created for it."),
            Self::Excluded { reason } => write!(f, "It is excluded: {reason}"),
            Self::Paused { reason } => write!(f, "It is paused: {reason}"),
            Self::QuotasOff => f.write_str("Its quotas are switched off on the Customer mapping tab."),
            Self::UnmappedOnPurpose => f.write_str(
                "Its mapping was removed on purpose. Use “Map to new customer tenant” if it is to get a tenant.",
            ),
            Self::Inactive => f.write_str("The company is not active in Autotask."),
            Self::OtherType => {
                f.write_str("The company's type is not one of the types chosen on the Billing and provisioning tab.")
            }
            Self::NotSelling => f.write_str("No active recurring contract sells a mapped service today."),
            Self::NoUnits => f.write_str("Its contracts sell mapped services, but no units of them today."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ServiceId;
    use crate::mapping::Pause;
    use crate::sale::Sale;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn selling(units: i64) -> Sales {
        Sales { services: [(ServiceId(1), Sale { units, sources: Vec::new() })].into() }
    }

    fn verdict(change: impl FnOnce(&mut Candidate<'_>, &mut Switches)) -> Result<(), Ineligible> {
        let (sales, defaults, mut switches) = (selling(5), Switches::default(), Switches::default());
        let mut candidate = Candidate {
            account: AccountId(174),
            is_active: true,
            company_type: Some(1),
            is_mapped: false,
            is_being_created: false,
            is_unmapped_on_purpose: false,
            switches: &defaults,
            sales: &sales,
        };
        change(&mut candidate, &mut switches);
        eligible(&Candidate { switches: &switches, ..candidate }, &Provisioning::default(), NOW)
    }

    #[test]
    fn v1_an_active_customer_that_buys_units_gets_a_tenant() {
        assert_eq!(verdict(|_, _| {}), Ok(()));
    }

    #[test]
    fn v1_each_condition_alone_stops_it() {
        use Ineligible as No;
        assert_eq!(verdict(|c, _| c.account = AccountId(0)), Err(No::OwnCompany));
        assert_eq!(verdict(|c, _| c.is_active = false), Err(No::Inactive));
        assert_eq!(verdict(|c, _| c.company_type = Some(3)), Err(No::OtherType));
        assert_eq!(verdict(|c, _| c.company_type = None), Err(No::OtherType));
        assert_eq!(verdict(|c, _| c.is_mapped = true), Err(No::Mapped));
        assert_eq!(verdict(|c, _| c.is_being_created = true), Err(No::BeingCreated));
        assert_eq!(verdict(|c, _| c.is_unmapped_on_purpose = true), Err(No::UnmappedOnPurpose));
        assert_eq!(
            verdict(|_, s| s.excluded = Some("own tools".into())),
            Err(No::Excluded { reason: "own tools".into() })
        );
        assert_eq!(verdict(|_, s| s.quotas = false), Err(No::QuotasOff));
        let pause = Pause { reason: "migration".into(), until: None };
        assert_eq!(verdict(|_, s| s.pause = Some(pause)), Err(No::Paused { reason: "migration".into() }));
    }

    #[test]
    fn v1_a_contract_of_other_things_or_of_zero_units_makes_no_tenant() {
        let of = |sales: &Sales| {
            let switches = Switches::default();
            let candidate = Candidate {
                account: AccountId(174),
                is_active: true,
                company_type: Some(1),
                is_mapped: false,
                is_being_created: false,
                is_unmapped_on_purpose: false,
                switches: &switches,
                sales,
            };
            eligible(&candidate, &Provisioning::default(), NOW)
        };
        assert_eq!(of(&Sales::default()), Err(Ineligible::NotSelling));
        assert_eq!(of(&selling(0)), Err(Ineligible::NoUnits));
        assert_eq!(of(&selling(1)), Ok(()));
    }

    #[test]
    fn v1_a_pause_that_is_over_stops_nothing() {
        let pause = Pause { reason: "migration".into(), until: Some(NOW) };
        assert_eq!(verdict(|_, s| s.pause = Some(pause)), Ok(()));
    }
}
