//! What goes on by itself, on *Overview* and on the page of its account (rule X6).

use super::frame::Frame;
use super::words::When;
use crate::unfinished::View;

/// Rows of the list.
pub(super) const SHOWN: usize = 8;

/// Work that goes on by itself.
pub(super) struct Work {
    pub(super) view: View,
    pub(super) since: Option<When>,
    pub(super) next: When,
}

impl Work {
    /// All of them, next first.
    pub(super) fn all(views: Vec<View>, frame: &Frame) -> Vec<Self> {
        let when = |at| When::new(at, &frame.zone);
        views.into_iter().map(|view| Self { since: view.since.map(when), next: when(view.next_at), view }).collect()
    }
}
