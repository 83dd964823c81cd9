//! Reading JSON as the two vendors really send it: names in any case, numbers as texts and the reverse, times with or without
//! a zone. Every function answers `None` rather than fail, so that the caller decides what is indispensable.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

/// The member `name` of an object, in any case; `None` also for null.
#[must_use]
pub fn field<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let members = object.as_object()?;
    members
        .get(name)
        .or_else(|| members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
        .filter(|value| !value.is_null())
}

/// The member as a text: a string that is not blank, or a number or truth value written out.
#[must_use]
pub fn text(object: &Value, name: &str) -> Option<String> {
    match field(object, name)? {
        Value::String(text) => Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The member as a whole number, also when written as a text or with a fraction of zero.
#[must_use]
pub fn integer(object: &Value, name: &str) -> Option<i64> {
    match field(object, name)? {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "only numbers within ±2^53 get here, which fit")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
}

/// The member as a truth value, also when written as a text or as 0 or 1.
#[must_use]
pub fn truth(object: &Value, name: &str) -> Option<bool> {
    match field(object, name)? {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
        _ => integer(object, name).map(|number| number != 0),
    }
}

/// The member as a time; see [`parse_time`].
#[must_use]
pub fn time(object: &Value, name: &str) -> Option<Timestamp> {
    parse_time(field(object, name)?.as_str()?)
}

/// The member as a list; `None` when it is something else.
#[must_use]
pub fn list<'a>(object: &'a Value, name: &str) -> Option<&'a Vec<Value>> {
    field(object, name)?.as_array()
}

/// An ISO 8601 date and time, with 0 to 9 digits of a fraction. Without a zone it is UTC, as both vendors document.
#[must_use]
pub fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let civil: DateTime = text.parse().ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// A foreign text for use in a message: one line, no control characters, at most `max` characters.
#[must_use]
pub fn quote(text: &str, max: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean: String = line.chars().filter(|c| !c.is_control()).collect();
    if clean.chars().count() <= max {
        return clean;
    }
    clean.chars().take(max.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_null_is_absent() {
        let object = json!({"ResourceID": "r", "planId": null});
        assert_eq!(text(&object, "resourceId").as_deref(), Some("r"));
        assert_eq!(field(&object, "planId"), None);
    }

    #[test]
    fn texts_and_numbers_stand_for_one_another() {
        let object = json!({"a": "17", "b": 17, "c": 17.0, "d": 1.5, "e": " ", "f": "true", "g": 0});
        assert_eq!(
            (integer(&object, "a"), integer(&object, "b"), integer(&object, "c")),
            (Some(17), Some(17), Some(17))
        );
        assert_eq!(integer(&object, "d"), None);
        assert_eq!((text(&object, "b").as_deref(), text(&object, "e")), (Some("17"), None));
        assert_eq!(
            (truth(&object, "f"), truth(&object, "g"), truth(&object, "a")),
            (Some(true), Some(false), Some(true))
        );
    }

    #[test]
    fn a_time_is_read_with_and_without_zone_and_fraction() {
        let expected = "2016-06-22T18:25:16Z".parse::<Timestamp>().ok();
        for text in [
            "2016-06-22T18:25:16",
            "2016-06-22T18:25:16Z",
            "2016-06-22T18:25:16+00:00",
            "2016-06-22T20:25:16.000+02:00",
        ] {
            assert_eq!(parse_time(text), expected, "{text}");
        }
        assert_eq!(parse_time("2016-06-22"), "2016-06-22T00:00:00Z".parse().ok());
        assert_eq!(parse_time("yesterday"), None);
    }

    #[test]
    fn a_quote_is_one_short_line() {
        assert_eq!(quote("a\n\tb\u{7}  c", 10), "a b c");
        assert_eq!(quote("abcdef", 4), "abc…");
    }

    proptest! {
        #[test]
        fn any_time_is_read_to_the_nanosecond(seconds in 0i64..4_000_000_000, nanos in 0i32..1_000_000_000, digits in 0usize..=9) {
            let nanos = nanos - nanos % 10i32.pow(9 - u32::try_from(digits).expect("small"));
            let time = Timestamp::new(seconds, nanos).expect("in range");
            let civil: DateTime = time.to_zoned(TimeZone::UTC).datetime();
            let text = format!("{civil:.digits$}");
            prop_assert_eq!(parse_time(&text), Some(time));
            prop_assert_eq!(parse_time(&format!("{text}Z")), Some(time));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,60}") {
            let _ = parse_time(&text);
            prop_assert!(quote(&text, 20).chars().count() <= 20);
        }
    }
}
