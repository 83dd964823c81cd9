//! Which issuer people sign in with, and who may do what.

use runtime::config::{Environment, Problem};
use runtime::http::BaseUrl;
use url::Url;

use super::roles::Roles;

const ISSUER: &str = "OIDC_ISSUER";
const CLIENT_ID: &str = "OIDC_CLIENT_ID";

/// The issuer, and what it calls us and our roles. The client's secret, if it has one, lies in the secret store
/// ([`SecretName::OpenIdClient`](store::secrets::SecretName::OpenIdClient)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Exactly as its tokens name it.
    pub issuer: String,
    /// The console, as the issuer knows it.
    pub client_id: String,
    /// What access tokens for the API are made for, where the issuer says that.
    pub audience: Option<String>,
    /// What is asked for, separated by spaces.
    pub scopes: String,
    /// Who has which role.
    pub roles: Roles,
}

impl Settings {
    /// This issuer with the usual rest.
    #[must_use]
    pub fn new(issuer: &str, client_id: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            audience: None,
            scopes: "openid email profile".to_owned(),
            roles: Roles {
                claim: "cognito:groups".to_owned(),
                administrators: vec!["administrators".to_owned()],
                viewers: vec!["viewers".to_owned()],
            },
        }
    }

    /// As the environment says: `OIDC_ISSUER` and `OIDC_CLIENT_ID`; where they differ from the usual also `OIDC_AUDIENCE`,
    /// `OIDC_SCOPES`, `OIDC_ROLE_CLAIM`, and the names of roles, separated by commas, in `OIDC_ADMINISTRATORS` and
    /// `OIDC_VIEWERS`. Nothing without an issuer. `loopback`: the issuer may be on this machine, without TLS.
    ///
    /// # Errors
    /// The issuer is not an address with TLS, or is given without a client.
    pub fn from_environment(environment: &Environment, loopback: bool) -> Result<Option<Self>, Problem> {
        let Some(issuer) = environment.text(ISSUER) else { return Ok(None) };
        let checked = if loopback { BaseUrl::loopback_allowed(issuer) } else { BaseUrl::parse(issuer) };
        checked.map_err(|why| Problem::Unparsable { name: ISSUER, why: why.to_string() })?;
        let usual = Self::new(issuer, environment.required(CLIENT_ID)?);
        let names = |name: &str| environment.text(name).map(list);
        Ok(Some(Self {
            audience: environment.text("OIDC_AUDIENCE").map(str::to_owned),
            scopes: environment.text("OIDC_SCOPES").map_or(usual.scopes, str::to_owned),
            roles: Roles {
                claim: environment.text("OIDC_ROLE_CLAIM").map_or(usual.roles.claim, str::to_owned),
                administrators: names("OIDC_ADMINISTRATORS").unwrap_or(usual.roles.administrators),
                viewers: names("OIDC_VIEWERS").unwrap_or(usual.roles.viewers),
            },
            ..usual
        }))
    }

    /// The issuer's host, to name it to people.
    pub(super) fn host(&self) -> &str {
        let rest = self.issuer.split_once("://").map_or(self.issuer.as_str(), |(_, rest)| rest);
        rest.split(['/', ':']).next().unwrap_or(rest)
    }

    /// Whether the issuer is a user pool of Amazon Cognito.
    pub(super) fn is_cognito(&self) -> bool {
        let host = Url::parse(&self.issuer).ok().and_then(|url| url.host_str().map(str::to_owned));
        host.is_some_and(|host| host.starts_with("cognito-idp.") && host.ends_with(".amazonaws.com"))
    }
}

fn list(names: &str) -> Vec<String> {
    names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Option<Settings>, Problem> {
        Settings::from_environment(&variables.iter().copied().collect(), false)
    }

    #[test]
    fn two_variables_are_enough() {
        let pool = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_a1b2c3";
        let settings = read(&[(ISSUER, pool), (CLIENT_ID, "c-1")]).unwrap().unwrap();
        assert_eq!(settings, Settings::new(pool, "c-1"));
        assert!(settings.is_cognito());
        assert_eq!(settings.host(), "cognito-idp.eu-central-1.amazonaws.com");
        assert!(!Settings::new("https://cognito-idp.amazonaws.com.evil.example", "c-1").is_cognito());
    }

    #[test]
    fn everything_can_be_named_otherwise() {
        let settings = read(&[
            (ISSUER, "https://id.msp.example/realms/msp/"),
            (CLIENT_ID, "c-1"),
            ("OIDC_AUDIENCE", "bridge"),
            ("OIDC_SCOPES", "openid groups"),
            ("OIDC_ROLE_CLAIM", "/realm_access/roles"),
            ("OIDC_ADMINISTRATORS", "Billing admins, Owners,"),
            ("OIDC_VIEWERS", "Technicians"),
        ]);
        let settings = settings.unwrap().unwrap();
        assert_eq!(settings.issuer, "https://id.msp.example/realms/msp/", "to the letter");
        assert_eq!((settings.audience.as_deref(), settings.scopes.as_str()), (Some("bridge"), "openid groups"));
        assert_eq!(settings.roles.claim, "/realm_access/roles");
        assert_eq!(settings.roles.administrators, ["Billing admins", "Owners"]);
        assert_eq!(settings.roles.viewers, ["Technicians"]);
    }

    #[test]
    fn an_issuer_that_cannot_be_used_is_named_at_the_start() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[(ISSUER, "https://id.msp.example")]), Err(Problem::Absent { name: CLIENT_ID }));
        assert!(matches!(read(&[(ISSUER, "http://id.msp.example")]), Err(Problem::Unparsable { name: ISSUER, .. })));
    }
}
