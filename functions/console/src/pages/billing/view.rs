//! The page as it is shown.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use bridge_core::settings::Products;
use jiff::tz::TimeZone;

use super::changes::Difference;
use super::filter::{Filter, Seen};
use super::ground::{Ground, Mapping};
use super::rows::Row;
use super::save;
use super::switches::Switches;
use super::terms::{Terms, with_edition};
use crate::error::Field;
use crate::pages::form::{Form, Refusal};
use crate::pages::frame::Frame;
use crate::pages::words::When;
use crate::previews::Drafts;

/// What a form sends of the product mapping; kept where the mapping itself cannot be shown.
const OF_MAPPING: [&str; 9] =
    ["row", "parent", "service.", "free.", "unit_size.", "follows.", "share.", "default_storages.", "editions."];

/// Which versions of the settings a form was made from. An Apply is refused unless they are still the ones that are saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Versions {
    pub(super) settings: u64,
    /// Of the product mapping; nothing before anything was saved.
    pub(super) products: Option<u64>,
}

/// What is filled in.
pub(super) struct Filled {
    pub(super) versions: Versions,
    /// What the form showed at first.
    was: Form,
    pub(super) switches: Switches,
    pub(super) rows: Vec<Row>,
    /// Nothing where the catalogue cannot be read.
    pub(super) terms: Option<Terms>,
    /// What was sent of a mapping that cannot be shown just now.
    kept: Vec<(String, String)>,
}

impl Versions {
    /// The ones that are saved.
    pub(super) fn saved(ground: &Ground) -> Self {
        let products = ground.mapping.as_ref().and_then(|mapping| mapping.document.version);
        Self { settings: ground.settings.version, products }
    }

    /// The ones that a draft was made from. What it says nothing of is as saved.
    fn drafted(ground: &Ground, draft: &Drafts) -> Self {
        let saved = Self::saved(ground);
        Self {
            settings: draft.billing.as_ref().map_or(saved.settings, |document| document.version),
            products: draft.products.first().map_or(saved.products, |document| document.version),
        }
    }

    /// The ones that a form carries. One that names none was made from nothing that is saved.
    fn sent(form: &Form) -> Self {
        let number = |name| form.number(name).ok().flatten();
        Self { settings: number("settings_version").unwrap_or_default(), products: number("products_version") }
    }
}

/// Why a form was not carried out; nothing where it was only asked for.
#[derive(Default)]
pub(super) struct Refused {
    pub(super) refusal: Option<Refusal>,
    /// After a stale Apply: what is saved, and what is filled in.
    pub(super) differences: Vec<Difference>,
}

#[derive(Template)]
#[template(path = "billing.html")]
pub(super) struct Page {
    frame: Frame,
    refusal: Option<Refusal>,
    differences: Vec<Difference>,
    connections: Vec<Choice>,
    mapping: Option<Shown>,
    settings_version: u64,
    was: String,
    /// Whether billing is on as things are.
    is_on: bool,
    switches: Switches,
    company_types: Vec<Choice>,
    warnings: Vec<String>,
}

/// The product mapping as it is shown.
struct Shown {
    connection: String,
    connection_name: String,
    version: String,
    /// Why it cannot be.
    failure: Option<String>,
    /// When its items were read.
    read: Option<When>,
    groups: Vec<Group>,
    /// Rows that are changed and not on the page.
    carried: Vec<Row>,
    kept: Vec<(String, String)>,
    terms: Option<Terms>,
    seen: Seen,
    new: usize,
    filter: Filter,
}

/// The rows of an edition of an application.
struct Group {
    title: String,
    /// How many of its rows follow the contracts, and how many there are.
    managed: usize,
    all: usize,
    is_open: bool,
    rows: Vec<Row>,
}

/// One of a few.
struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

impl Refused {
    /// Rule B3: somebody has saved since the form was made. What it did not touch takes the new value. What it did is told beside what
    /// another Apply would replace, and the next form is made from what is saved now.
    pub(super) fn stale(ground: &Ground, form: &Form) -> (Filled, Self) {
        let filled = Filled::sent_late(ground, form);
        let differences = save::differences(ground, &filled);
        let message = match differences.is_empty() {
            true => "somebody else has saved in the meantime, and what is filled in is what is saved now",
            false => "somebody else has saved in the meantime: look at what would be changed now, and apply again",
        };
        (filled, Self { refusal: Some(Refusal { message: message.to_owned(), fields: Vec::new() }), differences })
    }

    /// The same for a draft, of which only the whole is known.
    pub(super) fn stale_draft(ground: &Ground, filled: Filled) -> (Filled, Self) {
        let differences = save::differences(ground, &filled);
        (Filled { versions: Versions::saved(ground), ..filled }, Self { refusal: None, differences })
    }
}

impl Filled {
    /// As it is saved.
    pub(super) fn saved(ground: &Ground) -> Self {
        Self::drafted(ground, &Drafts::default())
    }

    /// As a draft says, which may say nothing of one or the other.
    pub(super) fn drafted(ground: &Ground, draft: &Drafts) -> Self {
        let billing = draft.billing.as_ref().map(|document| &document.billing);
        let products = draft.products.first().map(|document| &document.products);
        let fill = |row: Row| match products {
            Some(products) => row.with_draft(products, &ground.services),
            None => row.with_saved(&ground.services),
        };
        let rows: Vec<Row> = rows(ground).map(fill).collect();
        let switches = Switches::of(billing.unwrap_or(&ground.settings.settings.billing));
        let (versions, terms) = (Versions::drafted(ground, draft), terms(ground, products, &rows));
        Self { versions, was: Form::default(), switches, terms, rows, kept: Vec::new() }
    }

    /// As a form says.
    pub(super) fn sent(ground: &Ground, form: &Form) -> Self {
        let sent: BTreeMap<&str, &str> =
            form.values("row").filter_map(|row| row.split_once(' ')).map(|(number, key)| (key, number)).collect();
        let fill = |row: Row| match sent.get(row.key().as_str()) {
            Some(number) => row.with_sent(form, number, &ground.services),
            None => row.with_saved(&ground.services),
        };
        let rows: Vec<Row> = rows(ground).map(fill).collect();
        let terms = terms(ground, None, &rows).map(|terms| terms.filled(form));
        let kept = match terms {
            Some(_) => Vec::new(),
            None => form.pairs().filter(|(name, _)| is_of_mapping(name)).map(owned).collect(),
        };
        let was = form.was().unwrap_or_default();
        Self { versions: Versions::sent(form), was, switches: Switches::of_form(form), rows, terms, kept }
    }

    /// As a form says that was sent after somebody else had saved: what it did not touch is as it is saved now.
    fn sent_late(ground: &Ground, form: &Form) -> Self {
        let saved = Self::saved(ground);
        let now = saved.fields().into_iter().collect();
        let (merged, _) = form.over(&now);
        let sent = Self::sent(ground, &merged);
        let was = form.was().unwrap_or_default();
        let rows = sent.rows.into_iter().map(|row| match row.is_sent {
            true => row.over_saved(&was, &ground.services),
            false => row,
        });
        Self { versions: saved.versions, was: Form::default(), rows: rows.collect(), ..sent }
    }

    /// What the next form carries as what it showed at first: what this one did, and what is saved of everything that is new on it.
    fn shown_first(&self, ground: &Ground) -> Form {
        let before: BTreeSet<&str> = self.was.pairs().map(|(name, _)| name).collect();
        let fields = if before.is_empty() { Self::saved(ground).fields() } else { Vec::new() };
        let rows = self.rows.iter().filter(|row| row.is_shown || row.is_changed);
        let rows = rows.map(|row| row.shown_first(&ground.services)).filter(|(key, _)| !before.contains(key.as_str()));
        self.was.pairs().map(owned).chain(fields).chain(rows).collect()
    }

    /// What is filled in, but for the rows.
    fn fields(&self) -> Vec<(String, String)> {
        let switches = self.switches.pairs().into_iter().map(|(name, value)| (name.to_owned(), value));
        switches.chain(self.terms.iter().flat_map(Terms::pairs)).collect()
    }
}

fn rows(ground: &Ground) -> impl Iterator<Item = Row> {
    ground.mapping.iter().flat_map(Mapping::rows)
}

fn terms(ground: &Ground, draft: Option<&Products>, rows: &[Row]) -> Option<Terms> {
    let mapping = ground.mapping.as_ref()?;
    let catalogue = mapping.catalogue.as_ref().ok()?;
    Some(Terms::of(draft.unwrap_or(mapping.products()), catalogue, rows, &mapping.parents))
}

fn is_of_mapping(name: &str) -> bool {
    OF_MAPPING.iter().any(|part| name == *part || (part.ends_with('.') && name.starts_with(part)))
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

impl Page {
    pub(super) fn of(frame: Frame, ground: &Ground, filled: Filled, filter: Filter, refused: Refused) -> Self {
        let (Refused { refusal, differences }, mut filled) = (refused, filled);
        let seen = filter.mark(&mut filled.rows, &refusal);
        let was = filled.shown_first(ground).to_text();
        let switches = filled.switches.clone();
        let zone = frame.zone.clone();
        let connections = ground.connections.iter().map(|(id, name)| Choice {
            value: id.to_string(),
            label: name.clone(),
            is_chosen: ground.mapping.as_ref().is_some_and(|mapping| mapping.connection == *id),
        });
        Self {
            frame,
            differences,
            connections: connections.collect(),
            settings_version: filled.versions.settings,
            was,
            is_on: ground.settings.settings.billing.enabled,
            company_types: company_types(ground, &switches),
            warnings: warnings(ground),
            mapping: ground
                .mapping
                .as_ref()
                .map(|mapping| Shown::of(mapping, ground, filled, (filter, seen), &refusal, &zone)),
            switches,
            refusal,
        }
    }

    /// What is wrong with a field.
    fn wrong(&self, field: &str) -> Option<&str> {
        self.refusal.as_ref()?.at(field)
    }

    /// Whether the connection for new customers has to be chosen.
    fn has_several(&self) -> bool {
        self.connections.len() > 1
    }
}

/// The types that there are, and those that were chosen and are there no longer.
fn company_types(ground: &Ground, switches: &Switches) -> Vec<Choice> {
    let chosen = &switches.company_types;
    let known = ground.company_types.iter().filter(|known| known.active || chosen.contains(&known.value));
    let is_unknown = |value: &&i64| ground.company_types.iter().all(|known| known.value != **value);
    let known = known.map(|known| (known.value, known.label.clone()));
    let unknown = chosen.iter().filter(is_unknown).map(|value| (*value, format!("Type {value}")));
    let choice = |(value, label)| Choice { value: i64::to_string(&value), label, is_chosen: chosen.contains(&value) };
    known.chain(unknown).map(choice).collect()
}

fn warnings(ground: &Ground) -> Vec<String> {
    let of_catalogue = ground.mapping.iter().flat_map(|mapping| mapping.catalogue.iter());
    ground.warnings.iter().chain(of_catalogue.flat_map(|catalogue| &catalogue.warnings)).cloned().collect()
}

impl Shown {
    fn of(
        mapping: &Mapping,
        ground: &Ground,
        filled: Filled,
        (filter, seen): (Filter, Seen),
        refusal: &Option<Refusal>,
        zone: &TimeZone,
    ) -> Self {
        let Filled { versions, rows, terms, kept, .. } = filled;
        let new = rows.iter().filter(|row| row.is_new()).count();
        // Before anything was chosen, and where something is searched for, nothing is folded away.
        let is_all_open = filter.is_on() || !rows.iter().any(Row::is_managed);
        let mut groups: Vec<Group> = Vec::new();
        let mut carried = Vec::new();
        for row in rows {
            let title = with_edition(&row.application, row.edition.as_ref());
            if groups.last().is_none_or(|group| group.title != title) {
                groups.push(Group { title, managed: 0, all: 0, is_open: is_all_open, rows: Vec::new() });
            }
            let Some(group) = groups.last_mut() else { continue };
            group.all += 1;
            group.managed += usize::from(row.is_managed());
            group.is_open |= row.is_managed() || row.is_wrong(refusal);
            if row.is_shown {
                group.rows.push(row);
            } else if row.is_changed {
                carried.push(row);
            }
        }
        groups.retain(|group| !group.rows.is_empty());
        Self {
            connection: mapping.connection.to_string(),
            connection_name: ground.connections.get(&mapping.connection).cloned().unwrap_or_default(),
            version: versions.products.map(|version| version.to_string()).unwrap_or_default(),
            failure: mapping.catalogue.as_ref().err().cloned(),
            read: mapping.catalogue.as_ref().ok().map(|catalogue| When::new(catalogue.read_at, zone)),
            groups,
            carried,
            kept,
            terms,
            seen,
            new,
            filter,
        }
    }
}

/// A refusal with names in the place of ids, and with the item's name where the words do not say it.
pub(super) fn in_words(refusal: Refusal, ground: &Ground, filled: &Filled) -> Refusal {
    let names = ground.known().names;
    let in_words = |field: Field| {
        let row = filled.rows.iter().find(|row| field.field.contains(&format!("rows.{}.", row.view.item)));
        let message = names.put(&field.message);
        let message = row.map_or_else(|| message.clone(), |row| format!("{}: {message}", row.full));
        Field { message, ..field }
    };
    Refusal { fields: refusal.fields.into_iter().map(in_words).collect(), ..refusal }
}
