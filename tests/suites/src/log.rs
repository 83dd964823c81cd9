//! What the product logs, so that a test sees who would be woken.
//!
//! Lines go to the thread that wrote them: a test runs on one, and so do the functions in it. There is one subscriber for the whole
//! process, as `tracing` asks one that is set for a thread about an event only if no other thread has met the event before.

use std::cell::RefCell;
use std::io::Write;
use std::marker::PhantomData;
use std::sync::Once;

use runtime::telemetry::{Format, filter, subscriber};
use serde_json::Value;

thread_local! {
    static LINES: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// What is logged on this thread for as long as the value lives.
pub struct Log {
    /// It stays on its thread.
    _here: PhantomData<*const ()>,
}

/// Keeps a line where somebody watches this thread.
struct Keeper;

impl Write for Keeper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.iter_mut().for_each(|lines| lines.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Watches what is logged from now on.
    #[must_use]
    pub fn watch() -> Self {
        static SET: Once = Once::new();
        SET.call_once(|| {
            let errors = filter("error").expect("this is a level");
            let log = subscriber(Format::Json, errors, || Keeper);
            tracing::subscriber::set_global_default(log).expect("nobody else sets one in a test");
        });
        LINES.set(Some(Vec::new()));
        Self { _here: PhantomData }
    }

    /// Codes of the alarms so far, oldest first.
    #[must_use]
    pub fn alarms(&self) -> Vec<String> {
        self.lines().iter().filter_map(|line| line["alarm"].as_str().map(str::to_owned)).collect()
    }

    /// How often an alarm of this code was counted, which is what somebody is woken by.
    #[must_use]
    pub fn counted(&self, code: &str) -> usize {
        let lines = self.lines();
        lines.iter().filter(|line| line.get("alarms").is_some() && line["code"] == code).count()
    }

    /// What the alarms of this code said, oldest first.
    #[must_use]
    pub fn said(&self, code: &str) -> Vec<String> {
        let lines = self.lines();
        let of_code = lines.iter().filter(|line| line["alarm"] == code);
        of_code.filter_map(|line| line["message"].as_str().map(str::to_owned)).collect()
    }

    fn lines(&self) -> Vec<Value> {
        let bytes = LINES.with_borrow(|lines| lines.clone().unwrap_or_default());
        String::from_utf8_lossy(&bytes).lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        LINES.set(None);
    }
}
