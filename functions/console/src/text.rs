//! Texts that people enter, and texts as people read them.

use crate::error::Error;

/// A reason is a line or two, for whoever looks at it later.
const REASON_MAX: usize = 500;

/// A reason, trimmed: there is one, and it has an end.
pub(crate) fn reason(field: &str, text: &str) -> Result<String, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::field(field, "say why"));
    }
    if text.chars().count() > REASON_MAX {
        return Err(Error::field(field, format!("say it in at most {REASON_MAX} characters")));
    }
    Ok(text.to_owned())
}

/// A text that stands alone. Refusals begin in lower case, as most of them follow a colon somewhere; a name of a field or an item
/// stays as it is.
pub(crate) fn sentence(text: &str) -> String {
    let first_word = text.split([' ', ':']).next().unwrap_or_default();
    let mut rest = text.chars();
    match rest.next() {
        Some(first) if !first_word.contains(['_', '.', '@', '/']) => first.to_uppercase().chain(rest).collect(),
        _ => text.to_owned(),
    }
}

/// `1 account`, `3 accounts`.
pub(crate) fn counted(count: impl Into<i128>, noun: &str) -> String {
    let count = count.into();
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A text for a cell of a CSV file. A spreadsheet takes one that begins like this for a formula, and names of customers come from
/// outside.
pub(crate) fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something_and_has_an_end() {
        assert_eq!(reason("reason", " they pay later ").unwrap(), "they pay later");
        for odd in ["", " \t", &"x".repeat(REASON_MAX + 1)] {
            assert!(
                matches!(reason("reason", odd), Err(Error::Invalid(fields)) if fields[0].field == "reason"),
                "{odd:?}"
            );
        }
    }

    #[test]
    fn a_text_that_stands_alone_begins_with_a_capital_letter() {
        for (text, told) in [
            ("say why", "Say why"),
            ("“much” is not a size", "“much” is not a size"),
            ("über 20", "Über 20"),
            ("pw_base_servers: it is on twice", "pw_base_servers: it is on twice"),
            ("", ""),
        ] {
            assert_eq!(sentence(text), told);
        }
    }

    #[test]
    fn a_text_is_never_a_formula() {
        assert_eq!(harmless("=HYPERLINK(\"https://evil.example\")"), "'=HYPERLINK(\"https://evil.example\")");
        assert_eq!(harmless("Alder & Sons"), "Alder & Sons");
    }
}
