//! What can be sold: the catalogue of offering items, embedded as a table. An item that is bound to a storage is one offer per storage.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::application::{self, Application};
use super::id::InfraId;
use super::storage::{self, Capability};

const TABLE: &str = include_str!("offering_items.tsv");

static OFFERS: LazyLock<Vec<Offer>> = LazyLock::new(|| products().flat_map(Offer::of_product).collect());

static BY_NAME: LazyLock<HashMap<(&'static str, Option<InfraId>), OfferId>> =
    LazyLock::new(|| all().map(|(id, offer)| ((offer.name, offer.infra), id)).collect());

/// An offer's place in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct OfferId(u16);

/// What an item counts, if anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counting {
    /// Pieces or bytes.
    Count,
    /// On or off, nothing more.
    Feature,
    /// Something on one storage.
    Infra,
}

/// One item that a tenant may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) name: &'static str,
    pub(super) application: &'static Application,
    /// None for items outside of editions.
    pub(super) edition: Option<&'static str>,
    pub(super) usage_name: Option<&'static str>,
    pub(super) counting: Counting,
    pub(super) unit: &'static str,
    pub(super) infra: Option<InfraId>,
    /// The item that must be on with this one.
    pub(super) needs: Option<&'static str>,
    capability: Option<Capability>,
}

/// The whole catalogue, in its order.
pub(super) fn all() -> impl Iterator<Item = (OfferId, &'static Offer)> {
    (0..).map(OfferId).zip(OFFERS.iter())
}

/// The offer of this name, on this storage if it is bound to one.
pub(super) fn find(name: &str, infra: Option<InfraId>) -> Option<OfferId> {
    BY_NAME.get(&(name, infra)).copied()
}

impl OfferId {
    pub(super) fn offer(self) -> &'static Offer {
        &OFFERS[usize::from(self.0)]
    }

    /// For pages: the place as a number.
    pub(super) fn number(self) -> u16 {
        self.0
    }
}

impl Offer {
    /// One offer, or one per storage that can carry the product.
    fn of_product(product: Self) -> Vec<Self> {
        match product.capability {
            None => vec![product],
            Some(capability) => {
                let able = storage::ALL.iter().filter(|storage| storage.can(capability));
                able.map(|storage| Self { infra: Some(storage.id), ..product.clone() }).collect()
            }
        }
    }

    pub(super) fn has_quota(&self) -> bool {
        self.counting != Counting::Feature
    }

    /// Whether both are the same product on two storages.
    pub(super) fn is_twin_of(&self, other: &Self) -> bool {
        self.name == other.name && self.infra != other.infra
    }

    /// Whether both belong to the same application but to two editions of it, which exclude each other.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        let editions = self.edition.zip(other.edition);
        self.application == other.application && editions.is_some_and(|(ours, theirs)| ours != theirs)
    }
}

impl Counting {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Feature => "feature",
            Self::Infra => "infra",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Count, Self::Feature, Self::Infra].into_iter().find(|counting| counting.name() == text)
    }
}

fn products() -> impl Iterator<Item = Offer> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(parse)
}

fn parse(line: &'static str) -> Option<Offer> {
    let columns: Vec<&'static str> = line.split('\t').collect();
    let &[name, application, edition, usage_name, counting, unit, capability, needs] = columns.as_slice() else {
        return None;
    };
    let given = |text: &'static str| (text != "-").then_some(text);
    Some(Offer {
        name,
        application: application::of_kind(application)?,
        edition: given(edition),
        usage_name: given(usage_name),
        counting: Counting::parse(counting)?,
        unit,
        infra: None,
        needs: given(needs),
        capability: given(capability).and_then(Capability::parse),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_line_of_the_table_is_an_item_with_a_name_of_its_own() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        let names: BTreeSet<_> = products().map(|product| product.name).collect();
        assert_eq!((names.len(), products().count()), (lines, lines));
    }

    #[test]
    fn what_an_item_needs_exists_in_its_own_edition() {
        for (_, offer) in all() {
            let found =
                offer.needs.map(|needs| all().any(|(_, other)| other.name == needs && other.edition == offer.edition));
            assert_ne!(found, Some(false), "{}", offer.name);
        }
    }

    #[test]
    fn an_item_bound_to_a_storage_is_there_once_for_each_that_can_carry_it() {
        let count = |name: &str| all().filter(|(_, offer)| offer.name == name).count();
        assert_eq!([count("pw_base_storage"), count("pu_base_fc_storage"), count("pw_base_servers")], [2, 1, 1]);
        assert!(all().all(|(_, offer)| offer.counting != Counting::Infra || offer.infra.is_some()));
    }

    #[test]
    fn a_name_and_a_storage_find_their_offer() {
        for (id, offer) in all() {
            assert_eq!(find(offer.name, offer.infra), Some(id));
        }
        assert_eq!(find("pw_base_storage", None), None);
    }
}
