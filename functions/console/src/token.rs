//! Secrets of our own making.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::error::Error;

const BYTES: usize = 32;

/// 43 characters that nobody can guess.
///
/// # Errors
/// The operating system has no randomness to give.
pub(crate) fn fresh() -> Result<String, Error> {
    let mut bytes = [0; BYTES];
    let none = |_| Error::Internal("the operating system has no randomness to give".into());
    SystemRandom::new().fill(&mut bytes).map_err(none)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
