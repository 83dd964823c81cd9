//! The new tenant's administrator user, where the settings want one: searched for, made once, invited at least once.

use acronis::{Code, NewUser};
use bridge_core::failure::Class;
use bridge_core::id::{TenantId, UserId};
use bridge_core::provision::{Creation, Step};

use super::{Stand, record, step_failed, step_made, take_lease, tenant};
use crate::journal::ACRONIS;
use crate::steps::{client, refused};
use crate::turn::Worker;
use crate::{Error, outcome};

/// Looks for the user by our own name for it, before a login is tried: it may be there under any of them.
pub(super) async fn find(
    worker: &mut Worker<'_>,
    creation: &Creation,
    tenant: &TenantId,
    external_id: &str,
) -> Result<Stand, Error> {
    let client = client(worker, &creation.connection).await?;
    let began_at = worker.now();
    let user = match client.find_user(tenant, external_id).await {
        Ok(user) => user,
        Err(error) => return step_failed(worker, creation, Step::User, error).await,
    };
    if let Some(user) = &user {
        record(worker, creation, (ACRONIS, "user"), ("administrator user created", user.id.to_string())).await?;
    }
    let id = user.map(|user| user.id);
    worker.take_in(outcome::made(move |creation| creation.user_found(id.clone(), began_at)));
    step_made(worker).await
}

/// Asks whether a login is free.
pub(super) async fn choose_login(
    worker: &mut Worker<'_>,
    creation: &Creation,
    candidate: String,
) -> Result<Stand, Error> {
    let client = client(worker, &creation.connection).await?;
    match client.is_login_free(&candidate).await {
        Ok(true) => worker.take_in(outcome::made(move |creation| creation.login_is_free(candidate.clone()))),
        Ok(false) => worker.take_in(outcome::made(Creation::login_is_taken)),
        Err(error) => return step_failed(worker, creation, Step::User, error).await,
    }
    step_made(worker).await
}

/// Announces the create, sends it once, and takes in its outcome.
pub(super) async fn create(
    worker: &mut Worker<'_>,
    creation: &Creation,
    (tenant, login, external_id): (TenantId, String, String),
) -> Result<Stand, Error> {
    let client = client(worker, &creation.connection).await?;
    let now = worker.now();
    if let Some(flow) = worker.announce(outcome::made(move |creation| creation.begin_user(now))).await? {
        return Ok(Stand::Goes(flow));
    }
    let new = NewUser {
        tenant,
        login,
        external_id,
        language: Some(creation.language.clone()),
        contact: tenant::contact(&creation.customer.contact),
    };
    let error = match client.create_user(&new).await {
        Ok(user) => {
            record(worker, creation, (ACRONIS, "user"), ("administrator user created", user.id.to_string())).await?;
            worker.take_in(outcome::made(move |creation| creation.user_created(user.id.clone())));
            return step_made(worker).await;
        }
        Err(error) => error,
    };
    match error.class() {
        Class::Permanent if is_about_login(&error) => {
            worker.take_in(outcome::made(Creation::user_login_taken));
            step_made(worker).await
        }
        Class::Permanent => step_failed(worker, creation, Step::User, error).await,
        Class::NeedsOperator | Class::Conflict | Class::Throttled { .. } | Class::Transient { .. } => {
            worker.take_in(outcome::made(Creation::user_had_no_effect));
            Err(refused(worker, &creation.connection, error).await)
        }
        Class::OutcomeUnknown | Class::Bug => Err(refused(worker, &creation.connection, error).await),
    }
}

/// Whether somebody took the login just before us.
fn is_about_login(error: &acronis::Error) -> bool {
    matches!(error.code(), Some(Code::NameTaken | Code::InvalidLogin))
}

/// Makes the user the tenant's administrator.
pub(super) async fn set_role(
    worker: &mut Worker<'_>,
    creation: &Creation,
    tenant: &TenantId,
    user: &UserId,
) -> Result<Stand, Error> {
    let client = client(worker, &creation.connection).await?;
    if let Some(stand) = take_lease(worker).await? {
        return Ok(stand);
    }
    if let Err(error) = client.make_administrator(user, tenant).await {
        return step_failed(worker, creation, Step::Role, error).await;
    }
    record(worker, creation, (ACRONIS, "role"), ("user made administrator", user.to_string())).await?;
    worker.take_in(outcome::made(Creation::role_set));
    step_made(worker).await
}

/// Sends the e-mail with which the user sets a password; after a doubtful outcome once more.
pub(super) async fn send_activation(
    worker: &mut Worker<'_>,
    creation: &Creation,
    user: &UserId,
) -> Result<Stand, Error> {
    let client = client(worker, &creation.connection).await?;
    if let Some(stand) = take_lease(worker).await? {
        return Ok(stand);
    }
    if let Err(error) = client.send_activation(user).await {
        return step_failed(worker, creation, Step::Activation, error).await;
    }
    record(worker, creation, (ACRONIS, "activation"), ("activation e-mail sent", user.to_string())).await?;
    worker.take_in(outcome::made(Creation::activation_sent));
    step_made(worker).await
}
