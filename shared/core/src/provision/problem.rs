//! Why a creation stands still, in words for the console.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::creation::Question;
use crate::id::{AccountId, TenantId};

/// The parts of making a customer, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The tenant.
    Tenant,
    /// The mapping of the account to it.
    Mapping,
    /// Its pricing mode.
    Pricing,
    /// Its items and quotas.
    Items,
    /// Its administrator user.
    User,
    /// That user's role.
    Role,
    /// The e-mail with which the user sets a password.
    Activation,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tenant => "creating the customer tenant",
            Self::Mapping => "mapping the account to its tenant",
            Self::Pricing => "switching the tenant to production",
            Self::Items => "setting the tenant's items and quotas",
            Self::User => "creating the administrator user",
            Self::Role => "giving the administrator user its role",
            Self::Activation => "sending the activation e-mail",
        })
    }
}

/// Something that a person has to settle before a creation goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum Problem {
    /// Rule V3: the name is taken by a tenant that this creation did not make.
    NameTaken {
        /// The name.
        name: String,
        /// That tenant, if it can be seen.
        tenant: Option<TenantId>,
        /// The account that it is mapped to.
        mapped_to: Option<AccountId>,
    },
    /// Rules V3 and V7: nobody's tenant has nearly the name.
    LooksAlike {
        /// The account's name.
        name: String,
        /// That tenant.
        tenant: TenantId,
        /// Its name.
        tenant_name: String,
    },
    /// Rule V2: the account's primary contact has no usable e-mail address to make a login of.
    NoEmail,
    /// Rule V2: every login that was tried is taken.
    LoginsTaken {
        /// The last of them.
        last: String,
    },
    /// A step was refused.
    Refused {
        /// Which.
        step: Step,
        /// What the other side said, in words.
        words: String,
    },
}

impl Problem {
    /// Whether the tenant is ready all the same, and only its administrator user is missing.
    #[must_use]
    pub fn is_about_administrator(&self) -> bool {
        match self {
            Self::NoEmail | Self::LoginsTaken { .. } => true,
            Self::Refused { step, .. } => *step >= Step::User,
            Self::NameTaken { .. } | Self::LooksAlike { .. } => false,
        }
    }

    /// The tenant that the account should perhaps be mapped to (rule V3).
    #[must_use]
    pub fn suggested(&self) -> Option<&TenantId> {
        match self {
            Self::NameTaken { tenant, mapped_to: None, .. } => tenant.as_ref(),
            Self::LooksAlike { tenant, .. } => Some(tenant),
            Self::NameTaken { .. } | Self::NoEmail | Self::LoginsTaken { .. } | Self::Refused { .. } => None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameTaken { name, mapped_to: Some(other), .. } => write!(
                f,
                "Acronis already has a customer named “{name}”, which is mapped to account {other}. Rename one of the two and try again."
            ),
            Self::NameTaken { name, tenant: Some(_), .. } => write!(
                f,
                "Acronis already has a customer named “{name}” that was not made for this account here. Map the account to it, or rename one of the two and try again."
            ),
            Self::NameTaken { name, .. } => write!(
                f,
                "Acronis refused the name “{name}” because another tenant has it, one that this connection may not be able to see. Map the account to that customer, or rename one of the two and try again."
            ),
            Self::LooksAlike { name, tenant_name, .. } => write!(
                f,
                "Acronis has a customer “{tenant_name}” that belongs to no account, and this one is “{name}”. Map the account to it, or try again to create a new one all the same."
            ),
            Self::NoEmail => f.write_str(
                "The tenant is ready, but it has no administrator user: the account has no primary contact with a usable e-mail address in Autotask. Add one and try again, or finish without an administrator.",
            ),
            Self::LoginsTaken { last } => write!(
                f,
                "The tenant is ready, but it has no administrator user: every login that was tried is taken, up to “{last}”. Give the primary contact another e-mail address and try again, or finish without an administrator."
            ),
            Self::Refused { step, words } => write!(f, "Acronis refused {step}: {words}"),
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.tenants.iter().map(|former| format!("“{}”", former.name)).collect();
        write!(f, "The account had a customer tenant before: {}. Return to it, or create a new one?", names.join(", "))
    }
}
