//! Records of the suite's own, in two formats.

use ::store::table::{Key, Record};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A record of format 1. Its fields have the names that the table uses for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Its id.
    pub pk: String,
    /// Some text.
    pub ver: String,
    /// When it is due.
    pub due_at: Option<Timestamp>,
}

/// The same record a release later: the text has become a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewProbe {
    /// Its id.
    pub pk: String,
    /// Some texts.
    pub texts: Vec<String>,
}

/// The same record two releases later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewestProbe {
    /// Its id.
    pub pk: String,
}

const KIND: &str = "PROBE";

impl Probe {
    /// A record that is not due.
    #[must_use]
    pub fn new(id: &str, text: &str) -> Self {
        Self { pk: id.to_owned(), ver: text.to_owned(), due_at: None }
    }
}

impl Record for Probe {
    const KIND: &'static str = KIND;
    type Id = String;

    fn key(id: &String) -> Key {
        Key::alone(KIND, id)
    }

    fn id(&self) -> String {
        self.pk.clone()
    }

    fn due_at(&self) -> Option<Timestamp> {
        self.due_at
    }
}

impl Record for NewProbe {
    const KIND: &'static str = KIND;
    const FORMAT: u32 = 2;
    type Id = String;

    fn key(id: &String) -> Key {
        Key::alone(KIND, id)
    }

    fn id(&self) -> String {
        self.pk.clone()
    }

    fn from_previous(fields: Value) -> Result<Self, serde_json::Error> {
        let Probe { pk, ver, .. } = serde_json::from_value(fields)?;
        Ok(Self { pk, texts: vec![ver] })
    }
}

impl Record for NewestProbe {
    const KIND: &'static str = KIND;
    const FORMAT: u32 = 3;
    type Id = String;

    fn key(id: &String) -> Key {
        Key::alone(KIND, id)
    }

    fn id(&self) -> String {
        self.pk.clone()
    }
}
