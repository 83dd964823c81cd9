use std::io::{IsTerminal as _, Write as _, stderr};

/// A line that says what is being done, on a terminal only: a script's standard error is for what goes wrong.
pub(super) struct Progress {
    is_shown: bool,
    begun: usize,
    steps: usize,
}

impl Progress {
    pub(super) fn of(steps: usize) -> Self {
        Self { is_shown: stderr().is_terminal(), begun: 0, steps }
    }

    /// The next step begins.
    pub(super) fn step(&mut self, text: &str) {
        self.begun += 1;
        self.show(&format!("[{}/{}] {text} …", self.begun, self.steps));
    }

    /// In place of what was there. Losing a line of progress is no reason to stop.
    fn show(&self, line: &str) {
        if self.is_shown {
            let _ = write!(stderr(), "\r\x1b[K{line}").and_then(|()| stderr().flush());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.show("");
    }
}
