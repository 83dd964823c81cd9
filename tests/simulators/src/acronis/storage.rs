//! Locations and the storage components in them.

use serde_json::{Value, json};

use super::id::{InfraId, LocationId};
use super::seed;

/// What a storage component can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Capability {
    Backup,
    DisasterRecovery,
    Files,
}

/// A storage component. Items that are bound to a storage exist once for each that can carry them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Storage {
    pub(super) id: InfraId,
    pub(super) location: LocationId,
    pub(super) name: &'static str,
    location_name: &'static str,
    capabilities: &'static [Capability],
    /// The one that a partner cannot give up.
    pub(super) is_default: bool,
}

/// The storages of the data centre, the default one first. All belong to the platform.
pub(super) const ALL: [Storage; 2] = [
    Storage {
        id: seed::FRANKFURT,
        location: LocationId::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0001),
        name: "Frankfurt storage",
        location_name: "Frankfurt",
        capabilities: &[Capability::Backup, Capability::DisasterRecovery, Capability::Files],
        is_default: true,
    },
    Storage {
        id: seed::DUBLIN,
        location: LocationId::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0002),
        name: "Dublin storage",
        location_name: "Dublin",
        capabilities: &[Capability::Backup],
        is_default: false,
    },
];

/// The storage with this id.
pub(super) fn find(id: InfraId) -> Option<&'static Storage> {
    ALL.iter().find(|storage| storage.id == id)
}

impl Capability {
    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Backup, Self::DisasterRecovery, Self::Files].into_iter().find(|capability| capability.name() == text)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::DisasterRecovery => "disaster_recovery",
            Self::Files => "files_cloud",
        }
    }
}

impl Storage {
    pub(super) fn can(&self, capability: Capability) -> bool {
        self.capabilities.contains(&capability)
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "location_id": self.location,
            "owner_tenant_id": seed::PLATFORM,
            "platform_owned": true,
            "name": self.name,
            "url": format!("https://storage-{}.simulated.example", self.location_name.to_lowercase()),
            "capabilities": self.capabilities.iter().map(|capability| capability.name()).collect::<Vec<_>>(),
            "backend_type": "acronis",
            "version": 1,
            "readonly": false,
        })
    }

    pub(super) fn location_json(&self) -> Value {
        json!({
            "id": self.location,
            "name": self.location_name,
            "owner_tenant_id": seed::PLATFORM,
            "platform_owned": true,
            "version": 1,
            "readonly": false,
        })
    }
}
