use bridge_core::ticket::storm::Recent;

use crate::table::{Key, Record};

/// One record: which problems have begun lately (rule T13). Losing it costs some tickets that a storm would have gathered.
impl Record for Recent {
    const KIND: &'static str = "STORM";
    type Id = ();

    fn key((): &()) -> Key {
        Key::alone(Self::KIND, "-")
    }

    fn id(&self) {}
}
