//! What is chosen from lists: values of Autotask's pick lists, which are short and shown whole, and accounts, which are thousands and
//! are typed.

use std::collections::BTreeMap;

use axum::Json;
use bridge_core::id::AccountId;
use bridge_core::settings::{PickLists, PickValue};
use serde::Deserialize;

use super::form::{Form, Refusal};
use crate::error::Error;
use crate::{Deps, accounts};

/// Accounts that are offered while somebody types.
const OFFERED: usize = 20;

/// The installation's own company, which is no customer and in no list of them.
const OWN_COMPANY: &str = "Your own company (0)";

/// A field whose value is one of a list.
pub(super) struct Pick {
    pub(super) name: String,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) options: Vec<PickOption>,
    /// What is wrong with the chosen value.
    pub(super) wrong: Option<String>,
}

/// One choice.
pub(super) struct PickOption {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

/// A field of a form with the list of Autotask that it is chosen from.
pub(super) struct Listed {
    pub(super) field: &'static str,
    pub(super) list: &'static str,
    pub(super) label: &'static str,
    /// What the empty choice means.
    pub(super) none: &'static str,
    pub(super) hint: &'static str,
}

/// What was typed into a field with suggestions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    #[serde(default)]
    pub(super) search: String,
}

impl PickOption {
    /// A value with its words.
    pub(super) fn of(value: &str, label: &str, chosen: &str) -> Self {
        Self { value: value.to_owned(), label: label.to_owned(), is_chosen: value == chosen }
    }
}

impl Pick {
    /// The field as it was filled in, with what is wrong with it: said by a refusal, or by Autotask, which has the value no longer.
    pub(super) fn of(listed: &Listed, lists: &PickLists, form: &Form, refusal: Option<&Refusal>) -> Self {
        let chosen = form.text(listed.field);
        let refused = refusal.and_then(|refusal| refusal.at(listed.field)).map(str::to_owned);
        Self {
            name: listed.field.to_owned(),
            label: listed.label,
            hint: listed.hint,
            options: options(lists, listed.list, listed.none, chosen),
            wrong: refused.or_else(|| flaw(lists, listed.list, chosen)),
        }
    }

    /// The elements that say more about it.
    pub(super) fn described_by(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let wrong = self.wrong.is_some().then(|| format!("{}-wrong", self.name));
        hint.into_iter().chain(wrong).collect::<Vec<_>>().join(" ")
    }
}

/// Why a value that was chosen earlier should be chosen anew, if it should.
pub(super) fn flaw(lists: &PickLists, list: &str, chosen: &str) -> Option<String> {
    let value = chosen.parse().ok()?;
    let known = lists.0.get(list)?.iter().find(|known| known.value == value);
    // Whether it belongs to the chosen parent is said when it is saved.
    if known.is_some_and(|known| known.active && known.parent.is_some()) { None } else { lists.refuses(list, value) }
}

/// The values of a list to choose from, with the chosen one marked. One that the list does not have, or that is inactive, stays:
/// nothing that was chosen is dropped in silence (rule T1).
pub(super) fn options(lists: &PickLists, list: &str, none: &str, chosen: &str) -> Vec<PickOption> {
    let values = lists.0.get(list).map(Vec::as_slice).unwrap_or_default();
    let parents: BTreeMap<i64, &str> = lists.0.get("issueType").into_iter().flatten().map(named).collect();
    let option = |known: &PickValue| {
        let value = known.value.to_string();
        let label = match known.parent.and_then(|parent| parents.get(&parent)) {
            Some(parent) => format!("{parent}: {}", known.label),
            None => known.label.clone(),
        };
        let label = if known.active { label } else { format!("{label} (inactive)") };
        PickOption { is_chosen: value == chosen, value, label }
    };
    let mut options = vec![PickOption { value: String::new(), label: none.to_owned(), is_chosen: chosen.is_empty() }];
    options.extend(values.iter().filter(|known| known.active || known.value.to_string() == chosen).map(option));
    if !options.iter().any(|option| option.is_chosen) {
        let label = match lists.0.get(list) {
            Some(_) => format!("{chosen} (no longer in Autotask)"),
            None => format!("value {chosen}"),
        };
        options.push(PickOption { value: chosen.to_owned(), label, is_chosen: true });
    }
    options
}

fn named(value: &PickValue) -> (i64, &str) {
    (value.value, &value.label)
}

/// What a value of a list is called.
pub(super) fn label(lists: &PickLists, list: &str, value: Option<i64>) -> String {
    let Some(value) = value else { return "not chosen".to_owned() };
    let known = lists.0.get(list).into_iter().flatten().find(|known| known.value == value);
    known.map_or_else(|| format!("value {value}"), |known| known.label.clone())
}

/// What a field is called on its page, and what a value of it is: of a box, of something typed, or of something picked.
pub(super) fn in_words(
    name: &str,
    value: &str,
    lists: &PickLists,
    boxes: &[(&str, &str)],
    typed: &[(&str, &str)],
    picked: &[&Listed],
) -> (String, String) {
    let of =
        |fields: &[(&str, &str)]| fields.iter().find(|(field, _)| *field == name).map(|(_, label)| (*label).to_owned());
    let quoted = || if value.is_empty() { "nothing".to_owned() } else { format!("“{value}”") };
    if let Some(called) = of(boxes) {
        return (called, if value.is_empty() { "off".to_owned() } else { "on".to_owned() });
    }
    if let Some(listed) = picked.iter().find(|listed| listed.field == name) {
        let chosen = value.parse().ok().map(|value| format!("“{}”", label(lists, listed.list, Some(value))));
        return (listed.label.to_owned(), chosen.unwrap_or_else(|| listed.none.to_owned()));
    }
    (of(typed).unwrap_or_else(|| name.replace('_', " ")), quoted())
}

/// Accounts to choose from while somebody types.
pub(super) async fn offered(deps: &Deps, typed: &Typed) -> Result<Json<Vec<String>>, Error> {
    let found = found(deps, typed.search.trim()).await?;
    let own = Some(OWN_COMPANY.to_owned()).filter(|own| crate::page::fits(own, Some(&typed.search)));
    Ok(Json(own.into_iter().chain(found.into_iter().map(|(id, name)| told(id, &name))).collect()))
}

/// An account as text, which [`chosen`] understands.
pub(super) async fn text(deps: &Deps, account: Option<AccountId>) -> Result<String, Error> {
    let Some(account) = account else { return Ok(String::new()) };
    if account.0 == 0 {
        return Ok(OWN_COMPANY.to_owned());
    }
    let known = found(deps, &account.to_string()).await?.into_iter().find(|(id, _)| *id == account);
    Ok(known.map_or_else(|| account.to_string(), |(id, name)| told(id, &name)))
}

/// The account that a text stands for: its id alone or in brackets at the end, or its whole name where one account has it.
///
/// # Errors
/// Names the accounts that it could be.
pub(super) async fn chosen(deps: &Deps, field: &str, text: &str) -> Result<Option<AccountId>, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if let Some(id) = id_in(text) {
        return Ok(Some(AccountId(id)));
    }
    let found = found(deps, text).await?;
    let same: Vec<&(AccountId, String)> =
        found.iter().filter(|(_, name)| name.to_lowercase() == text.to_lowercase()).collect();
    match (&same[..], &found[..]) {
        ([(id, _)], _) | (_, [(id, _)]) => Ok(Some(*id)),
        (_, []) => Err(Error::field(field, format!("no account is called “{text}”"))),
        _ => {
            let names: Vec<String> = found.iter().take(5).map(|(id, name)| told(*id, name)).collect();
            Err(Error::field(field, format!("“{text}” could be {}: choose one", names.join(", "))))
        }
    }
}

fn id_in(text: &str) -> Option<i64> {
    let bracketed = text.strip_suffix(')').and_then(|text| text.rsplit_once('(')).map(|(_, id)| id);
    bracketed.unwrap_or(text).trim().parse().ok()
}

fn told(id: AccountId, name: &str) -> String {
    format!("{name} ({id})")
}

async fn found(deps: &Deps, search: &str) -> Result<Vec<(AccountId, String)>, Error> {
    let search = Some(search.to_owned()).filter(|search| !search.is_empty());
    let filter = accounts::Filter { search, limit: Some(OFFERED), ..accounts::Filter::default() };
    let page = accounts::list(deps, filter).await?;
    Ok(page.items.into_iter().map(|account| (account.id, account.name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists() -> PickLists {
        let value = |value, label: &str, active, parent| PickValue { value, label: label.to_owned(), active, parent };
        PickLists(BTreeMap::from([
            ("issueType".to_owned(), vec![value(11, "Backup", true, None)]),
            ("subIssueType".to_owned(), vec![value(111, "Backup failed", true, Some(11))]),
            ("status".to_owned(), vec![value(1, "New", true, None), value(13, "On hold", false, None)]),
        ]))
    }

    fn shown(list: &str, chosen: &str) -> Vec<String> {
        let mark = |option: PickOption| if option.is_chosen { format!("*{}", option.label) } else { option.label };
        options(&lists(), list, "none", chosen).into_iter().map(mark).collect()
    }

    #[test]
    fn t1_a_value_that_no_longer_exists_is_flagged_and_stays_chosen() {
        assert_eq!(shown("status", ""), ["*none", "New"]);
        assert_eq!(shown("status", "1"), ["none", "*New"]);
        assert_eq!(shown("status", "13"), ["none", "New", "*On hold (inactive)"]);
        assert_eq!(shown("status", "77"), ["none", "New", "*77 (no longer in Autotask)"]);
        assert_eq!(shown("queueID", "8"), ["none", "*value 8"], "Autotask could not be asked");
        assert_eq!(shown("subIssueType", "111"), ["none", "*Backup: Backup failed"]);
        assert!(flaw(&lists(), "status", "77").is_some_and(|flaw| flaw.contains("choose another")));
        assert_eq!((flaw(&lists(), "status", "1"), flaw(&lists(), "queueID", "8")), (None, None));
    }

    #[test]
    fn an_account_is_known_by_its_id() {
        assert_eq!(id_in("Alder & Sons (174)"), Some(174));
        assert_eq!((id_in(OWN_COMPANY), id_in(" 174")), (Some(0), Some(174)));
        assert_eq!((id_in("Alder (north)"), id_in("Alder")), (None, None));
    }
}
