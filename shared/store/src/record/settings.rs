use bridge_core::settings::Settings;

use crate::table::{Key, Record};

/// One record; a save carries the version that it edited (rule B3).
impl Record for Settings {
    const KIND: &'static str = "SETTINGS";
    type Id = ();

    fn key((): &()) -> Key {
        Key::alone(Self::KIND, "-")
    }

    fn id(&self) {}
}
