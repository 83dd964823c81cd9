use bridge_core::settings::Activations;

use crate::table::{Key, Record};

/// One record: what was switched on when, and whether the alerts from before count (rule T15). Changed by the console, and by
/// the poll once it has counted them.
impl Record for Activations {
    const KIND: &'static str = "ACTIVATIONS";
    type Id = ();

    fn key((): &()) -> Key {
        Key::alone(Self::KIND, "-")
    }

    fn id(&self) {}
}
