//! Choosing a connection and a partner or folder of it.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::pages::words::query;
use crate::{Deps, connections, tenants};

/// What of the partners is looked at, and where the choice stands.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) connection: String,
    /// The chosen partner or folder.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) partner: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) search: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<String>,
}

/// The connections, and the partners and folders of the chosen one.
pub(super) struct Picker {
    /// Where its links and its filter lead.
    pub(super) path: String,
    pub(super) connections: Vec<Connection>,
    /// The chosen one; empty where there is none in use.
    pub(super) connection: String,
    pub(super) search: String,
    pub(super) partners: Vec<Row>,
    pub(super) next: Option<String>,
}

/// A connection in use.
pub(super) struct Connection {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) is_chosen: bool,
}

/// A partner or folder.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) name: String,
    /// What it is in.
    pub(super) above: String,
    pub(super) enabled: bool,
    pub(super) customers: usize,
    /// Where its customers are.
    pub(super) href: String,
}

impl Asked {
    /// With the only connection, or the first, where none is chosen.
    pub(super) async fn settled(self, deps: &Deps) -> Result<(Self, Vec<Connection>), Error> {
        let used = connections::list(deps).await?.items.into_iter().filter(|connection| connection.enabled);
        let mut choices: Vec<Connection> =
            used.map(|view| Connection { id: view.id.to_string(), name: view.name, is_chosen: false }).collect();
        let at = choices.iter().position(|choice| choice.id == self.connection).unwrap_or_default();
        let connection = choices.get_mut(at).map(|choice| {
            choice.is_chosen = true;
            choice.id.clone()
        });
        Ok((Self { connection: connection.unwrap_or_default(), ..self }, choices))
    }

    pub(super) fn searched(&self) -> Option<String> {
        Some(self.search.trim().to_owned()).filter(|search| !search.is_empty())
    }
}

impl Picker {
    pub(super) async fn read(
        deps: &Deps,
        path: String,
        asked: &Asked,
        connections: Vec<Connection>,
    ) -> Result<Self, Error> {
        let Asked { connection, search, .. } = asked.clone();
        let mut picker = Self { path, connections, connection, search, partners: Vec::new(), next: None };
        if picker.connection.is_empty() {
            return Ok(picker);
        }
        let wanted = tenants::Asked {
            connection: picker.connection.clone(),
            search: asked.searched(),
            limit: None,
            after: asked.after.clone(),
        };
        let part = tenants::partners(deps, wanted).await?;
        picker.partners = part.items.into_iter().map(|partner| Row::of(partner, &picker)).collect();
        picker.next = part.next.map(|after| query(&picker.path, &Asked { after: Some(after), ..asked.clone() }));
        Ok(picker)
    }
}

impl Row {
    fn of(partner: tenants::Partner, picker: &Picker) -> Self {
        let id = partner.id.to_string();
        let chosen = Asked { connection: picker.connection.clone(), partner: id.clone(), ..Asked::default() };
        Self {
            href: query(&picker.path, &chosen),
            above: partner.above.join(" › "),
            name: partner.name,
            enabled: partner.enabled,
            customers: partner.customers,
            id,
        }
    }
}
