//! Which role somebody has, by what the issuer says of him.

use serde_json::{Map, Value};
use store::record::session::Role;

/// Who has which role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles {
    /// The claim that tells, as its name, or as a JSON pointer (`/realm_access/roles`) where it lies deeper.
    pub claim: String,
    /// Values of it that make an administrator.
    pub administrators: Vec<String>,
    /// Values of it that make a viewer.
    pub viewers: Vec<String>,
}

impl Roles {
    /// The highest role that the claims give; none gives nothing.
    pub(super) fn of(&self, claims: &Map<String, Value>) -> Option<Role> {
        let values = self.values(claims);
        let is_one_of = |names: &[String]| values.iter().any(|value| names.iter().any(|name| name == value));
        if is_one_of(&self.administrators) {
            Some(Role::Administrator)
        } else if is_one_of(&self.viewers) {
            Some(Role::Viewer)
        } else {
            None
        }
    }

    fn values<'a>(&self, claims: &'a Map<String, Value>) -> Vec<&'a str> {
        let deeper = |pointer: &str| {
            let (first, rest) = pointer.split_at(pointer.find('/').unwrap_or(pointer.len()));
            claims.get(first)?.pointer(rest)
        };
        let value = claims.get(&self.claim).or_else(|| self.claim.strip_prefix('/').and_then(deeper));
        match value {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn role(claim: &str, claims: &Value) -> Option<Role> {
        let names = |name: &str| vec![name.to_owned(), format!("{name}-2")];
        let roles = Roles { claim: claim.to_owned(), administrators: names("admins"), viewers: names("viewers") };
        roles.of(claims.as_object().unwrap())
    }

    #[test]
    fn the_highest_role_counts_and_a_stranger_has_none() {
        assert_eq!(role("groups", &json!({"groups": ["staff", "viewers", "admins-2"]})), Some(Role::Administrator));
        assert_eq!(role("groups", &json!({"groups": "viewers-2"})), Some(Role::Viewer));
        for none in [
            json!({}),
            json!({"groups": []}),
            json!({"groups": ["Admins", "admins "]}),
            json!({"groups": {"admins": true}}),
        ] {
            assert_eq!(role("groups", &none), None, "{none}");
        }
    }

    #[test]
    fn the_claim_may_lie_deeper_or_have_an_odd_name() {
        let keycloak = json!({"realm_access": {"roles": ["admins"]}});
        assert_eq!(role("/realm_access/roles", &keycloak), Some(Role::Administrator));
        assert_eq!(role("/realm_access/other", &keycloak), None);
        assert_eq!(
            role("https://msp.example/roles", &json!({"https://msp.example/roles": ["viewers"]})),
            Some(Role::Viewer)
        );
        assert_eq!(role("cognito:groups", &json!({"cognito:groups": ["viewers"]})), Some(Role::Viewer));
    }
}
