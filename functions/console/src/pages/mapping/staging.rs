//! The staged edits: in words, and the forms that add to them, undo them and apply them.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use bridge_core::id::AccountId;

use super::{Asked, PATH};
use crate::auth::Actor;
use crate::error::Error;
use crate::mapping::{Applied, Batch, Edit, Staged, StagedEntry, Which};
use crate::pages::form::Form;
use crate::pages::frame::{Tone, back, told};
use crate::pages::words::{counted, query};
use crate::{Deps, mapping};

/// Words after anything was staged.
const ON: &str = "Staged. Click Apply to carry it out.";

/// A staged edit, as shown.
pub(crate) struct Line {
    pub(crate) account: i64,
    pub(crate) account_name: String,
    pub(crate) text: String,
    /// What speaks against it.
    pub(crate) doubt: Option<String>,
    /// Why the last Apply did not carry it out.
    pub(crate) refusal: Option<String>,
    /// A person may say that it is meant all the same.
    pub(crate) confirms: Option<Confirmed>,
}

/// The edit that is staged once more, confirmed.
pub(crate) struct Confirmed {
    /// What the button says.
    pub(crate) button: &'static str,
    /// What its form sends.
    pub(crate) fields: Vec<(&'static str, String)>,
}

pub(crate) fn lines(staged: &Staged) -> Vec<Line> {
    staged.edits.iter().map(Line::of).collect()
}

pub(super) async fn stage(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    form: Form,
) -> Result<Response, Error> {
    let edit = edit(&form)?;
    let to = query(PATH, &Asked::carried(form.text("list")).choosing(edit.account.0));
    let staged = mapping::stage(&deps, &by, Batch { edits: vec![edit] }).await;
    told(&to, staged.map(|_| ON.to_owned()))
}

pub(super) async fn unstage(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    form: Form,
) -> Result<Response, Error> {
    let account = form.number("account")?;
    mapping::unstage(&deps, &by, &Which { account }).await?;
    let text = if account.is_some() { "Undone." } else { "Undone. Nothing is staged any more." };
    Ok(back(&query(PATH, &Asked::carried(form.text("list"))), Tone::Good, text))
}

pub(super) async fn apply(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    form: Form,
) -> Result<Response, Error> {
    let to = query(PATH, &Asked::carried(form.text("list")));
    match mapping::apply_staged(&deps, &by).await {
        Ok(applied) => Ok(back(&to, tone(&applied), outcome(&applied))),
        Err(error) => told(&to, Err(error)),
    }
}

pub(super) fn tone(applied: &Applied) -> Tone {
    if applied.refused.is_empty() { Tone::Good } else { Tone::Warn }
}

/// What became of an Apply, in lines.
pub(super) fn outcome(applied: &Applied) -> String {
    let count = |count: usize| counted(count as i128, "change");
    let mut lines = Vec::new();
    if !applied.applied.is_empty() {
        let done = count(applied.applied.len());
        lines.push(format!("Applied: {done}. Acronis and Autotask follow within a few minutes."));
    }
    if !applied.refused.is_empty() {
        lines.push(format!("Not applied: {}, for the reason that stands beside it.", count(applied.refused.len())));
    }
    if applied.backlog_is_counted {
        lines.push("Open alerts from before are counted first: a few become tickets, many wait at Review.".to_owned());
    }
    lines.join("\n")
}

/// The edit that a form of the panel asks for.
fn edit(form: &Form) -> Result<Edit, Error> {
    let account = form.number("account")?.ok_or_else(|| Error::field("account", "choose an account"))?;
    let filled = |name: &str| form.filled(name).map(str::to_owned);
    let edit = Edit::of(AccountId(account));
    Ok(match form.text("what") {
        "map" => Edit {
            tenant: filled("tenant").map(Into::into),
            connection: filled("connection").map(Into::into),
            confirm: form.is_ticked("confirm"),
            ..edit
        },
        "new" => Edit {
            new: true,
            anew: form.is_ticked("anew"),
            confirm: form.is_ticked("confirm"),
            connection: filled("connection").map(Into::into),
            parent: filled("parent").map(Into::into),
            ..edit
        },
        "return" => Edit { return_to_old: true, ..edit },
        "remove" => Edit { remove: true, version: form.number("version")?, ..edit },
        "exclude" => Edit { exclude: Some(form.text("reason").to_owned()), ..edit },
        "include" => Edit { include: true, ..edit },
        other => return Err(Error::field("what", format!("“{other}” is nothing that can be staged"))),
    })
}

impl Line {
    fn of(entry: &StagedEntry) -> Self {
        let StagedEntry { account_name, edit, code, refusal, .. } = entry;
        let confirms = code.as_deref().and_then(|code| Confirmed::of(code, edit));
        // The API's word for the same button.
        let refusal = refusal.as_ref().map(|text| text.replace("repeat the edit with `confirm`", "confirm it"));
        let (account, account_name, doubt) = (edit.account.0, account_name.clone(), entry.doubt.clone());
        Self { account, account_name, text: words(entry), doubt, refusal, confirms }
    }
}

impl Confirmed {
    /// For a refusal that asks whether the edit is meant all the same.
    fn of(code: &str, edit: &Edit) -> Option<Self> {
        let (button, what) = match code {
            "marked_for_another" => ("Map all the same", "map"),
            "other_company_type" => ("Make a tenant all the same", "new"),
            _ => return None,
        };
        let mut fields = vec![("what", what.to_owned()), ("confirm", "on".to_owned())];
        fields.extend(edit.tenant.as_ref().map(|tenant| ("tenant", tenant.to_string())));
        fields.extend(edit.connection.as_ref().map(|connection| ("connection", connection.to_string())));
        fields.extend(edit.parent.as_ref().map(|parent| ("parent", parent.to_string())));
        fields.extend(edit.anew.then(|| ("anew", "on".to_owned())));
        Some(Self { button, fields })
    }
}

/// What a staged edit will do.
fn words(entry: &StagedEntry) -> String {
    let edit = &entry.edit;
    let tenant = entry.tenant_name.as_deref().unwrap_or_default();
    match edit {
        Edit { tenant: Some(_), confirm: true, .. } => {
            format!("Map to “{tenant}”, although it seems to be another account's")
        }
        Edit { tenant: Some(_), .. } => format!("Map to “{tenant}”"),
        Edit { new: true, anew, confirm, .. } => {
            let although = match (anew, confirm) {
                (false, false) => "",
                (true, false) => ", although it had one before",
                (false, true) => ", although it is no customer by its company type",
                (true, true) => ", although it had one before and is no customer by its company type",
            };
            format!("Map to new customer tenant in “{tenant}”{although}")
        }
        Edit { return_to_old: true, .. } => format!("Return to “{tenant}”"),
        Edit { remove: true, .. } => "Remove mapping".to_owned(),
        Edit { exclude: Some(reason), .. } => format!("Exclude: {reason}"),
        Edit { include: true, .. } => "Include again".to_owned(),
        Edit { switches: Some(_), .. } => "Set its own switches".to_owned(),
        _ => "Nothing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Form {
        pairs.iter().copied().collect()
    }

    #[test]
    fn v4_each_button_of_the_panel_asks_for_one_edit() {
        let of = |pairs: &[(&str, &str)]| edit(&form(pairs)).unwrap();
        let map = of(&[("account", "7"), ("what", "map"), ("tenant", "t"), ("connection", "c")]);
        assert_eq!(map, Edit { tenant: Some("t".into()), connection: Some("c".into()), ..Edit::of(AccountId(7)) });
        let new = of(&[("account", "7"), ("what", "new"), ("anew", "on")]);
        assert_eq!(new, Edit { new: true, anew: true, ..Edit::of(AccountId(7)) });
        let meant = of(&[("account", "7"), ("what", "new"), ("confirm", "on"), ("parent", "p"), ("connection", "c")]);
        let place = Edit { parent: Some("p".into()), connection: Some("c".into()), ..Edit::of(AccountId(7)) };
        assert_eq!(meant, Edit { new: true, confirm: true, ..place });
        let remove = of(&[("account", "7"), ("what", "remove"), ("version", "18446744073709551615")]);
        assert_eq!(remove, Edit { remove: true, version: Some(u64::MAX), ..Edit::of(AccountId(7)) });
        let exclude = of(&[("account", "7"), ("what", "exclude"), ("reason", "left us")]);
        assert_eq!(exclude.exclude.as_deref(), Some("left us"));
    }

    #[test]
    fn a_form_without_account_or_wish_is_refused_by_its_field() {
        let refused = |pairs: &[(&str, &str)]| edit(&form(pairs)).unwrap_err().fields()[0].field.clone();
        assert_eq!(refused(&[("what", "map")]), "account");
        assert_eq!(refused(&[("account", "seven"), ("what", "map")]), "account");
        assert_eq!(refused(&[("account", "7"), ("what", "destroy")]), "what");
    }

    #[test]
    fn v5_an_apply_tells_what_was_done_and_what_was_not() {
        let done = Applied { applied: vec![AccountId(1)], ..Applied::default() };
        assert_eq!(outcome(&done), "Applied: 1 change. Acronis and Autotask follow within a few minutes.");
        assert_eq!(tone(&done), Tone::Good);
        let edit = Edit::of(AccountId(2));
        let refusal = mapping::Refusal {
            edit,
            code: "stale".to_owned(),
            message: String::new(),
            fields: Vec::new(),
            current: None,
        };
        let half = Applied { refused: vec![refusal], backlog_is_counted: true, ..done };
        assert!(outcome(&half).contains("Not applied: 1 change,") && outcome(&half).contains("Review"));
        assert_eq!(tone(&half), Tone::Warn);
    }
}
