//! The records, each with where it lies and how it is read. The crate's README lists what each access costs.
//!
//! | partition | sort key | record |
//! | --- | --- | --- |
//! | `GENERATION#-` | `-` | [`Generation`] |
//! | `SETTINGS#-` | `-` | [`bridge_core::settings::Settings`] |
//! | `ACTIVATION` | scope | [`bridge_core::settings::Activation`] |
//! | `CONNECTION` | connection | [`Connection`] |
//! | `MAPPING` | account | [`Mapping`] |
//! | `TENANT#…` | `-` | [`MappedTenant`], the other key of the mapping (rule V5) |
//! | `LEDGER#key` | `-` | [`bridge_core::ticket::Entry`]; due |
//! | `ALERT#…` | `-` | [`AlertPin`] |
//! | `TICKET#…` | `-` | [`TicketIndex`] |
//! | `STORM#-` | `-` | [`bridge_core::ticket::storm::Recent`] |
//! | `CURSOR#name` | `-` | [`Cursor`] |
//! | `PARKED` | first time and fingerprint | [`Parked`] |
//! | `PARKED_BODY#fingerprint` | `-` | [`ParkedBody`] |
//! | `DEFERRED#id` | `-` | [`Deferred`]; due |
//! | `ACTIVITY#day` | time and id | [`Activity`]; expires |
//! | `SYSTEM` | system | [`SystemState`] |
//! | `RIGHTS` | system | [`Rights`] |
//! | `UNMAPPED` | tenant | [`Unmapped`] |
//! | `HELD` | id | [`Held`] |
//! | `PRODUCTS` | connection | [`bridge_core::settings::Products`] |
//! | `INSTALLATION#-` | `-` | [`Installation`] |
//! | `ACCOUNT` | account | [`Account`]; due |
//! | `BRAKE#-` | `-` | [`Brake`] |
//! | `NOTICE#-` | `-` | [`bridge_core::notice::Day`] |
//! | `IMPORT` | id | [`Import`]; expires |
//! | `PREVIEW` | id | [`Preview`]; expires |
//! | `SESSION` | hash of its id | [`Session`]; expires |
//! | `STATISTICS` | day | [`bridge_core::statistics::Day`]; expires |
//!
//! Lists of thousands lie packed: see [`pack`](crate::pack).

pub mod account;
mod activations;
mod activity;
mod alert_pin;
pub mod brake;
mod connection;
mod cursor;
mod deferred;
mod devices;
mod generation;
mod held;
mod import;
mod installation;
mod ledger;
mod mapping;
mod notice;
mod parked;
pub mod preview;
mod products;
pub mod rights;
pub mod session;
mod settings;
mod staged;
pub mod statistics;
mod storm;
mod system;
mod ticket_index;
mod unmapped;

use bridge_core::alert;
use bridge_core::id::AccountId;
use jiff::Timestamp;

pub use account::Account;
pub use activations::all_activations;
pub use activity::{Activity, ActivityCursor, ActivityPage, Subject};
pub use alert_pin::AlertPin;
pub use brake::Brake;
pub use connection::Connection;
pub use cursor::Cursor;
pub use deferred::Deferred;
pub use devices::DeviceDirectory;
pub use generation::Generation;
pub use held::{Concerned, Held, HeldQuota};
pub use import::{Import, ImportLine, ImportRefusal};
pub use installation::Installation;
pub use mapping::{Mapped, MappedTenant, Mapping, Unmapping};
pub use parked::{Parked, ParkedBody, ParkedId, Reason};
pub use preview::Preview;
pub use products::all_products;
pub use rights::Rights;
pub use session::Session;
pub use staged::{Staged, StagedEdit, StagedRefusal};
pub use system::SystemState;
pub use ticket_index::TicketIndex;
pub use unmapped::Unmapped;

use crate::table::{Due, Record};

/// What a due record is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DueWork {
    /// A ledger entry to look at again.
    Key(alert::Key),
    /// A hint that has waited long enough; the id of its [`Deferred`].
    Hint(String),
    /// An account to look at again.
    Account(AccountId),
    /// A record of a later release, left to it.
    Foreign,
}

impl DueWork {
    /// Reads what a due record is from its key.
    #[must_use]
    pub fn of(due: &Due) -> Self {
        if let Some(key) = due.key.id_alone(bridge_core::ticket::Entry::KIND).and_then(alert::Key::parse) {
            return Self::Key(key);
        }
        if let Some(account) = Account::due(due) {
            return Self::Account(account);
        }
        due.key.id_alone(Deferred::KIND).map_or(Self::Foreign, |id| Self::Hint(id.to_owned()))
    }
}

/// A time as the beginning of a sort key: text that sorts as the times do.
fn sortable(at: Timestamp) -> String {
    format!("{at:.3}")
}
