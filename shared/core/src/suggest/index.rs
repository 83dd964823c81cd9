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
/// Similarity of a name that contains all words of the other, one of them rare.
const CONTAINED: u8 = 85;

/// The tenants by everything that may tie one to an account. Tenants are numbered by their place in the list.
pub(super) struct Index {
    names: Vec<String>,
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
            names: tenants.iter().map(|tenant| normal_name(tenant.name)).collect(),
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
            let name = &index.names[number];
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
        let name = normal_name(account.name);
        let same = self.by_name.get(&name).into_iter().flatten();
        found.extend(same.map(|tenant| (*tenant, Evidence::SameName)));
        if found.is_empty() && !name.is_empty() {
            found.extend(self.similar(&name));
        }
        let references =
            distinct([Some(account.id.to_string()), account.number.and_then(reference)].into_iter().flatten());
        let same_id = references.iter().flat_map(|id| self.by_customer_id.get(id).into_iter().flatten());
        found.extend(same_id.map(|tenant| (*tenant, Evidence::CustomerId)));
        found
    }

    fn similar(&mut self, name: &str) -> Vec<(usize, Evidence)> {
        let mut close = self.sharing_pieces(name);
        let apart = |tenant: usize| self.names[tenant].len().abs_diff(name.len());
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
    fn similarity(&self, a: &str, b: &str) -> u8 {
        let (ordered_a, ordered_b) = (in_order(a), in_order(b));
        let is_same_order = ordered_a == a && ordered_b == b;
        let ordered = if is_same_order { 0 } else { spelling(&ordered_a, &ordered_b) };
        let percent = spelling(a, b).max(ordered);
        // Only equal names are the same.
        if self.is_contained(a, b) { percent.max(CONTAINED) } else { percent }.min(99)
    }

    /// Whether one name has all words of the other, of which at least one is long and rare enough to mean this company.
    fn is_contained(&self, a: &str, b: &str) -> bool {
        let (a, b) = (distinct(a.split(' ')), distinct(b.split(' ')));
        let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        let is_rare = |word: &&str| word.chars().count() >= 4 && self.words.get(*word).copied().unwrap_or(0) <= 3;
        short.iter().all(|word| long.contains(word)) && short.iter().any(is_rare)
    }
}

/// How many letters need no change to turn one name into the other, in percent of the longer one.
fn spelling(a: &str, b: &str) -> u8 {
    let longer = a.chars().count().max(b.chars().count()).max(1);
    let alike = longer.saturating_sub(strsim::osa_distance(a, b));
    u8::try_from(100 * alike / longer).unwrap_or(100)
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
