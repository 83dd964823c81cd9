//! The one function that says what is done next to make a customer.

use jiff::Timestamp;

use super::attempt::Turn;
use super::creation::{Creation, Question};
use super::login;
use super::marker::Marker;
use super::problem::Problem;
use crate::id::{TenantId, UserId};
use crate::settings::billing::Pricing;

/// A single step. After each the worker records the outcome and asks again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Look at all customers of the connection, disabled ones included, and report those that the creation
    /// [concerns](Creation::concerns) with [`Creation::tenants_found`].
    FindTenant {
        /// The internal tag of the one that is looked for.
        marker: Marker,
    },
    /// Record the attempt with [`Creation::begin_tenant`], store it, and create the tenant.
    CreateTenant,
    /// Nothing before this time: an attempt may still take effect.
    Wait {
        /// When to ask again.
        until: Timestamp,
    },
    /// Insert the mapping, with the consent to its first plan.
    Map {
        /// The tenant.
        tenant: TenantId,
    },
    /// Make sure that the tenant is in production. It cannot be taken back.
    SetProduction {
        /// The tenant.
        tenant: TenantId,
    },
    /// Plan the items as for a new tenant, and write them.
    Items {
        /// The tenant.
        tenant: TenantId,
    },
    /// Search the tenant's users by their external id.
    FindUser {
        /// The tenant.
        tenant: TenantId,
        /// What is looked for.
        external_id: String,
    },
    /// Ask whether this login is free.
    ChooseLogin {
        /// The login.
        candidate: String,
    },
    /// Record the attempt with [`Creation::begin_user`], store it, and create the user.
    CreateUser {
        /// The tenant.
        tenant: TenantId,
        /// The user's login.
        login: String,
        /// What it is found by.
        external_id: String,
    },
    /// Make the user the tenant's administrator.
    SetRole {
        /// The tenant.
        tenant: TenantId,
        /// The user.
        user: UserId,
    },
    /// Send the activation e-mail.
    SendActivation {
        /// The user.
        user: UserId,
    },
    /// Nothing until a person has answered.
    Ask(Question),
    /// Nothing until a person has settled this. The tenant may be in use all the same ([`Creation::is_tenant_ready`]).
    Stopped(Problem),
    /// The customer is made.
    Done,
}

impl Creation {
    /// Whether there is nothing more to do, at any time.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        matches!(next(self, Timestamp::MAX), Next::Done)
    }
}

/// What to do next for `creation` (rule V2). Pure: the same arguments always give the same step.
#[must_use]
pub fn next(creation: &Creation, now: Timestamp) -> Next {
    if let Some(question) = &creation.question {
        return Next::Ask(question.clone());
    }
    if let Some(problem) = &creation.problem {
        return Next::Stopped(problem.clone());
    }
    let progress = &creation.progress;
    let Some(tenant) = progress.tenant.clone() else { return without_tenant(creation, now) };
    if !progress.is_mapped {
        Next::Map { tenant }
    } else if progress.returns {
        Next::Done
    } else if creation.pricing == Pricing::Production && !progress.is_priced {
        Next::SetProduction { tenant }
    } else if !progress.has_items {
        Next::Items { tenant }
    } else if creation.administrator {
        administrator(creation, tenant, now)
    } else {
        Next::Done
    }
}

/// Rules V3 and X2.
fn without_tenant(creation: &Creation, now: Timestamp) -> Next {
    match creation.progress.tenant_attempt.turn(now) {
        Turn::Search => Next::FindTenant { marker: creation.marker.clone() },
        Turn::Create => Next::CreateTenant,
        Turn::Wait(until) => Next::Wait { until },
    }
}

fn administrator(creation: &Creation, tenant: TenantId, now: Timestamp) -> Next {
    let progress = &creation.progress;
    let Some(user) = progress.user.clone() else { return without_user(creation, tenant, now) };
    if !progress.has_role {
        Next::SetRole { tenant, user }
    } else if !progress.is_invited {
        Next::SendActivation { user }
    } else {
        Next::Done
    }
}

/// The user is looked for before a login is tried: it may be there under any of them.
fn without_user(creation: &Creation, tenant: TenantId, now: Timestamp) -> Next {
    let progress = &creation.progress;
    let external_id = creation.marker.administrator();
    match progress.user_attempt.turn(now) {
        Turn::Search => return Next::FindUser { tenant, external_id },
        Turn::Wait(until) => return Next::Wait { until },
        Turn::Create => {}
    }
    if let Some(login) = progress.login.clone() {
        return Next::CreateUser { tenant, login, external_id };
    }
    match login::candidate(creation.customer.contact.email.as_deref(), progress.logins_taken) {
        Ok(candidate) => Next::ChooseLogin { candidate },
        Err(problem) => Next::Stopped(problem),
    }
}
