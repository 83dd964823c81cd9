/// What the plans of one run would do together, counted by account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    /// Mapped accounts whose quotas we manage.
    pub mapped: usize,
    /// Accounts with a plan that would reduce, switch off, disable, create, set to unlimited or to more than ten times the old
    /// value, and that no person has just reviewed.
    pub drastic: usize,
    /// Mapped accounts with a selling contract now.
    pub selling: usize,
    /// Mapped accounts that had units at the last good run.
    pub sold_before: usize,
    /// Those of them without a selling contract now. Accounts that were mapped since make up for none of them.
    pub stopped: usize,
}

/// Why a run asks first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brake {
    /// Too many accounts would change drastically.
    Drastic,
    /// Too many accounts sell nothing any more.
    FewerSelling,
}

/// Rule P12's brake: more than 20 % and at least 3 of the mapped accounts would change drastically, or accounts with a selling
/// contract fall by more than 20 % and at least 3, or to none.
#[must_use]
pub fn brake(run: &Run) -> Option<Brake> {
    if run.stopped > 0 && (run.selling == 0 || is_many(run.stopped, run.sold_before)) {
        Some(Brake::FewerSelling)
    } else if is_many(run.drastic, run.mapped) {
        Some(Brake::Drastic)
    } else {
        None
    }
}

/// At least 3, and more than a fifth.
fn is_many(some: usize, all: usize) -> bool {
    some >= 3 && some * 5 > all
}
