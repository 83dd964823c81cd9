//! What happens in the world without us.

use bridge_core::alert::Severity;
use simulators::acronis::{Raise, TenantId, seed};

/// A problem that alerts can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    kind: &'static str,
    tenant: TenantId,
    workload: &'static str,
}

/// The problems of this world: few, so that much happens to each.
pub const PROBLEMS: [Problem; 3] = [
    Problem { kind: "BackupFailed", tenant: seed::ALDER, workload: "SRV-1" },
    Problem { kind: "BackupFailed", tenant: seed::ALDER, workload: "SRV-2" },
    Problem { kind: "NoBackupForXDays", tenant: seed::BIRCH_DENTAL, workload: "SRV-1" },
];

impl Problem {
    /// An alert about it.
    pub fn alert(&self, severity: Severity) -> Raise {
        let alert = Raise::new(self.kind).at(self.tenant).on(self.workload).plan("Daily");
        alert.severity(&severity.to_string())
    }
}

/// One event at a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A new alert.
    Raise,
    /// The same alert once more, with another severity perhaps.
    ReRaise,
    /// All its alerts clear.
    Clear,
    /// A technician completes the ticket.
    Complete,
    /// A technician opens the ticket again.
    OpenAgain,
    /// A technician writes a note.
    Note,
    /// A technician deletes the ticket.
    Delete,
}

impl Event {
    /// Every name, for the proof that each of them happened.
    pub const NAMES: [&str; 7] = [
        "raised",
        "raised again",
        "cleared",
        "completed by a technician",
        "opened again by a technician",
        "note by a technician",
        "deleted by a technician",
    ];

    /// Under which it is counted.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// Any event; alerts come and go more often than technicians act.
    pub fn any(random: &mut fastrand::Rng) -> Self {
        match random.u8(..20) {
            0..4 => Self::Raise,
            4..7 => Self::ReRaise,
            7..12 => Self::Clear,
            12..14 => Self::Complete,
            14..17 => Self::OpenAgain,
            17 | 18 => Self::Note,
            _ => Self::Delete,
        }
    }
}

/// Any severity.
pub fn severity(random: &mut fastrand::Rng) -> Severity {
    random.choice([Severity::Warning, Severity::Error, Severity::Critical]).unwrap_or(Severity::Error)
}
