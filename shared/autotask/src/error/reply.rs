//! From a reply or a lost call to an [`Error`]: the one place where Autotask's statuses and sentences get their meaning.
//!
//! Autotask answers nearly every refusal with status 500 and sentences in plain English, without a code. So the sentences
//! decide, and they are matched loosely. The ones about the log-in are matched at their beginning only: they stop everything,
//! and a sentence may quote an alert's text.

use jiff::Timestamp;
use runtime::http::lenient::{list, quote, text};
use runtime::http::{Response, StatusCode, TransportError, retry_after};

use super::{Credential, Error};
use crate::client::Effect;

/// Longest quotation of one sentence, and the most sentences quoted.
const QUOTE: usize = 300;
const SENTENCES: usize = 10;

/// What a reply that is no success means.
pub(crate) fn of_reply(doing: &'static str, effect: Effect, response: &Response, now: Timestamp) -> Error {
    let errors = sentences(response);
    let reason = says(response);
    let any = |is: fn(&str) -> bool| errors.iter().any(|sentence| is(&sentence.to_ascii_lowercase()));
    if response.status == StatusCode::TOO_MANY_REQUESTS || any(is_thread_limit) {
        return Error::Throttled { doing, reason, after: retry_after(&response.headers, now) };
    }
    match response.status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Error::Forbidden { doing, reason },
        StatusCode::NOT_FOUND => Error::NotFound { doing, reason },
        StatusCode::METHOD_NOT_ALLOWED => Error::NotOffered { doing, reason },
        StatusCode::INTERNAL_SERVER_ERROR if any(is_about_log_in) => {
            Error::LogInRefused { reason, named: names(response) }
        }
        // A record that is not there is worded as a missing right, too; whether it is there is for the caller to read.
        StatusCode::INTERNAL_SERVER_ERROR if any(is_no_record) => Error::NotFound { doing, reason },
        StatusCode::INTERNAL_SERVER_ERROR if any(is_about_rights) => Error::Forbidden { doing, reason },
        // The victim of a deadlock is rolled back; after a time-out inside the database that is not certain.
        StatusCode::INTERNAL_SERVER_ERROR if any(is_deadlock) => Error::Unavailable { doing, reason, cause: None },
        StatusCode::INTERNAL_SERVER_ERROR if any(is_time_out) => unclear(doing, effect, reason, None),
        StatusCode::INTERNAL_SERVER_ERROR if !errors.is_empty() => Error::Refused { doing, errors },
        StatusCode::REQUEST_TIMEOUT => unclear(doing, effect, reason, None),
        status if status.is_client_error() => {
            let errors = if errors.is_empty() { vec![reason] } else { errors };
            Error::Refused { doing, errors }
        }
        _ => unclear(doing, effect, reason, None),
    }
}

/// What a call without a reply means.
pub(crate) fn of_failure(doing: &'static str, effect: Effect, failure: TransportError) -> Error {
    let reason = failure.to_string();
    match failure {
        TransportError::NotSent { .. } => Error::Unavailable { doing, reason, cause: Some(failure) },
        TransportError::Lost { .. } | TransportError::TooLarge { .. } => unclear(doing, effect, reason, Some(failure)),
    }
}

/// Whether a read may be repeated at once: the platform is in trouble, as opposed to having refused.
pub(crate) fn is_passing_trouble(response: &Response) -> bool {
    let is_refusal = response.status == StatusCode::INTERNAL_SERVER_ERROR && !sentences(response).is_empty();
    response.status.is_server_error() && !is_refusal
}

fn unclear(doing: &'static str, effect: Effect, reason: String, cause: Option<TransportError>) -> Error {
    match effect {
        Effect::Read => Error::Unavailable { doing, reason, cause },
        Effect::Write => Error::OutcomeUnknown { doing, reason, cause },
    }
}

/// What the reply says about the failure, in one line, beginning with the status.
pub(crate) fn says(response: &Response) -> String {
    let status = format!("HTTP {}", response.status.as_u16());
    let sentences = sentences(response);
    if sentences.is_empty() { status } else { format!("{status}, {}", in_one_line(&sentences)) }
}

/// Sentences within one of ours, which has the full stop.
pub(super) fn in_one_line(sentences: &[String]) -> String {
    sentences.iter().map(|sentence| sentence.trim_end_matches(['.', ' '])).collect::<Vec<_>>().join("; ")
}

/// What of the log-in a refusal of it names. A name and a secret in one sentence leave open which of them is meant.
pub(crate) fn names(response: &Response) -> Option<Credential> {
    let said = sentences(response).join(" ").to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let is_code = has(&["integrationcode", "integration code", "tracking identifier"]);
    let is_secret = has(&["secret", "password"]);
    // The zone is looked up by the user's name and nothing else.
    let is_user = has(&["username", "user name", "unknown user", "zone information could not be"])
        || has(&["api user"]) && !is_secret;
    match (is_code, is_user, is_secret) {
        (true, false, false) => Some(Credential::IntegrationCode),
        (false, true, false) => Some(Credential::UserName),
        (false, false, true) => Some(Credential::Secret),
        _ => None,
    }
}

/// Autotask's sentences; empty when the body is something else, such as a proxy's page.
fn sentences(response: &Response) -> Vec<String> {
    let Some(body) = response.json() else { return Vec::new() };
    let errors = list(&body, "errors").into_iter().flatten().filter_map(|error| error.as_str().map(str::to_owned));
    let message = text(&body, "message");
    let told = errors.chain(message).map(|sentence| quote(&sentence, QUOTE)).filter(|sentence| !sentence.is_empty());
    told.take(SENTENCES).collect()
}

fn is_thread_limit(sentence: &str) -> bool {
    sentence.contains("thread threshold") || sentence.contains("itgenatr005")
}

fn is_about_log_in(sentence: &str) -> bool {
    const ABOUT: [&str; 7] =
        ["integrationcode", "integration code", "apiintegrationcode", "user ", "username", "api user", "unknown user"];
    const DENIED: [&str; 8] = [
        "unknown",
        "not known",
        "not found",
        "could not be found",
        "does not exist",
        "invalid",
        "incorrect",
        "not valid",
    ];
    const NO_ZONE: &str = "zone information could not be";
    let subject = sentence.strip_prefix("the ").or_else(|| sentence.strip_prefix("invalid ")).unwrap_or(sentence);
    let about_us = ABOUT.iter().any(|word| subject.starts_with(word));
    sentence.starts_with(NO_ZONE) || about_us && DENIED.iter().any(|word| sentence.contains(word))
}

fn is_no_record(sentence: &str) -> bool {
    sentence.starts_with("no matching records found")
}

fn is_about_rights(sentence: &str) -> bool {
    sentence.contains("adequate permissions") || sentence.contains("required permissions")
}

/// As in "Unable to find lastModifiedDateTime in the Contract Entity."
pub(super) fn is_unknown_field(sentence: &str) -> bool {
    sentence.starts_with("unable to find ") && sentence.contains(" entity")
}

fn is_deadlock(sentence: &str) -> bool {
    sentence.contains("deadlock")
}

fn is_time_out(sentence: &str) -> bool {
    ["timeout", "time-out", "timed out"].iter().any(|word| sentence.contains(word))
}

#[cfg(test)]
mod tests;
