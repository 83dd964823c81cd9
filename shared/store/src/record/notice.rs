use bridge_core::notice::Day;

use crate::table::{Key, Record};

/// One record: today's ticket about what waits for a person (rule X8). The next day's takes its place.
impl Record for Day {
    const KIND: &'static str = "NOTICE";
    type Id = ();

    fn key((): &()) -> Key {
        Key::alone(Self::KIND, "-")
    }

    fn id(&self) {}
}
