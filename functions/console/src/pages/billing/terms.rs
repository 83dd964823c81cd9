//! What holds for a connection beside its rows: the default storage of each kind, and where and with which edition (billing mode)
//! new customers are made (rules P2, P10, V2).

use std::collections::BTreeMap;

use bridge_core::id::{ApplicationId, InfraId};
use bridge_core::settings::{Problem, Products};

use super::picker::Parents;
use super::rows::Row;
use crate::catalogue;
use crate::pages::form::Form;

/// The choices as they are filled in.
pub(super) struct Terms {
    pub(super) storages: Vec<Storages>,
    pub(super) editions: Vec<Editions>,
    /// The partner or folder for new customers; empty: the connection's own.
    pub(super) parent: String,
}

/// A kind of storage of which there are several.
pub(super) struct Storages {
    /// The items' common name.
    pub(super) name: String,
    pub(super) label: String,
    pub(super) options: BTreeMap<InfraId, String>,
    pub(super) chosen: Option<InfraId>,
    /// Some of them follow contracts, so that one has to be chosen.
    pub(super) is_used: bool,
}

/// An application with several editions.
pub(super) struct Editions {
    pub(super) application: ApplicationId,
    pub(super) name: String,
    /// Each with its words for people.
    pub(super) options: BTreeMap<String, String>,
    pub(super) chosen: Option<String>,
}

impl Terms {
    /// As the mapping has them.
    pub(super) fn of(products: &Products, catalogue: &catalogue::View, rows: &[Row], parents: &Parents) -> Self {
        let parent = products.parent.as_ref().map(|id| parents.text(id)).unwrap_or_default();
        Self { storages: storages(products, rows), editions: editions(products, catalogue), parent }
    }

    /// With what a form says.
    pub(super) fn filled(mut self, form: &Form) -> Self {
        for storages in &mut self.storages {
            storages.chosen = form.filled(&storages.field()).map(Into::into);
        }
        for editions in &mut self.editions {
            editions.chosen = form.filled(&editions.field()).map(str::to_owned);
        }
        Self { parent: form.text("parent").to_owned(), ..self }
    }

    /// The fields with what is filled in.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        let storage = |it: &Storages| (it.field(), it.chosen.as_ref().map(ToString::to_string).unwrap_or_default());
        let edition = |it: &Editions| (it.field(), it.chosen.clone().unwrap_or_default());
        let parent = ("parent".to_owned(), self.parent.clone());
        self.storages.iter().map(storage).chain(self.editions.iter().map(edition)).chain([parent]).collect()
    }

    /// Puts them into the mapping.
    ///
    /// # Errors
    /// There is no such partner or folder.
    pub(super) fn put(&self, products: &mut Products, parents: &Parents) -> Result<(), Problem> {
        for Storages { name, chosen, .. } in &self.storages {
            set(&mut products.default_storages, name, chosen.as_ref());
        }
        for Editions { application, chosen, .. } in &self.editions {
            set(&mut products.editions, application, chosen.as_ref());
        }
        let is_as_before = products.parent.as_ref().is_some_and(|id| parents.text(id) == self.parent);
        if !is_as_before {
            let found = Some(&self.parent).filter(|text| !text.is_empty()).map(|text| parents.find(text)).transpose();
            let wrong = |message| Problem { field: "parent".to_owned(), message };
            products.parent = found.map_err(wrong)?;
        }
        Ok(())
    }
}

impl Storages {
    /// One has to be chosen, and none is.
    pub(super) fn is_missing(&self) -> bool {
        self.is_used && self.chosen.is_none()
    }

    pub(super) fn field(&self) -> String {
        format!("default_storages.{}", self.name)
    }
}

impl Editions {
    pub(super) fn field(&self) -> String {
        format!("editions.{}", self.application)
    }
}

fn set<K: Ord + Clone, V: Clone>(chosen: &mut BTreeMap<K, V>, key: &K, value: Option<&V>) {
    match value {
        Some(value) => chosen.insert(key.clone(), value.clone()),
        None => chosen.remove(key),
    };
}

fn storages(products: &Products, rows: &[Row]) -> Vec<Storages> {
    let mut kinds: BTreeMap<&str, Storages> = BTreeMap::new();
    for row in rows {
        let Some(storage) = &row.view.storage else { continue };
        let name = row.view.item.name.as_str();
        let kind = kinds.entry(name).or_insert_with(|| Storages {
            name: name.to_owned(),
            label: with_edition(&row.view.label, row.edition.as_ref()),
            options: BTreeMap::new(),
            chosen: products.default_storages.get(name).cloned(),
            is_used: false,
        });
        kind.is_used |= row.is_managed();
        kind.options.insert(storage.id.clone(), storage.name.clone());
    }
    kinds.into_values().filter(|kind| kind.options.len() > 1).collect()
}

fn editions(products: &Products, catalogue: &catalogue::View) -> Vec<Editions> {
    let of = |application: &catalogue::Application| {
        let names = application.editions.iter().filter_map(|edition| edition.edition.as_ref());
        Editions {
            application: application.id.clone(),
            name: application.name.clone(),
            options: names.map(|name| (name.clone(), edition_in_words(name))).collect(),
            chosen: products.editions.get(&application.id).cloned(),
        }
    };
    catalogue.applications.iter().map(of).filter(|editions| editions.options.len() > 1).collect()
}

/// `pck_per_workload` as `per workload`.
pub(super) fn edition_in_words(edition: &str) -> String {
    match edition.split_once("per_") {
        Some((_, rest)) => format!("per {}", rest.replace('_', " ")),
        None => edition.replace('_', " "),
    }
}

/// `Servers, per workload`.
pub(super) fn with_edition(name: &str, edition: Option<&String>) -> String {
    edition.map_or_else(|| name.to_owned(), |edition| format!("{name}, {}", edition_in_words(edition)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p2_an_edition_is_told_by_what_it_bills() {
        assert_eq!(edition_in_words("pck_per_workload"), "per workload");
        assert_eq!(edition_in_words("fss_per_user"), "per user");
        assert_eq!(edition_in_words("disaster_recovery"), "disaster recovery");
    }
}
