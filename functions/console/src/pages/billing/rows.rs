//! The rows of the product mapping, between the form and the document (rule P3; manual 5.1).

use bridge_core::item::{ItemId, Kind, Unit};
use bridge_core::settings::billing::{Managed, Row as Chosen, Treatment};
use bridge_core::settings::{Problem, Products};

use super::picker::Services;
use super::size;
use super::terms::with_edition;
use crate::catalogue::{self, RowState};
use crate::pages::form::{Form, Refusal};

/// An item with what is filled in for it.
pub(super) struct Row {
    /// Its number on this page.
    pub(super) index: usize,
    pub(super) application: String,
    pub(super) edition: Option<String>,
    /// Its name for people, with the storage's.
    pub(super) label: String,
    /// The same with the edition, which tells it from its twin in another one.
    pub(super) full: String,
    pub(super) view: catalogue::Row,
    pub(super) entered: Entered,
    /// It came with the form, so whoever sent it has seen it.
    pub(super) is_sent: bool,
    /// Something else is filled in than is saved.
    pub(super) is_changed: bool,
    /// It is on the page, and not only carried along.
    pub(super) is_shown: bool,
}

/// What is filled in for an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entered {
    pub(super) service: String,
    pub(super) free: bool,
    pub(super) size: String,
    pub(super) follows: Follows,
    pub(super) share: bool,
}

/// Whether an item follows the contracts, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follows {
    NotManaged,
    Hard,
    Soft,
}

impl Row {
    pub(super) fn of(index: usize, application: &str, edition: Option<&String>, view: catalogue::Row) -> Self {
        let label = match &view.storage {
            Some(storage) => format!("{} on “{}”", view.label, storage.name),
            None => view.label.clone(),
        };
        let full = with_edition(&label, edition);
        let (application, edition, entered) = (application.to_owned(), edition.cloned(), Entered::nothing());
        let (is_sent, is_changed, is_shown) = (false, false, false);
        Self { index, application, edition, label, full, view, entered, is_sent, is_changed, is_shown }
    }

    /// Names it in a form.
    pub(super) fn key(&self) -> String {
        key(&self.view.item)
    }

    /// With what is saved filled in.
    pub(super) fn with_saved(self, services: &Services) -> Self {
        let entered = self.saved(services);
        Self { entered, ..self }
    }

    /// With what a draft says filled in.
    pub(super) fn with_draft(self, draft: &Products, services: &Services) -> Self {
        let row = draft.rows.iter().find(|row| row.item == self.view.item);
        let entered = Entered::of(row.and_then(Chosen::managed), self.view.unit, services);
        let is_changed = entered != self.saved(services);
        Self { entered, is_changed, ..self }
    }

    /// With what a form says filled in, under its number in that form.
    pub(super) fn with_sent(self, form: &Form, number: &str, services: &Services) -> Self {
        let saved = self.saved(services);
        let mut entered = Entered::of_form(form, number);
        if self.is_left_alone() {
            entered = saved.clone();
        }
        // The manual has no such state: choosing a service or Free is all that it asks for.
        let is_chosen = !entered.service.is_empty() || entered.free;
        if self.view.managed.is_none() && entered.follows == Follows::NotManaged && is_chosen {
            entered.follows = Follows::Hard;
        }
        let is_changed = entered != saved;
        Self { entered, is_sent: true, is_changed, ..self }
    }

    /// With what is saved, unless the form has something else than it showed at first.
    pub(super) fn over_saved(self, was: &Form, services: &Services) -> Self {
        let saved = self.saved(services);
        let is_untouched = was.filled(&self.key()).is_some_and(|was| was == self.entered.text());
        let entered = if is_untouched { saved.clone() } else { self.entered.clone() };
        Self { is_changed: entered != saved, entered, ..self }
    }

    /// What a form that shows it carries of it: what is saved when it is shown first.
    pub(super) fn shown_first(&self, services: &Services) -> (String, String) {
        (self.key(), self.saved(services).text())
    }

    fn saved(&self, services: &Services) -> Entered {
        Entered::of(self.view.managed.as_ref(), self.view.unit, services)
    }

    pub(super) fn is_managed(&self) -> bool {
        self.entered.follows != Follows::NotManaged
    }

    pub(super) fn is_new(&self) -> bool {
        self.view.state == RowState::New
    }

    /// Acronis does not document what it counts.
    pub(super) fn is_left_alone(&self) -> bool {
        self.view.kind == Some(Kind::Other)
    }

    /// Whether it has a quota, and is not only on or off.
    pub(super) fn has_quota(&self) -> bool {
        self.view.kind != Some(Kind::Feature)
    }

    pub(super) fn noun(&self) -> &'static str {
        size::noun(self.view.unit)
    }

    /// The keys that its size is typed with on a phone.
    pub(super) fn keys(&self) -> &'static str {
        if self.view.unit.is_divisible() { "decimal" } else { "numeric" }
    }

    /// What three units would come to, where the size can be read.
    pub(super) fn example(&self) -> Option<String> {
        size::example(size::read(&self.entered.size, self.view.unit).ok()?, self.view.unit)
    }

    /// What is wrong with a field of it.
    pub(super) fn wrong<'a>(&self, refusal: &'a Option<Refusal>, part: &str) -> Option<&'a str> {
        let refusal = refusal.as_ref()?;
        let own = format!("{part}.{}", self.index);
        let of_item = format!("rows.{}.{part}", self.view.item);
        refusal.at(&own).or_else(|| refusal.at(&of_item))
    }

    pub(super) fn is_wrong(&self, refusal: &Option<Refusal>) -> bool {
        ["service", "unit_size", "treatment", "item"].iter().any(|part| self.wrong(refusal, part).is_some())
    }

    /// What is to be done with the item.
    fn treatment(&self, services: &Services) -> Result<Treatment, Vec<Problem>> {
        let Entered { service, free, size, follows, share } = &self.entered;
        if *follows == Follows::NotManaged {
            return Ok(Treatment::NotManaged);
        }
        let saved = self.view.managed.as_ref();
        let mut problems = Vec::new();
        let mut say = |part: &str, message: String| {
            let (field, message) = (format!("{part}.{}", self.index), format!("{}: {message}", self.full));
            problems.push(Problem { field, message });
        };
        let as_before = saved.and_then(|saved| saved.service).filter(|id| services.text(id) == *service);
        let service = match (as_before, service.as_str()) {
            (Some(id), _) => Some(id),
            (None, "") => None,
            (None, text) => services.find(text).map_err(|message| say("service", message)).ok(),
        };
        let unit_size = match size::read(size, self.view.unit) {
            _ if !self.has_quota() => saved.and_then(|saved| saved.unit_size),
            Err(_) if size.is_empty() => None,
            Err(unfit) => {
                say("unit_size", unfit.in_words(size, self.view.unit));
                None
            }
            Ok(size) => match saved.and_then(|saved| saved.unit_size) {
                Some(saved) if saved == size => Some(saved),
                _ => Some(size).filter(|size| *size != self.view.unit.default_size()),
            },
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Treatment::Managed(Managed {
            service,
            free: *free,
            unit_size,
            soft: *follows == Follows::Soft,
            share: *share,
        }))
    }
}

impl Entered {
    fn nothing() -> Self {
        let (service, size) = (String::new(), String::new());
        Self { service, free: false, size, follows: Follows::NotManaged, share: false }
    }

    fn of(managed: Option<&Managed>, unit: Unit, services: &Services) -> Self {
        let size = managed.and_then(|managed| managed.unit_size).unwrap_or_else(|| unit.default_size());
        let size = size::text(size, unit);
        let Some(Managed { service, free, soft, share, unit_size: _ }) = managed else {
            return Self { size, ..Self::nothing() };
        };
        Self {
            service: service.as_ref().map(|id| services.text(id)).unwrap_or_default(),
            free: *free,
            size,
            follows: if *soft { Follows::Soft } else { Follows::Hard },
            share: *share,
        }
    }

    /// All of it, to be compared.
    fn text(&self) -> String {
        let Self { service, free, size, follows, share } = self;
        format!("{} {free} {share} {size} {service}", follows.value())
    }

    fn of_form(form: &Form, number: &str) -> Self {
        let text = |part: &str| form.text(&format!("{part}.{number}"));
        Self {
            service: text("service").to_owned(),
            free: form.is_ticked(&format!("free.{number}")),
            size: text("unit_size").to_owned(),
            follows: match text("follows") {
                "hard" => Follows::Hard,
                "soft" => Follows::Soft,
                _ => Follows::NotManaged,
            },
            share: form.is_ticked(&format!("share.{number}")),
        }
    }
}

impl Follows {
    pub(super) fn value(self) -> &'static str {
        match self {
            Self::NotManaged => "not_managed",
            Self::Hard => "hard",
            Self::Soft => "soft",
        }
    }
}

/// Names an item in a form.
pub(super) fn key(item: &ItemId) -> String {
    format!("{}/{item}", item.application)
}

/// The product mapping with what was filled in. A row that was sent has been seen, so it is new no longer.
///
/// # Errors
/// Each field that is not what it must be.
pub(super) fn put(products: &mut Products, rows: &[Row], services: &Services) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    for row in rows.iter().filter(|row| row.is_sent && (row.is_changed || row.is_new())) {
        let treatment = match row.treatment(services) {
            Ok(treatment) => treatment,
            Err(found) => {
                problems.extend(found);
                continue;
            }
        };
        let (item, edition, unit) = (row.view.item.clone(), row.edition.clone(), row.view.unit);
        let chosen = Chosen { item, edition, unit, treatment };
        match products.rows.iter_mut().find(|known| known.item == chosen.item) {
            Some(known) => *known = chosen,
            None => products.rows.push(chosen),
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
