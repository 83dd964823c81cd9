//! The bytes of a callout, and their signature.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{Timestamp, Unit};
use serde::{Serialize, Serializer};
use serde_json::ser::{CharEscape, Formatter};
use sha1::Sha1;

use super::super::record::Record;

/// What a webhook tells.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Payload<'a> {
    pub action: &'static str,
    pub guid: &'a str,
    pub entity_type: &'a str,
    pub id: i64,
    pub fields: Record,
    #[serde(serialize_with = "whole_seconds")]
    pub event_time: Timestamp,
    pub sequence_number: i64,
    #[serde(rename = "PersonID")]
    pub person_id: i64,
}

fn whole_seconds<S: Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    let rounded = moment.round(jiff::TimestampRound::new().smallest(Unit::Second).mode(jiff::RoundMode::Trunc));
    serializer.collect_str(&rounded.unwrap_or(*moment))
}

/// JSON the way the service writes it: everything that could matter in a page, and everything beyond ASCII, is escaped.
pub(super) fn to_bytes(payload: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, Escaping);
    payload.serialize(&mut serializer).expect("plain fields always serialise, and a Vec takes all bytes");
    bytes
}

/// The value of `X-Hook-Signature` for these very bytes.
pub(super) fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body);
    format!("sha1={}", STANDARD.encode(mac.finalize().into_bytes()))
}

struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for letter in fragment.chars() {
            if letter.is_ascii() && !matches!(letter, '&' | '<' | '>' | '\'' | '`' | '+' | '\u{7f}') {
                write!(writer, "{letter}")?;
            } else {
                escape(writer, letter)?;
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + io::Write>(&mut self, writer: &mut W, char_escape: CharEscape) -> io::Result<()> {
        match char_escape {
            CharEscape::Quote => escape(writer, '"'),
            CharEscape::ReverseSolidus => writer.write_all(b"\\\\"),
            CharEscape::Solidus => writer.write_all(b"/"),
            CharEscape::Backspace => writer.write_all(b"\\b"),
            CharEscape::FormFeed => writer.write_all(b"\\f"),
            CharEscape::LineFeed => writer.write_all(b"\\n"),
            CharEscape::CarriageReturn => writer.write_all(b"\\r"),
            CharEscape::Tab => writer.write_all(b"\\t"),
            CharEscape::AsciiControl(byte) => escape(writer, char::from(byte)),
        }
    }
}

fn escape<W: ?Sized + io::Write>(writer: &mut W, letter: char) -> io::Result<()> {
    for unit in letter.encode_utf16(&mut [0; 2]) {
        write!(writer, "\\u{unit:04X}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_matter_in_a_page_or_is_not_ascii_is_escaped_with_upper_case_digits() {
        let json = String::from_utf8(to_bytes(&"a&b<c>'\"`+é😀\n")).unwrap();
        assert_eq!(json, r#""a\u0026b\u003Cc\u003E\u0027\u0022\u0060\u002B\u00E9\uD83D\uDE00\n""#);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), "a&b<c>'\"`+é😀\n");
    }

    #[test]
    fn the_signature_is_hmac_sha1_in_base64() {
        // The second vector of RFC 2202.
        let signed = signature("Jefe", b"what do ya want for nothing?");
        assert_eq!(signed, "sha1=7/zfauXrL6LSdBbV8YTfnCWafHk=");
    }
}
