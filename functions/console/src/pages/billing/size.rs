//! What one unit of a service stands for (rule P3), as it is typed: gigabytes, pieces or compute points.

use bridge_core::item::{Unit, amount};

/// Digits after the point. Of gigabytes that is less than a byte, so what is shown leads back to what it was.
const DIGITS: u32 = 10;
/// Units in the example.
const EXAMPLE: i64 = 3;

/// What the number counts, for people.
pub(super) fn noun(unit: Unit) -> &'static str {
    match unit {
        Unit::Bytes => "GB",
        Unit::Seconds => "points",
        Unit::Quantity | Unit::None => "",
    }
}

/// The number to be typed for a size, which is not negative.
pub(super) fn text(size: i64, unit: Unit) -> String {
    let (size, one) = (i128::from(size), i128::from(unit.default_size()));
    let scale = 10_i128.pow(DIGITS);
    let scaled = (size * scale * 2 + one) / (one * 2);
    let digits = format!("{:0width$}", scaled % scale, width = DIGITS as usize);
    match digits.trim_end_matches('0') {
        "" => format!("{}", scaled / scale),
        digits => format!("{}.{digits}", scaled / scale),
    }
}

/// Why what was typed is no size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It is no number, or too large.
    NoNumber,
    /// It is a part of something that is counted in pieces. Rounded, it would sell everybody more or less than was meant.
    Part,
}

impl Unfit {
    /// For people, beside the field.
    pub(super) fn in_words(self, text: &str, unit: Unit) -> String {
        match self {
            Self::Part => {
                format!("“{text}” is refused, as this is counted in pieces: give a whole number such as 1 or 5")
            }
            Self::NoNumber if unit.is_divisible() => format!("“{text}” is not a size such as 1, 0.5 or 100"),
            Self::NoNumber => format!("“{text}” is not a whole number such as 1 or 5"),
        }
    }
}

/// The size that a typed number stands for.
///
/// # Errors
/// Why it is none.
pub(super) fn read(text: &str, unit: Unit) -> Result<i64, Unfit> {
    let (whole, rest) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let digits = rest.trim_end_matches('0');
    if whole.is_empty() || !is_number(whole) || !is_number(rest) {
        return Err(Unfit::NoNumber);
    }
    if !digits.is_empty() && !unit.is_divisible() {
        return Err(Unfit::Part);
    }
    scaled(whole, digits, unit).ok_or(Unfit::NoNumber)
}

/// `whole.digits` in the unit of the quota, rounded to it; nothing where that is too large or too fine.
fn scaled(whole: &str, digits: &str, unit: Unit) -> Option<i64> {
    let places = u32::try_from(digits.len()).ok().filter(|places| *places <= DIGITS)?;
    let places = 10_i128.pow(places);
    let number: i128 = format!("{whole}{digits}").parse().ok()?;
    let doubled = number.checked_mul(i128::from(unit.default_size()))?.checked_mul(2)?;
    i64::try_from((doubled + places) / (places * 2)).ok()
}

/// `3 units = 300 GB`; nothing where a unit is a piece, which needs no example.
pub(super) fn example(size: i64, unit: Unit) -> Option<String> {
    let is_plain = size == 1 && matches!(unit, Unit::Quantity | Unit::None);
    (size > 0 && !is_plain).then(|| format!("{EXAMPLE} units = {}", amount(size.saturating_mul(EXAMPLE), unit)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn p3_a_size_is_typed_in_the_units_that_people_count_in() {
        for (typed, unit, size) in [
            ("100", Unit::Bytes, 100 << 30),
            ("0.5", Unit::Bytes, 1 << 29),
            ("0,5", Unit::Bytes, 1 << 29),
            ("1.50", Unit::Seconds, 5_400),
            ("5", Unit::Quantity, 5),
        ] {
            assert_eq!(read(typed, unit), Ok(size), "{typed}");
        }
        for odd in ["", "-1", "ten", "1e3", ".5", "1.2.3", "99999999999999999999", "0.12345678901"] {
            assert_eq!(read(odd, Unit::Bytes), Err(Unfit::NoNumber), "{odd}");
        }
    }

    #[test]
    fn p3_what_is_counted_in_pieces_takes_no_fraction() {
        for typed in ["1.5", "0.5", "2,4", "1.00001"] {
            for unit in [Unit::Quantity, Unit::None] {
                assert_eq!(read(typed, unit), Err(Unfit::Part), "{typed}");
            }
            assert!(read(typed, Unit::Seconds).is_ok(), "{typed}");
        }
        assert_eq!(read("2.0", Unit::Quantity), Ok(2), "a whole number, however it is written");
    }

    #[test]
    fn p3_an_example_says_what_three_units_stand_for() {
        let example = |size, unit| example(size, unit).unwrap_or_default();
        assert_eq!(example(100 << 30, Unit::Bytes), "3 units = 300 GB");
        assert_eq!(example(5, Unit::Quantity), "3 units = 15");
        assert_eq!(example(3_600, Unit::Seconds), "3 units = 3 compute points");
        assert_eq!((example(1, Unit::Quantity), example(0, Unit::Bytes)), (String::new(), String::new()));
    }

    proptest! {
        #[test]
        fn p3_what_is_shown_leads_back_to_what_it_was(size in 0..i64::MAX, unit in 0..3_usize) {
            let unit = [Unit::Bytes, Unit::Seconds, Unit::Quantity][unit];
            prop_assert_eq!(read(&text(size, unit), unit), Ok(size));
        }
    }
}
