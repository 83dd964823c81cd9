//! Secrets of our own making.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};

const BYTES: usize = 32;

/// 43 characters that nobody can guess; `None` when the operating system has no randomness to give.
pub(crate) fn fresh() -> Option<String> {
    let mut bytes = [0; BYTES];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(URL_SAFE_NO_PAD.encode(bytes))
}
