//! Choosing one of thousands by its name: a service of Autotask, a partner or folder of Acronis. The name is what the form sends,
//! so it has to lead to exactly one of them.

use std::collections::BTreeMap;

use ::billing::tenants::Node;
use bridge_core::id::{ServiceId, TenantId};

use crate::page::fits;
use crate::services::View;
use crate::tenants::Directory;

/// Options that are shown while typing.
const SHOWN: usize = 12;
/// Candidates that a refusal names.
const NAMED: usize = 5;

/// What is said of one whose name cannot be read.
const NOT_KNOWN: &str = "name not known now";

/// Things to choose from, each with the text that stands for it.
pub(super) struct Choices<I> {
    texts: BTreeMap<I, String>,
    /// By name in lower case, without what tells two of the same name apart.
    names: BTreeMap<String, Vec<I>>,
    noun: &'static str,
}

/// The services, unless Autotask cannot be read.
pub(super) type Services = Choices<ServiceId>;
/// The partners and folders of a connection.
pub(super) type Parents = Choices<TenantId>;

impl<I: Clone + Ord + std::fmt::Display> Choices<I> {
    /// Of things with a name and with the text that is shown for it.
    fn of(noun: &'static str, things: impl Iterator<Item = (I, String, String)>) -> Self {
        let (mut texts, mut names): (BTreeMap<I, String>, BTreeMap<String, Vec<I>>) = Default::default();
        let mut shown: BTreeMap<String, usize> = BTreeMap::new();
        for (id, name, text) in things {
            *shown.entry(text.to_lowercase()).or_default() += 1;
            names.entry(name.to_lowercase()).or_default().push(id.clone());
            texts.insert(id, text);
        }
        for (id, text) in &mut texts {
            if shown.get(&text.to_lowercase()).is_some_and(|count| *count > 1) {
                *text = format!("{text} ({id})");
            }
        }
        Self { texts, names, noun }
    }

    /// What stands for it. One that is not known (any more) is told by its id.
    pub(super) fn text(&self, id: &I) -> String {
        self.texts.get(id).cloned().unwrap_or_else(|| match self.texts.is_empty() {
            true => format!("{NOT_KNOWN} ({id})"),
            false => format!("({id})"),
        })
    }

    /// All of them.
    pub(super) fn texts(&self) -> &BTreeMap<I, String> {
        &self.texts
    }

    /// What was meant by a text.
    ///
    /// # Errors
    /// It is nothing, or several: says which.
    pub(super) fn find(&self, text: &str) -> Result<I, String> {
        if let Some(id) = text.strip_prefix(NOT_KNOWN).map(str::trim) {
            // Shown while the names could not be read, and sent when they can be.
            let shown = self.texts.keys().find(|known| format!("({known})") == id);
            return shown.cloned().ok_or_else(|| format!("there is no {} {id}", self.noun));
        }
        let lower = text.to_lowercase();
        let mut exact = self.texts.iter().filter(|(_, known)| known.to_lowercase() == lower);
        if let (Some((id, _)), None) = (exact.next(), exact.next()) {
            return Ok(id.clone());
        }
        match self.names.get(&lower).map(Vec::as_slice) {
            Some([id]) => Ok(id.clone()),
            Some(several) => Err(format!("there are several called “{text}”: {}", self.listed(several.iter()))),
            None => {
                let like: Vec<&I> = self.like(text).take(NAMED).collect();
                let hint = if like.is_empty() { String::new() } else { format!(": {}", self.listed(like.into_iter())) };
                Err(format!("there is no {} “{text}”{hint}", self.noun))
            }
        }
    }

    /// The texts that have in them what is searched for.
    pub(super) fn options(&self, search: &str) -> Vec<&str> {
        let mut fitting: Vec<&str> =
            self.texts.values().map(String::as_str).filter(|text| fits(text, Some(search))).collect();
        fitting.sort_by_cached_key(|text| text.to_lowercase());
        fitting.truncate(SHOWN);
        fitting
    }

    fn like(&self, text: &str) -> impl Iterator<Item = &I> {
        self.texts.iter().filter(move |(_, known)| fits(known, Some(text))).map(|(id, _)| id)
    }

    fn listed<'a>(&self, ids: impl Iterator<Item = &'a I>) -> String
    where
        I: 'a,
    {
        let texts: Vec<String> = ids.take(NAMED).map(|id| format!("“{}”", self.text(id))).collect();
        texts.join(", ")
    }
}

/// Services by their names.
pub(super) fn services(services: &[View]) -> Services {
    let text = |service: &View| match service.active {
        true => service.name.clone(),
        false => format!("{} (inactive)", service.name),
    };
    Choices::of("service", services.iter().map(|service| (service.id, service.name.clone(), text(service))))
}

/// Partners and folders by their path below the connection's own partner, which is none of them.
pub(super) fn parents(directory: &Directory) -> Parents {
    let below = directory.partners().filter(|node| directory.above(node).next().is_some());
    let text = |node: &Node| {
        let mut names: Vec<&str> = directory.above(node).map(|above| above.name.as_str()).collect();
        names.pop();
        names.reverse();
        names.push(&node.name);
        names.join(" / ")
    };
    Choices::of("partner or folder", below.map(|node| (node.id.clone(), node.name.clone(), text(node))))
}

/// None to choose from, where nobody asks for one.
pub(super) fn no_parents() -> Parents {
    Choices::of("partner or folder", std::iter::empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(services: &[(i64, &str, bool)]) -> Services {
        let view = |&(id, name, active): &(i64, &str, bool)| View { id: ServiceId(id), name: name.to_owned(), active };
        super::services(&services.iter().map(view).collect::<Vec<_>>())
    }

    #[test]
    fn p3_a_service_is_meant_by_its_name_alone_letter_case_aside() {
        let services = of(&[(1, "Servers", true), (2, "Servers plus", true), (3, "Old servers", false)]);
        assert_eq!(services.find("servers"), Ok(ServiceId(1)));
        assert_eq!(services.find("Old servers"), Ok(ServiceId(3)), "an inactive one can be named without saying so");
        assert_eq!(services.find(&services.text(&ServiceId(3))), Ok(ServiceId(3)));
        let refused = services.find("plus").unwrap_err();
        assert_eq!(refused, "there is no service “plus”: “Servers plus”");
    }

    #[test]
    fn p3_two_services_of_one_name_are_told_apart_and_refused_by_name() {
        let services = of(&[(1, "Backup", true), (2, "backup", true)]);
        assert_eq!(services.text(&ServiceId(2)), "backup (2)");
        assert_eq!(services.find("Backup (1)"), Ok(ServiceId(1)));
        assert_eq!(
            services.find("Backup"),
            Err("there are several called “Backup”: “Backup (1)”, “backup (2)”".to_owned())
        );
    }

    #[test]
    fn p3_a_service_whose_name_could_not_be_read_says_so_and_is_meant_all_the_same() {
        let shown = of(&[]).text(&ServiceId(9007));
        assert_eq!(shown, "name not known now (9007)");
        let readable = of(&[(9007, "Mobile devices", true)]);
        assert_eq!(readable.find(&shown), Ok(ServiceId(9007)));
        assert_eq!(readable.text(&ServiceId(1)), "(1)", "it is not on the list any more");
        assert!(readable.find("name not known now (1)").is_err());
    }

    #[test]
    fn options_are_few_and_in_order() {
        let many: Vec<(i64, String)> = (0..40).map(|number| (number, format!("Service {number:02}"))).collect();
        let many: Vec<(i64, &str, bool)> = many.iter().map(|(id, name)| (*id, name.as_str(), true)).collect();
        let services = of(&many);
        assert_eq!(services.options("SERVICE 1")[..2], ["Service 10", "Service 11"]);
        assert_eq!(services.options("").len(), SHOWN);
    }
}
