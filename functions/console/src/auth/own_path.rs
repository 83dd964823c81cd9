//! Where a person goes after the sign-in: to a page of this console, and never to somebody else's.

/// Longest that is remembered: a cookie has 4 KiB for everything.
const MAX_BYTES: usize = 1_000;

/// `path` (and query), if a browser takes it for a place on this very host.
pub(super) fn own_path(path: &str) -> Option<&str> {
    // Browsers read `//host` and `/\host` as another host, and skip control characters while they look for that.
    let is_on_host = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic()) && path.len() <= MAX_BYTES;
    // Signing in in order to sign in would never end.
    (is_on_host && is_plain && !path.starts_with("/sign")).then_some(path)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    #[test]
    fn only_a_page_of_ours_is_gone_to() {
        for own in ["/", "/mapping?search=a%20b&x=//y", "/activity/1"] {
            assert_eq!(own_path(own), Some(own));
        }
        let long = format!("/{}", "x".repeat(MAX_BYTES));
        for foreign in
            ["", "mapping", "//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", "/a b"]
        {
            assert_eq!(own_path(foreign), None, "{foreign}");
        }
        for endless in ["/sign-in", "/sign-in/callback?code=1", "/sign-out", "/signed-out", &long] {
            assert_eq!(own_path(endless), None, "{endless}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_taken_stays_on_the_host(path in "[/\\\\.:@?#a-z\t\n ]{0,12}") {
            let base = Url::parse("https://bridge.msp.example").unwrap();
            if let Some(path) = own_path(&path) {
                prop_assert_eq!(base.join(path).unwrap().origin(), base.origin());
            }
        }
    }
}
