//! What travels on the queues. A hint says "look at this again" and nothing else: the worker reads the current state itself
//! (rule X1), so a lost, repeated, late or forged hint costs time and never correctness.

use serde::{Deserialize, Serialize};

use crate::alert::Key;
use crate::id::{AccountId, AlertId, ConnectionId, TenantId, TicketId};

/// Format version that this release writes. A reader accepts it and the one before.
pub const VERSION: u32 = 1;

/// One queue message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Format version.
    pub v: u32,
    /// Links the log lines of one event from its arrival to the ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<String>,
    /// How often the hint has had to wait, for the back-off.
    #[serde(default, skip_serializing_if = "never_waited")]
    pub waited: u32,
    /// What to look at.
    #[serde(flatten)]
    pub hint: Hint,
}

fn never_waited(times: &u32) -> bool {
    *times == 0
}

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Hint {
    /// Alerts may have changed.
    Alerts {
        /// The alerts, each with the tenant that its sender named.
        alerts: Vec<AlertRef>,
        /// The connection to ask, where the sender is ourselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        connection: Option<ConnectionId>,
    },
    /// Something about these keys is due, or was observed on the other side.
    Keys {
        /// The keys.
        keys: Vec<Key>,
    },
    /// Tickets may have changed in Autotask.
    Tickets {
        /// The tickets.
        tickets: Vec<TicketId>,
    },
    /// An account's contracts, mapping or settings may have changed.
    Account {
        /// The account.
        account: AccountId,
        /// Digest of the plan that the poll has judged together with all others. The worker applies nothing drastic that
        /// differs from it (rule P12); a hint of a person about one account has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plan: Option<String>,
    },
    /// Read all accounts and plan for each.
    Pass {
        /// The preview that asked for it, which is all that the pass writes then (rule P13).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preview: Option<String>,
    },
    /// An authenticated body that could not be read; the worker parks it (rule B1).
    Unreadable {
        /// Which door it came through.
        source: String,
        /// The body as received, in base64.
        body: String,
        /// What was wrong with it.
        reason: String,
    },
}

/// An alert named by a sender.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AlertRef {
    /// The alert.
    pub id: AlertId,
    /// Its tenant, if the sender knew the uuid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantId>,
}

impl Message {
    /// A message of the current format version.
    #[must_use]
    pub fn new(hint: Hint, correlation: Option<String>) -> Self {
        Self { v: VERSION, correlation, waited: 0, hint }
    }

    /// The message as a queue body.
    #[must_use]
    pub fn to_body(&self) -> String {
        serde_json::to_string(self).expect("a message has no map with keys that are not text")
    }

    /// Reads a queue body.
    ///
    /// # Errors
    /// Says what is wrong, for the parked message: not JSON, an unknown kind, or a format of another release.
    pub fn parse(body: &str) -> Result<Self, String> {
        let message: Self = serde_json::from_str(body).map_err(|error| format!("not a message of ours: {error}"))?;
        match message.v {
            VERSION => Ok(message),
            other => Err(format!("message format {other} is not known to this release")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_of_version_1_never_changes() {
        let alerts =
            vec![AlertRef { id: "A".into(), tenant: Some("T".into()) }, AlertRef { id: "b".into(), tenant: None }];
        let message = Message::new(Hint::Alerts { alerts, connection: None }, Some("c".into()));
        let body = r#"{"v":1,"correlation":"c","kind":"alerts","alerts":[{"id":"a","tenant":"t"},{"id":"b"}]}"#;
        assert_eq!(message.to_body(), body);
        assert_eq!(Message::parse(body), Ok(message));
    }

    #[test]
    fn a_message_of_a_later_release_is_refused_with_its_version() {
        let refusal = Message::parse(r#"{"v":2,"kind":"pass"}"#).unwrap_err();
        assert!(refusal.contains("format 2"), "{refusal}");
    }
}
