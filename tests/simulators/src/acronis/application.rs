//! The applications (services) of the data centre.

use serde_json::{Value, json};

/// One application.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Application {
    /// The same at every data centre.
    pub(super) id: &'static str,
    /// What a client looks it up by.
    pub(super) kind: &'static str,
    name: &'static str,
    path: &'static str,
}

/// Every application. The id of the notary service is ours: none is published.
pub(super) const ALL: [Application; 6] = [
    Application { id: "6e6d758d-8e74-3ae3-ac84-50eb0dff12eb", kind: "backup", name: "Cyber Protection", path: "/bc" },
    Application {
        id: "dfd85a5f-a464-32ab-81fd-99bcc66a070f",
        kind: "files_cloud",
        name: "File Sync & Share",
        path: "/fc",
    },
    Application {
        id: "b71b2c18-590a-303c-9d5a-8444fbe713ac",
        kind: "physical_data_shipping",
        name: "Physical Data Shipping",
        path: "/pds",
    },
    Application { id: "cc29685d-a9ca-3e87-a83d-069f18b588f0", kind: "hci", name: "Cyber Infrastructure", path: "/hci" },
    Application { id: "7459244f-68f3-3bf4-9f53-5f63ecc1d91f", kind: PLATFORM, name: "Management Portal", path: "/mc" },
    Application { id: "4d2f9c5e-6a1b-3c7d-8e90-1b2c3d4e5f60", kind: "notary", name: "Notary", path: "/notary" },
];

/// The application that every tenant has.
pub(super) const PLATFORM: &str = "platform";

/// The application of this type.
pub(super) fn of_kind(kind: &str) -> Option<&'static Application> {
    ALL.iter().find(|application| application.kind == kind)
}

impl Application {
    pub(super) fn to_json(&self, usages: &[&str]) -> Value {
        json!({ "id": self.id, "type": self.kind, "name": self.name, "api_base_url": self.path, "usages": usages })
    }
}
