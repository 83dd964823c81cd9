use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::table::{Key, Record};

/// How far a reader of changes has come. Losing it costs one full read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Which reader, for example `alerts/` and a connection.
    pub name: String,
    /// Known to that reader alone.
    pub value: Value,
}

impl Record for Cursor {
    const KIND: &'static str = "CURSOR";
    type Id = String;

    fn key(id: &String) -> Key {
        Key::alone(Self::KIND, id)
    }

    fn id(&self) -> String {
        self.name.clone()
    }
}
