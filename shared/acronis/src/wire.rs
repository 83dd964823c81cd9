//! What long lists are read with: straight into types, without a tree of values in between, and with each row for itself.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// A reply with a list. The rows are left as text, so that a malformed one spoils nothing but itself (rule X4).
#[derive(serde::Deserialize)]
pub(crate) struct Listing<'a> {
    #[serde(borrow, alias = "offering_items")]
    pub(crate) items: Vec<&'a RawValue>,
    /// When the list was made; a text to be given back.
    #[serde(default)]
    timestamp: Option<Value>,
    #[serde(default)]
    paging: Option<Paging>,
}

#[derive(serde::Deserialize)]
struct Paging {
    #[serde(default)]
    cursors: Option<Cursors>,
}

#[derive(serde::Deserialize)]
struct Cursors {
    #[serde(default)]
    after: Option<String>,
}

impl<'a> Listing<'a> {
    pub(crate) fn read(body: &'a [u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(body)
    }

    pub(crate) fn timestamp(&self) -> Option<String> {
        match self.timestamp.as_ref()? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    pub(crate) fn after(self) -> Option<String> {
        self.paging?.cursors?.after.filter(|cursor| !cursor.is_empty())
    }
}

/// A number: Acronis writes quantities with a fraction of zero, and some services write numbers as texts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    Whole(i64),
    Fraction(f64),
}

impl Number {
    /// The next whole number below.
    pub(crate) fn floor(self) -> i64 {
        match self {
            Self::Whole(number) => number,
            Self::Fraction(number) => nearest(number.floor()),
        }
    }

    /// The next whole number above.
    pub(crate) fn ceil(self) -> i64 {
        match self {
            Self::Whole(number) => number,
            Self::Fraction(number) => nearest(number.ceil()),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "numbers beyond an i64 become the greatest or the least one")]
fn nearest(number: f64) -> i64 {
    number as i64
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Number, E> {
        Ok(Number::Whole(truth.into()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Number, E> {
        Ok(Number::Whole(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Number, E> {
        Ok(Number::Whole(i64::try_from(number).unwrap_or(i64::MAX)))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Number, E> {
        Ok(Number::Fraction(number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
        let text = text.trim();
        let whole = text.parse().ok().map(Number::Whole);
        let fraction = || text.parse().ok().filter(|number: &f64| number.is_finite()).map(Number::Fraction);
        whole.or_else(fraction).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Option<Number> {
        serde_json::from_str(text).ok()
    }

    #[test]
    fn a_number_is_read_from_whole_double_and_text() {
        for text in ["10", "10.0", "\"10\"", "\" 10.0 \"", "1e1"] {
            let read = number(text).expect(text);
            assert_eq!((read.floor(), read.ceil()), (10, 10), "{text}");
        }
        let half = number("1.5").expect("a number");
        assert_eq!((half.floor(), half.ceil()), (1, 2));
        assert_eq!(number("1e30").map(Number::floor), Some(i64::MAX));
        assert_eq!(number("18446744073709551615").map(Number::floor), Some(i64::MAX));
        assert_eq!(number("true").map(Number::floor), Some(1));
        for text in ["\"many\"", "\"\"", "\"NaN\"", "\"inf\"", "[]", "{}", "null"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_whole_number_is_read_exactly(value: i64) {
            prop_assert_eq!(number(&value.to_string()), Some(Number::Whole(value)));
            prop_assert_eq!(number(&format!("\"{value}\"")), Some(Number::Whole(value)));
        }

        #[test]
        fn a_double_lies_between_its_floor_and_its_ceiling(value in -1.0e15..1.0e15f64) {
            let read = number(&format!("{value:?}")).expect("a number");
            prop_assert!(read.floor() <= read.ceil() && read.ceil() - read.floor() <= 1);
        }
    }
}
