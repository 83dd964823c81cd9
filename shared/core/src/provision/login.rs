//! Logins for a customer's administrator (rule V2): the primary contact's e-mail address, and where it is taken the same with a
//! number before the @. A login is taken when anybody on the whole platform has it.

use super::problem::Problem;

/// How many logins are tried.
const TRIES: u32 = 20;
/// What a login may consist of besides ASCII letters and digits.
const SIGNS: &str = ".@_-+:!#$%^*={}'`/?";
const SHORTEST: usize = 3;

/// The login to try after so many were found taken.
pub(super) fn candidate(email: Option<&str>, taken: u32) -> Result<String, Problem> {
    let (person, domain) = email.and_then(usable).ok_or(Problem::NoEmail)?;
    if taken < TRIES { Ok(numbered(&person, &domain, taken)) } else { Err(exhausted(&person, &domain)) }
}

fn exhausted(person: &str, domain: &str) -> Problem {
    Problem::LoginsTaken { last: numbered(person, domain, TRIES - 1) }
}

fn numbered(person: &str, domain: &str, taken: u32) -> String {
    match taken {
        0 => format!("{person}@{domain}"),
        taken => format!("{person}+{}@{domain}", taken + 1),
    }
}

/// Both sides of an address without what no login may contain.
fn usable(email: &str) -> Option<(String, String)> {
    let (person, domain) = email.trim().rsplit_once('@')?;
    let allowed = |text: &str| -> String { text.chars().filter(|c| is_allowed(*c)).collect() };
    let (person, domain) = (allowed(person), allowed(domain));
    let is_usable = !person.is_empty() && !domain.is_empty() && person.len() + domain.len() + 1 >= SHORTEST;
    is_usable.then_some((person, domain))
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || SIGNS.contains(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn v2_a_taken_login_gets_a_number_before_the_at_sign() {
        let logins: Vec<_> = (0..3).map(|taken| candidate(Some(" ann@contoso.example "), taken).unwrap()).collect();
        assert_eq!(logins, ["ann@contoso.example", "ann+2@contoso.example", "ann+3@contoso.example"]);
    }

    #[test]
    fn v2_tries_are_bounded() {
        assert_eq!(candidate(Some("a@b"), 19).unwrap(), "a+20@b");
        assert_eq!(candidate(Some("a@b"), 20), Err(Problem::LoginsTaken { last: "a+20@b".into() }));
    }

    #[test]
    fn v2_without_a_usable_address_there_is_no_login() {
        for email in [None, Some(""), Some("ann"), Some("@contoso.example"), Some("ann@"), Some("æ@contoso.example")] {
            assert_eq!(candidate(email, 0), Err(Problem::NoEmail), "{email:?}");
        }
    }

    proptest! {
        #[test]
        fn v2_every_login_keeps_to_the_signs_that_acronis_allows(email in "\\PC{0,30}@\\PC{0,30}", taken in 0u32..20) {
            if let Ok(login) = candidate(Some(&email), taken) {
                prop_assert!(login.chars().all(is_allowed) && login.len() >= SHORTEST);
            }
        }
    }
}
