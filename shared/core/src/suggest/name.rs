//! The form in which names are compared.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Legal forms, as they end a company's name.
const LEGAL_FORMS: &[&str] = &[
    "ab",
    "ag",
    "aps",
    "as",
    "asa",
    "bv",
    "bvba",
    "co",
    "company",
    "corp",
    "corporation",
    "cv",
    "doo",
    "ek",
    "ev",
    "gbr",
    "gmbh",
    "inc",
    "incorporated",
    "kft",
    "kg",
    "kgaa",
    "kk",
    "lda",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "ltda",
    "mbh",
    "nv",
    "ohg",
    "oo",
    "ou",
    "oy",
    "oyj",
    "plc",
    "pte",
    "pty",
    "pvt",
    "sa",
    "sarl",
    "sas",
    "se",
    "sia",
    "sl",
    "slu",
    "spa",
    "sp",
    "srl",
    "sro",
    "uab",
    "ug",
    "vof",
    "z",
    "zoo",
];

/// A name without letter case, punctuation, accents, legal form and a leading “the”, its words separated by one space. Empty where
/// nothing of it is a letter or a digit.
#[must_use]
pub fn normal_name(name: &str) -> String {
    let plain = plain(name);
    let mut words: Vec<&str> = plain.split_whitespace().collect();
    while words.len() > 1 && words.last().is_some_and(|word| LEGAL_FORMS.contains(word) || *word == "and") {
        words.pop();
    }
    if words.len() > 1 && words[0] == "the" {
        words.remove(0);
    }
    words.join(" ")
}

/// Lower-case letters without accents, digits and spaces.
fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for c in name.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' | 'ð' => plain.push('d'),
            'þ' => plain.push_str("th"),
            'ı' => plain.push('i'),
            '&' | '+' => plain.push_str(" and "),
            // Within words and abbreviations: O'Brien, S.A., Jo’s.
            '.' | '\'' | '’' | '`' | '´' => {}
            c if c.is_alphanumeric() => plain.push(c),
            _ => plain.push(' '),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn v7_names_are_equal_but_for_case_punctuation_accents_and_legal_form() {
        for (a, b) in [
            ("Contoso Ltd.", "CONTOSO"),
            ("Müller & Söhne GmbH & Co. KG", "muller and sohne"),
            ("Société Générale S.A.", "Societe Generale"),
            ("O'Brien, Inc.", "OBrien"),
            ("The Bakery (London) Limited", "Bakery - London"),
            ("Łódź Sp. z o.o.", "Lodz"),
            ("Straße AG", "Strasse"),
        ] {
            assert_eq!(normal_name(a), normal_name(b), "{a} / {b}");
        }
    }

    #[test]
    fn v7_a_name_that_is_nothing_but_a_legal_form_stays_a_name() {
        assert_eq!(normal_name("AG"), "ag");
        assert_eq!(normal_name("The Company"), "the");
        assert_eq!(normal_name("--- !"), "");
        assert_ne!(normal_name("Contoso North"), normal_name("Contoso South"));
    }

    proptest! {
        #[test]
        fn v7_a_normal_name_is_its_own_normal_form(name in "\\PC{0,40}") {
            let once = normal_name(&name);
            let again = once.split(' ').collect::<Vec<_>>().join(" ");
            prop_assert_eq!(&once, &again);
            prop_assert!(!once.starts_with(' ') && !once.ends_with(' ') && !once.contains("  "));
        }
    }
}
