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
        Unit::Seconds => "compute points",
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

/// The size that a typed number stands for; `None` where it is none, or too large.
pub(super) fn read(text: &str, unit: Unit) -> Option<i64> {
    let (whole, rest) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let digits = rest.trim_end_matches('0');
    if whole.is_empty() || !is_number(whole) || !is_number(rest) || digits.len() > DIGITS as usize {
        return None;
    }
    let places = 10_i128.pow(u32::try_from(digits.len()).ok()?);
    let number: i128 = format!("{whole}{digits}").parse().ok()?;
    let doubled = number.checked_mul(i128::from(unit.default_size()))?.checked_mul(2)?;
    i64::try_from((doubled + places) / (places * 2)).ok()
}

/// `3 units = 300 GB`.
pub(super) fn example(size: i64, unit: Unit) -> String {
    format!("{EXAMPLE} units = {}", amount(size.saturating_mul(EXAMPLE), unit))
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
            assert_eq!(read(typed, unit), Some(size), "{typed}");
        }
        for odd in ["", "-1", "ten", "1e3", ".5", "1.2.3", "99999999999999999999", "0.12345678901"] {
            assert_eq!(read(odd, Unit::Bytes), None, "{odd}");
        }
    }

    #[test]
    fn p3_an_example_says_what_three_units_stand_for() {
        assert_eq!(example(100 << 30, Unit::Bytes), "3 units = 300 GB");
        assert_eq!(example(1, Unit::Quantity), "3 units = 3");
        assert_eq!(example(3_600, Unit::Seconds), "3 units = 3 compute points");
    }

    proptest! {
        #[test]
        fn p3_what_is_shown_leads_back_to_what_it_was(size in 0..i64::MAX, unit in 0..3_usize) {
            let unit = [Unit::Bytes, Unit::Seconds, Unit::Quantity][unit];
            prop_assert_eq!(read(&text(size, unit), unit), Some(size));
        }
    }
}
