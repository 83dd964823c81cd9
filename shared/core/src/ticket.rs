//! From alerts to a ticket: what is known of a problem ([`Entry`]), how it takes in what was read ([`observe`]), and the one
//! function that says what to do next ([`decide()`]).

mod decide;
mod device;
mod entry;
mod group;
mod link;
mod observe;
mod outcome;
mod policy;
pub mod storm;
mod text;
mod unfinished;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use decide::{Because, CREATE_AGAIN_AFTER, Quiet, Step, Turn, Wait, decide};
pub use device::{Device, DeviceName, device_of};
pub use entry::{About, AlertSeen, Done, Entry, Lease, Pending, PendingStatus, Told};
pub use group::{Listed, Member};
pub use link::{Closed, Closer, Follows, Link, Origin, Ticket};
pub use observe::{AlertChange, Seen};
pub use policy::Policy;
pub use text::{Facts, description, is_note_title, note_text, note_title, resolution, title};
pub use unfinished::{Unfinished, Work};

use crate::alert::Reference;
use crate::id::{AccountId, DeviceId, ResourceId, TicketId};

/// Autotask's system status *Complete*, the one status that means the same everywhere.
pub const COMPLETE: i64 = 5;

/// A ticket as the bulk read of rule T19 sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The ticket.
    pub id: TicketId,
    /// Number shown to people, for example `T20261122.0007`.
    pub number: String,
    /// The external id as stored, ours or not.
    pub external_id: Option<String>,
    /// Pick-list value.
    pub status: i64,
    /// Set by Autotask while the ticket is Complete.
    pub completed_at: Option<Timestamp>,
    /// Who completed it.
    pub completed_by: Option<ResourceId>,
    /// Who made it; for our tickets our own API user.
    pub created_by: Option<ResourceId>,
    /// The ticket's company.
    pub account: AccountId,
    /// Whether the resolution is still to be written.
    pub resolution_is_empty: bool,
    /// Moves with every change or note.
    pub last_activity_at: Option<Timestamp>,
}

impl Snapshot {
    /// Our key and episode, if the ticket carries them.
    #[must_use]
    pub fn reference(&self) -> Option<Reference> {
        Reference::parse(self.external_id.as_deref()?)
    }
}

/// A ticket to create. Lengths are already within Autotask's limits; optional fields are left to the ticket category.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTicket<R = Reference> {
    /// The ticket's company.
    pub account: AccountId,
    /// Its external id, by which it is found again: key and episode where it is about alerts.
    pub reference: R,
    /// At most 255 characters.
    pub title: String,
    /// At most 8,000 characters.
    pub description: String,
    /// Pick-list value.
    pub status: i64,
    /// Pick-list value.
    pub priority: i64,
    /// When it is due; `None` only where the category supplies date and time.
    pub due_at: Option<Timestamp>,
    /// Pick-list value.
    pub queue: Option<i64>,
    /// Pick-list value.
    pub source: Option<i64>,
    /// Pick-list value.
    pub category: Option<i64>,
    /// Pick-list value.
    pub ticket_type: Option<i64>,
    /// Pick-list value.
    pub issue_type: Option<i64>,
    /// Pick-list value below the issue type.
    pub sub_issue_type: Option<i64>,
    /// Billing code.
    pub work_type: Option<i64>,
    /// Pick-list value.
    pub sla: Option<i64>,
    /// The configuration item that the ticket is about, one of the company's own (rule T12).
    pub device: Option<DeviceId>,
}

impl<R> NewTicket<R> {
    /// The ticket with what Autotask requires and nothing else, for the second and last try after a refusal (rule T2). The
    /// queue is kept, as most categories require it; where `refusal` is about the queue, `other_queue` takes its place. A due time
    /// that was left to the category becomes `due_at`, as the category is left out or did not supply it.
    #[must_use]
    pub fn required_only(self, refusal: &str, other_queue: Option<i64>, due_at: Timestamp) -> Self {
        let is_about_queue = refusal.to_ascii_lowercase().contains("queueid");
        let queue = if is_about_queue { other_queue.filter(|other| self.queue != Some(*other)) } else { self.queue };
        Self {
            queue,
            source: None,
            category: None,
            ticket_type: None,
            issue_type: None,
            sub_issue_type: None,
            work_type: None,
            sla: None,
            device: None,
            due_at: self.due_at.or(Some(due_at)),
            ..self
        }
    }
}

/// A note to write on a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNote {
    /// Unique within the ticket, as it carries the note's number (rule T20). At most 250 characters.
    pub title: String,
    /// At most 32,000 characters.
    pub text: String,
    /// Pick-list value.
    pub note_type: i64,
    /// Pick-list value: who may see it.
    pub publish: i64,
}
