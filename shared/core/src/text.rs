//! Text from outside, made fit for a place where people read it.

/// Foreign text on one line without control or direction-changing characters.
pub(crate) fn clean(text: &str, max: usize) -> String {
    let printable = |c: char| {
        !c.is_control() && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let spaced: String =
        text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| printable(*c)).collect();
    cut(spaced.trim(), max)
}

/// The beginning of `text` within `max` UTF-16 units, with an ellipsis where something was cut off.
pub(crate) fn cut(text: &str, max: usize) -> String {
    if text.encode_utf16().count() <= max {
        return text.to_owned();
    }
    let mut used = 0;
    let kept: String = text
        .chars()
        .take_while(|c| {
            used += c.len_utf16();
            used < max
        })
        .collect();
    kept + "…"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn t20_a_cut_text_is_within_its_limit_and_a_beginning_of_the_whole(text in "\\PC{0,400}", max in 1usize..300) {
            let short = cut(&text, max);
            prop_assert!(short.encode_utf16().count() <= max);
            prop_assert!(text == short || text.starts_with(short.trim_end_matches('…')));
        }

        #[test]
        fn t11_a_value_from_an_alert_stays_on_its_line(text in ".{0,300}") {
            let line = clean(&text, 500);
            let breaks_out = line.contains(['\n', '\r', '\u{202e}']);
            prop_assert!(!breaks_out);
        }
    }
}
