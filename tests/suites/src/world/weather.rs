//! Trouble at random: what networks, vendors and the table do to calls on a bad day. A seed repeats it.

use jiff::SignedDuration;
use local::engine::Cut;

use super::seam::Side;

/// Latest arrival of a request whose sender has given up: just before a second create is allowed (rule X2).
const LATEST: i64 = 330;

/// How bad it is.
#[derive(Debug, Clone)]
pub struct Weather {
    random: fastrand::Rng,
    vendors_percent: u8,
    table_percent: u8,
}

/// What happens to a call of a vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The connection breaks and nothing happens.
    DropBefore,
    /// The call takes effect and its reply is lost.
    EffectThenDrop,
    /// The service does not answer in time, and drops the request.
    TooSlow,
    /// The answer takes two seconds.
    Slow,
    /// The client gives up, and the request takes effect later.
    Late(SignedDuration),
    /// 429 with a wish for this many seconds of silence.
    Throttled(u64),
    /// A proxy's page with this status.
    Page(u16),
}

impl Trouble {
    /// Every name, for tests that want to have seen them all.
    pub const NAMES: [&str; 7] = ["drop before", "effect then drop", "too slow", "slow", "late effect", "429", "page"];

    /// Under which it is counted.
    #[must_use]
    pub fn name(self) -> &'static str {
        let [drop_before, effect_then_drop, too_slow, slow, late, throttled, page] = Self::NAMES;
        match self {
            Self::DropBefore => drop_before,
            Self::EffectThenDrop => effect_then_drop,
            Self::TooSlow => too_slow,
            Self::Slow => slow,
            Self::Late(_) => late,
            Self::Throttled(_) => throttled,
            Self::Page(_) => page,
        }
    }
}

impl Weather {
    /// Names of what happens to the table, for tests that want to have seen all of it.
    pub const TABLE: [&str; 7] = [
        "table throttled",
        "table error before",
        "table reset before",
        "table silent before",
        "table error after",
        "table reset after",
        "table silent after",
    ];

    /// Of a hundred calls, so many of the vendors and so many of the table are struck.
    #[must_use]
    pub fn new(seed: u64, vendors_percent: u8, table_percent: u8) -> Self {
        Self { random: fastrand::Rng::with_seed(seed), vendors_percent, table_percent }
    }

    /// What happens to a call. Creates are few, come after many reads that all have to succeed, and need the most care: they are
    /// struck ten times as often, up to every other one, and every third of those takes effect late.
    pub(super) fn strikes_vendor(&mut self, is_create: bool) -> Option<Trouble> {
        let percent = if is_create { self.vendors_percent.saturating_mul(10).min(50) } else { self.vendors_percent };
        if self.random.u8(..100) >= percent {
            return None;
        }
        if is_create && self.random.u8(..3) == 0 {
            return Some(Trouble::Late(SignedDuration::from_secs(self.random.i64(1..LATEST))));
        }
        Some(match self.random.u8(..8) {
            0 => Trouble::DropBefore,
            1 | 2 => Trouble::EffectThenDrop,
            3 => Trouble::TooSlow,
            4 => Trouble::Slow,
            5 | 6 => Trouble::Throttled(self.random.u64(1..60)),
            _ => Trouble::Page(self.random.choice([200, 502, 503]).unwrap_or(502)),
        })
    }

    pub(super) fn strikes_table(&mut self, side: Side) -> Option<(Cut, &'static str)> {
        if self.random.u8(..100) >= self.table_percent {
            return None;
        }
        let [throttled, error_before, reset_before, silent_before, error_after, reset_after, silent_after] =
            Self::TABLE;
        Some(match (side, self.random.u8(..6)) {
            (Side::Before, 0..3) => (Cut::Throttled, throttled),
            (Side::Before, 3) => (Cut::InternalError, error_before),
            (Side::Before, 4) => (Cut::Reset, reset_before),
            (Side::Before, _) => (Cut::Silence, silent_before),
            (Side::After, 0..2) => (Cut::InternalError, error_after),
            (Side::After, 2..4) => (Cut::Reset, reset_after),
            (Side::After, _) => (Cut::Silence, silent_after),
        })
    }
}
