//! Changes of items in words.

use bridge_core::quota::{Change, Sort};

/// What was done to an item.
pub(super) fn what(change: &Change) -> String {
    let item = &change.item.name;
    match change.sort {
        Sort::SwitchOn => format!("item {item} switched on"),
        Sort::SwitchOff => format!("item {item} switched off"),
        Sort::Raise => format!("quota of {item} raised"),
        Sort::Cut => format!("quota of {item} cut"),
        Sort::Limit => format!("limit of {item} changed"),
    }
}

/// What is told of an item that Acronis refused.
pub(super) fn refused(change: &Change, reason: &str) -> String {
    let (item, to) = (&change.item.name, change.to.in_words(change.unit));
    format!("{item} could not be set to {to}: {reason}. Nothing else of the account waits for it.")
}
