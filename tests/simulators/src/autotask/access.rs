//! Who calls: the three headers, and impersonation.

use http::{HeaderMap, Method};

use super::address::{Part, Target};
use super::ids::ResourceId;
use super::record::flag;
use super::refusal::Refusal;
use super::world::{Actor, World};

/// The caller as the headers prove him, and the integration that the call belongs to.
pub(super) fn authenticate(world: &World, headers: &HeaderMap) -> Result<(ResourceId, String), Refusal> {
    let name = required(headers, "UserName")?;
    let secret = required(headers, "Secret")?;
    let code = required(headers, "ApiIntegrationCode")?;
    let user = world.user(name).ok_or_else(|| Refusal::text("The user name is not known."))?;
    if user.secret != secret {
        return Err(Refusal::Unauthorized);
    }
    if user.integration_code != code {
        return Err(Refusal::text("IntegrationCode is invalid."));
    }
    Ok((user.resource, code.to_owned()))
}

/// On whose behalf the call is made: the caller, or the resource that `ImpersonationResourceId` names.
pub(super) fn impersonate(
    world: &World,
    caller: ResourceId,
    headers: &HeaderMap,
    action: &str,
) -> Result<Actor, Refusal> {
    let Some(wanted) = headers.get("ImpersonationResourceId") else {
        return Ok(Actor { resource: caller, impersonator: None, by_api: true });
    };
    let wanted = wanted.to_str().ok().and_then(|wanted| wanted.trim().parse().ok());
    let permitted = wanted.filter(|id| {
        let resource = world.row(World::entity("Resources"), *id);
        resource.is_some_and(|resource| flag(resource, "isActive")) && !world.is_api_only(*id)
    });
    let refused = || {
        Refusal::text(format!(
            "The logged in Resource does not have the adequate permissions to {action} this entity type."
        ))
    };
    let resource = ResourceId(permitted.ok_or_else(refused)?);
    Ok(Actor { resource, impersonator: Some(caller), by_api: true })
}

/// The word that a refused impersonation uses for what was tried.
pub(super) fn action(method: &Method, target: Target) -> &'static str {
    let is_query = matches!(target, Target::Of(_, Part::Query | Part::Count | Part::NextPage));
    match *method {
        Method::POST if !is_query => "create",
        Method::PUT | Method::PATCH => "update",
        Method::DELETE => "delete",
        _ => "query",
    }
}

fn required<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Refusal> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .filter(|value| !value.is_empty())
        .ok_or(Refusal::Unauthorized)
}
