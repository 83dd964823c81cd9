//! What an edit asks for.

use bridge_core::id::{ConnectionId, TenantId};
use bridge_core::mapping::Switches;
use systems::Config;

use super::Edit;
use super::check::Why;

/// What an edit asks for.
#[derive(Debug)]
pub(super) enum Wish<'a> {
    Map { tenant: &'a TenantId, connection: &'a ConnectionId },
    New(New<'a>),
    Return,
    Remove { version: u64 },
    Switch { version: u64, switches: &'a Switches },
    Exclude { reason: &'a str },
    Include,
}

/// A new customer tenant.
#[derive(Debug, Clone, Copy)]
pub(super) struct New<'a> {
    connection: Option<&'a ConnectionId>,
    parent: Option<&'a TenantId>,
    pub(super) anew: bool,
}

/// Reads what an edit asks for.
pub(super) fn wish(edit: &Edit) -> Result<Wish<'_>, Why> {
    let Edit { tenant, connection, parent, switches, exclude, version, .. } = edit;
    let version = || {
        let text = "an edit of a mapping carries the version that it edits";
        version.ok_or_else(|| Why::new("unversioned", text).at("version"))
    };
    let asked = [
        tenant.is_some(),
        edit.new,
        edit.return_to_old,
        edit.remove,
        switches.is_some(),
        exclude.is_some(),
        edit.include,
    ];
    let is_one = asked.into_iter().filter(|is_asked| *is_asked).count() == 1;
    let has_details_of_new = parent.is_some() || edit.anew;
    let has_odd_details = (has_details_of_new && !edit.new)
        || (edit.confirm && tenant.is_none() && !edit.new)
        || (connection.is_some() && tenant.is_none() && !edit.new);
    if !is_one || has_odd_details {
        return Err(unclear());
    }
    match (tenant, connection, switches, exclude) {
        (Some(tenant), Some(connection), ..) => Ok(Wish::Map { tenant, connection }),
        (Some(_), None, ..) => Err(unclear()),
        (None, _, Some(switches), _) => Ok(Wish::Switch { version: version()?, switches }),
        (None, _, None, Some(reason)) => Ok(Wish::Exclude { reason }),
        (None, connection, None, None) if edit.new => {
            Ok(Wish::New(New { connection: connection.as_ref(), parent: parent.as_ref(), anew: edit.anew }))
        }
        (None, _, None, None) if edit.return_to_old => Ok(Wish::Return),
        (None, _, None, None) if edit.remove => Ok(Wish::Remove { version: version()? }),
        (None, _, None, None) => Ok(Wish::Include),
    }
}

fn unclear() -> Why {
    Why::new(
        "unclear",
        "an edit has a tenant with its connection, or new, return_to_old, remove, switches, exclude, include: exactly one of them",
    )
}

impl New<'_> {
    /// One that is made where the settings say.
    pub(super) fn as_set() -> Self {
        Self { connection: None, parent: None, anew: false }
    }

    /// The connection and the partner or folder in which the tenant is made: as asked for, or as the settings say.
    pub(super) fn place(&self, config: &Config) -> Result<(ConnectionId, TenantId), Why> {
        let billing = &config.settings.billing;
        if !billing.enabled {
            return Err(Why::new(
                "billing_off",
                "switch billing on first (Billing and provisioning), or nothing is made",
            ));
        }
        let connection = match self.connection {
            Some(asked) => Some(asked).filter(|asked| config.connections.contains_key(*asked)),
            None => billing.provisioning.connection_among(config.connections.keys()),
        };
        let Some(connection) = connection else {
            let text = "choose a connection in use through which the tenant is made";
            return Err(Why::new("no_connection", text).at("connection"));
        };
        let Some(products) = config.products.get(connection) else {
            let text = "the connection has no product mapping yet, so the tenant would get nothing: save one first";
            return Err(Why::new("no_products", text));
        };
        let own = || TenantId::new(connection.as_str());
        let parent = self.parent.or(products.parent.as_ref()).cloned().unwrap_or_else(own);
        Ok((connection.clone(), parent))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn code(edit: Value) -> Option<&'static str> {
        let edit: Edit = serde_json::from_value(edit).unwrap();
        wish(&edit).err().map(|why| why.code)
    }

    #[test]
    fn v5_an_edit_asks_for_one_thing() {
        assert_eq!(code(json!({"account": 1, "tenant": "t", "connection": "c"})), None);
        assert_eq!(code(json!({"account": 1, "remove": true, "version": 3})), None);
        assert_eq!(code(json!({"account": 1, "switches": {}, "version": 3})), None);
        assert_eq!(code(json!({"account": 1, "new": true})), None);
        assert_eq!(code(json!({"account": 1, "new": true, "anew": true, "connection": "c", "parent": "p"})), None);
        assert_eq!(code(json!({"account": 1, "return_to_old": true})), None);
        assert_eq!(code(json!({"account": 1, "exclude": "they left"})), None);
        for unclear in [
            json!({"account": 1}),
            json!({"account": 1, "tenant": "t"}),
            json!({"account": 1, "tenant": "t", "connection": "c", "remove": true}),
            json!({"account": 1, "switches": {}, "remove": true, "version": 3}),
            json!({"account": 1, "new": true, "tenant": "t", "connection": "c"}),
            json!({"account": 1, "anew": true, "return_to_old": true}),
            json!({"account": 1, "exclude": "why", "include": true}),
            json!({"account": 1, "include": true, "connection": "c"}),
            json!({"account": 1, "exclude": "they left", "confirm": true}),
        ] {
            assert_eq!(code(unclear.clone()), Some("unclear"), "{unclear}");
        }
    }

    #[test]
    fn b3_an_edit_of_what_is_there_carries_its_version() {
        assert_eq!(code(json!({"account": 1, "remove": true})), Some("unversioned"));
        assert_eq!(code(json!({"account": 1, "switches": {"tickets": false}})), Some("unversioned"));
    }
}
