//! Keeping texts within the documented lengths.

/// Longest title of a ticket.
pub const TICKET_TITLE_MAX: usize = 255;
/// Longest description of a ticket.
pub const TICKET_DESCRIPTION_MAX: usize = 8_000;
/// Longest resolution of a ticket.
pub const TICKET_RESOLUTION_MAX: usize = 32_000;
/// Longest title of a note.
pub const NOTE_TITLE_MAX: usize = 250;
/// Longest text of a note.
pub const NOTE_TEXT_MAX: usize = 32_000;

/// `text` in at most `max` characters, the last one an ellipsis if something was cut. Autotask does not say what it counts, so
/// a character outside the basic plane counts as the two UTF-16 units that a .NET string holds for it. Control characters
/// other than line breaks and tabs are left out.
#[must_use]
pub fn cut(text: &str, max: usize) -> String {
    let clean = || text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'));
    if clean().map(char::len_utf16).sum::<usize>() <= max {
        return clean().collect();
    }
    let mut room = max.saturating_sub('…'.len_utf16());
    let mut kept: String = clean()
        .take_while(|c| {
            let fits = c.len_utf16() <= room;
            room = room.saturating_sub(c.len_utf16());
            fits
        })
        .collect();
    if max > 0 {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_text_ends_with_an_ellipsis() {
        assert_eq!(cut("Backup failed", 13), "Backup failed");
        assert_eq!(cut("Backup failed", 8), "Backup …");
        assert_eq!(cut("a\u{0}b\r\nc", 9), "ab\r\nc");
    }

    #[test]
    fn characters_outside_the_basic_plane_count_twice_and_are_never_split() {
        assert_eq!(cut("🔥🔥🔥", 6), "🔥🔥🔥");
        assert_eq!(cut("🔥🔥🔥", 5), "🔥🔥…");
        assert_eq!(cut("🔥🔥🔥", 4), "🔥…");
    }

    proptest! {
        #[test]
        fn no_text_is_longer_than_allowed_and_short_ones_stay(text in "\\PC{0,60}", max in 0usize..60) {
            let cut = cut(&text, max);
            prop_assert!(cut.encode_utf16().count() <= max);
            if text.encode_utf16().count() <= max {
                prop_assert_eq!(cut, text);
            }
        }
    }
}
