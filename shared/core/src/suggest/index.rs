//! Finds the few tenants that an account may be without looking at all of them.

use std::collections::HashMap;

use super::{Account, Evidence, Tenant, normal_name};
use crate::id::AccountId;
use crate::provision::Marker;

/// Similarity from which names are worth showing, in percent.
const SIMILAR: u8 = 75;
/// Tenants whose names are compared letter by letter with one account's.
const COMPARED: usize = 12;
/// One in so many of the account's rare pieces must be shared for that. One wrong letter spoils up to three.
const SHARED: usize = 4;
/// A piece of a name that more tenants than this share, and more than a fiftieth of all, tells nobody apart.
const COMMON: usize = 64;
/// Places for counting letters; several letters may share one.
const LETTERS: usize = 32;
/// Similarity of a name that contains all words of the other, one of them rare.
const CONTAINED: u8 = 85;

/// A name as it is compared with others.
struct Name {
    text: String,
    /// The same words in alphabetical order.
    ordered: String,
    length: usize,
    /// How often each letter is in it.
    letters: [u8; LETTERS],
}

/// The tenants by everything that may tie one to an account. Tenants are numbered by their place in the list.
pub(super) struct Index {
    names: Vec<Name>,
    by_marker: HashMap<AccountId, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    by_customer_id: HashMap<String, Vec<usize>>,
    by_piece: HashMap<[char; 3], Vec<usize>>,
    words: HashMap<String, usize>,
    common: usize,
    /// Pieces shared with the present account, by tenant; zero between accounts.
    shared: Vec<usize>,
}

impl Index {
    pub(super) fn new(tenants: &[&Tenant<'_>], ours: impl Fn(&Marker) -> bool) -> Self {
        let mut index = Self {
            names: tenants.iter().map(|tenant| Name::of(tenant.name)).collect(),
            by_marker: HashMap::new(),
            by_name: HashMap::new(),
            by_customer_id: HashMap::new(),
            by_piece: HashMap::new(),
            words: HashMap::new(),
            common: COMMON.max(tenants.len() / 50),
            shared: vec![0; tenants.len()],
        };
        for (number, tenant) in tenants.iter().enumerate() {
            if let Some(marker) = tenant.internal_tag.and_then(Marker::parse).filter(&ours) {
                index.by_marker.entry(marker.account()).or_default().push(number);
            }
            if let Some(id) = tenant.customer_id.and_then(reference) {
                index.by_customer_id.entry(id).or_default().push(number);
            }
            let name = &index.names[number].text;
            if name.is_empty() {
                continue;
            }
            index.by_name.entry(name.clone()).or_default().push(number);
            for piece in pieces(name) {
                index.by_piece.entry(piece).or_default().push(number);
            }
            for word in distinct(name.split(' ')) {
                *index.words.entry(word.to_owned()).or_default() += 1;
            }
        }
        index
    }

    /// Everything that ties tenants to `account`.
    pub(super) fn evidence(&mut self, account: &Account<'_>) -> Vec<(usize, Evidence)> {
        let mut found = Vec::new();
        let marked = self.by_marker.get(&account.id).into_iter().flatten();
        found.extend(marked.map(|tenant| (*tenant, Evidence::Marker)));
        let name = Name::of(account.name);
        let same = self.by_name.get(&name.text).into_iter().flatten();
        found.extend(same.map(|tenant| (*tenant, Evidence::SameName)));
        if found.is_empty() && !name.text.is_empty() {
            found.extend(self.similar(&name));
        }
        let references =
            distinct([Some(account.id.to_string()), account.number.and_then(reference)].into_iter().flatten());
        let same_id = references.iter().flat_map(|id| self.by_customer_id.get(id).into_iter().flatten());
        found.extend(same_id.map(|tenant| (*tenant, Evidence::CustomerId)));
        found
    }

    fn similar(&mut self, name: &Name) -> Vec<(usize, Evidence)> {
        let mut close = self.sharing_pieces(&name.text);
        let apart = |tenant: usize| self.names[tenant].text.len().abs_diff(name.text.len());
        close.sort_unstable_by_key(|(tenant, shared)| (std::cmp::Reverse(*shared), apart(*tenant), *tenant));
        close.truncate(COMPARED);
        let similar = close.into_iter().map(|(tenant, _)| (tenant, self.similarity(name, &self.names[tenant])));
        similar
            .filter(|(_, percent)| *percent >= SIMILAR)
            .map(|(tenant, percent)| (tenant, Evidence::SimilarName { percent }))
            .collect()
    }

    /// The tenants that share enough rare pieces with a name, and how many.
    fn sharing_pieces(&mut self, name: &str) -> Vec<(usize, usize)> {
        let pieces = pieces(name);
        let known = pieces.iter().map(|piece| self.by_piece.get(piece).map_or(&[][..], Vec::as_slice));
        let rare: Vec<&[usize]> = known.filter(|tenants| tenants.len() <= self.common).collect();
        let mut touched = Vec::new();
        for tenant in rare.iter().copied().flatten() {
            if self.shared[*tenant] == 0 {
                touched.push(*tenant);
            }
            self.shared[*tenant] += 1;
        }
        let enough = rare.len().div_ceil(SHARED);
        let counted = touched.into_iter().map(|tenant| (tenant, std::mem::take(&mut self.shared[tenant])));
        counted.filter(|(_, shared)| *shared >= enough).collect()
    }

    /// How alike two normal names are, in percent: letter by letter, whatever the order of the words, or one within the other.
    fn similarity(&self, a: &Name, b: &Name) -> u8 {
        let is_same_order = a.ordered == a.text && b.ordered == b.text;
        // Comparing letter by letter is what all of this costs, and most names that share pieces are not alike.
        let percent = match a.likeness_at_most(b) {
            ..SIMILAR => 0,
            _ if is_same_order => spelling(&a.text, &b.text),
            _ => spelling(&a.text, &b.text).max(spelling(&a.ordered, &b.ordered)),
        };
        // Only equal names are the same.
        if self.is_contained(&a.text, &b.text) { percent.max(CONTAINED) } else { percent }.min(99)
    }

    /// Whether one name has all words of the other, of which at least one is long and rare enough to mean this company.
    fn is_contained(&self, a: &str, b: &str) -> bool {
        let (a, b) = (distinct(a.split(' ')), distinct(b.split(' ')));
        let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        let is_rare = |word: &&str| word.chars().count() >= 4 && self.words.get(*word).copied().unwrap_or(0) <= 3;
        short.iter().all(|word| long.contains(word)) && short.iter().any(is_rare)
    }
}

impl Name {
    fn of(name: &str) -> Self {
        let text = normal_name(name);
        let mut letters = [0_u8; LETTERS];
        for letter in text.bytes() {
            let count = &mut letters[usize::from(letter) % LETTERS];
            *count = count.saturating_add(1);
        }
        Self { ordered: in_order(&text), length: text.chars().count(), letters, text }
    }

    /// What [`spelling`] says at most of the two names, whatever the order of their words: letters that only one of them has need a
    /// change each, or a change of two.
    fn likeness_at_most(&self, other: &Self) -> u8 {
        let more = |a: &[u8; LETTERS], b: &[u8; LETTERS]| -> usize {
            a.iter().zip(b).map(|(a, b)| usize::from(a.saturating_sub(*b))).sum()
        };
        // A letter beyond ASCII has up to four bytes, of which one change may spoil all.
        let bytes = more(&self.letters, &other.letters).max(more(&other.letters, &self.letters));
        let is_ascii = self.length == self.text.len() && other.length == other.text.len();
        let changes = if is_ascii { bytes } else { bytes.div_ceil(4) };
        alike(self.length.max(other.length), changes)
    }
}

/// How many letters need no change to turn one name into the other, in percent of the longer one.
fn spelling(a: &str, b: &str) -> u8 {
    alike(a.chars().count().max(b.chars().count()), strsim::osa_distance(a, b))
}

/// What so many changes leave of a name, in percent.
fn alike(length: usize, changes: usize) -> u8 {
    let length = length.max(1);
    u8::try_from(100 * length.saturating_sub(changes) / length).unwrap_or(100)
}

/// A customer id or account number as it is compared.
fn reference(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    (!text.is_empty()).then_some(text)
}

/// The distinct pieces of three characters of a name, its beginning and end marked by spaces.
fn pieces(name: &str) -> Vec<[char; 3]> {
    let padded: Vec<char> = [' '].into_iter().chain(name.chars()).chain([' ']).collect();
    distinct(padded.windows(3).map(|three| [three[0], three[1], three[2]]))
}

fn in_order(name: &str) -> String {
    let mut words: Vec<_> = name.split(' ').collect();
    words.sort_unstable();
    words.join(" ")
}

fn distinct<T: Ord>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn v7_names_that_are_alike_are_never_left_out_by_their_letters(
            a in "[a-eé ß]{0,12}( [a-eф]{1,8})?",
            b in "[a-eé ß]{0,12}( [a-eф]{1,8})?",
        ) {
            let (a, b) = (Name::of(&a), Name::of(&b));
            let found = spelling(&a.text, &b.text).max(spelling(&a.ordered, &b.ordered));
            prop_assert!(a.likeness_at_most(&b) >= found, "{} and {}", a.text, b.text);
        }
    }

    #[test]
    fn v7_names_with_other_letters_are_not_compared_letter_by_letter() {
        let most = |a, b| Name::of(a).likeness_at_most(&Name::of(b));
        assert_eq!(most("Alder & Sons", "Alder and Sons Ltd"), 100);
        assert!(most("Albury Motors", "Fairkirk Motors") < SIMILAR);
    }
}
