//! Rule X5: what people change here, in the same journal as what the functions write.

use bridge_core::id::AccountId;
use serde_json::Value;
use store::record::{Activity, Subject};

use crate::auth::Actor;
use crate::error::Error;
use crate::{Deps, labels};

/// Where the change was made, beside `acronis` and `autotask`.
const SYSTEM: &str = "console";
const WHY: &str = "asked for in the console";

/// What is recorded of a change.
#[derive(Debug, Default)]
pub(crate) struct Change {
    /// In words.
    pub(crate) what: String,
    /// About what.
    pub(crate) subject: Subject,
    /// The reason that the person gave, where one is asked for.
    pub(crate) why: Option<String>,
    /// Before.
    pub(crate) old: Option<String>,
    /// After.
    pub(crate) new: Option<String>,
}

impl Change {
    /// A change in words alone.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), ..Self::default() }
    }

    /// The same, about an account.
    pub(crate) fn of_account(self, account: AccountId) -> Self {
        Self { subject: Subject { account: Some(account), ..self.subject }, ..self }
    }
}

/// The entry for a change, for the transaction that makes it.
pub(crate) fn entry(deps: &Deps, by: &Actor, change: Change) -> Activity {
    let Change { what, subject, why, old, new } = change;
    let clock = &deps.systems.clock;
    Activity {
        at: clock.now(),
        id: deps.systems.random.id(clock).to_string(),
        actor: by.name.clone(),
        actor_id: Some(by.subject.clone()).filter(|subject| *subject != by.name),
        system: SYSTEM.to_owned(),
        what,
        subject,
        why: why.unwrap_or_else(|| WHY.to_owned()),
        old,
        new,
    }
}

/// Records a change that was made without a transaction.
pub(crate) async fn record(deps: &Deps, by: &Actor, change: Change) -> Result<(), Error> {
    Ok(entry(deps, by, change).record(&deps.systems.table).await?)
}

/// The values that differ between two documents, before and after, each under its path: documents are large and changes small.
pub(crate) fn difference(old: &Value, new: &Value) -> (Option<String>, Option<String>) {
    let (before, after): (Values, Values) =
        changes(old, new).into_iter().map(|(path, old, new)| ((path.clone(), old), (path, new))).unzip();
    let text = |values: Values| (!values.is_empty()).then(|| Value::Object(values).to_string());
    (text(before), text(after))
}

/// The values of [`difference`] in words: what, before, after. Nothing where the texts are of another sort.
pub(crate) fn in_words(old: Option<&str>, new: Option<&str>) -> Vec<(String, String, String)> {
    let read = |text: Option<&str>| -> Option<Values> { serde_json::from_str(text?).ok() };
    let (Some(old), Some(mut new)) = (read(old), read(new)) else { return Vec::new() };
    let word = |(path, before): (String, Value)| {
        let after = new.remove(&path).unwrap_or(Value::Null);
        (path_in_words(&path), told(&before), told(&after))
    };
    old.into_iter().map(word).collect()
}

/// `settings.tickets.auto_close_status` as `tickets, auto close status`; an item by its name.
pub(crate) fn path_in_words(path: &str) -> String {
    let part = |part: &str| {
        let item = part.rsplit('/').next().unwrap_or(part).split('@').next().unwrap_or(part);
        if labels::is_item(item) { labels::of_name(item) } else { part.replace('_', " ") }
    };
    let parts: Vec<String> = path.trim_start_matches("settings.").split('.').map(part).collect();
    parts.join(", ")
}

/// A value in words.
pub(crate) fn told(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => format!("“{text}”"),
        Value::Bool(true) => "on".to_owned(),
        Value::Bool(false) => "off".to_owned(),
        other => other.to_string(),
    }
}

type Values = serde_json::Map<String, Value>;

/// The same as a list: path, before, after.
pub(crate) fn changes(old: &Value, new: &Value) -> Vec<(String, Value, Value)> {
    let mut changes = Vec::new();
    compare("", old, new, &mut changes);
    changes
}

fn compare(path: &str, old: &Value, new: &Value, changes: &mut Vec<(String, Value, Value)>) {
    if old == new {
        return;
    }
    let (Value::Object(old_fields), Value::Object(new_fields)) = (old, new) else {
        changes.push((path.to_owned(), old.clone(), new.clone()));
        return;
    };
    let added = new_fields.keys().filter(|name| !old_fields.contains_key(*name));
    for name in old_fields.keys().chain(added) {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let field = |fields: &Values| fields.get(name).cloned().unwrap_or(Value::Null);
        compare(&path, &field(old_fields), &field(new_fields), changes);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn x5_changed_settings_are_told_in_words() {
        let old = json!({"tickets": {"auto_close_status": 7, "enabled": true}, "rows": {"6e6d/pw_base_servers": null}});
        let new = json!({"tickets": {"auto_close_status": 5, "enabled": false}, "rows": {"6e6d/pw_base_servers": "x"}});
        let (old, new) = difference(&old, &new);
        let told = in_words(old.as_deref(), new.as_deref());
        let told: Vec<String> = told.into_iter().map(|(what, old, new)| format!("{what}: {old}, {new}")).collect();
        assert_eq!(
            told,
            ["rows, Servers: nothing, “x”", "tickets, auto close status: 7, 5", "tickets, enabled: on, off"]
        );
        assert_eq!(in_words(Some("12"), Some("25")), [], "a quota is no list of settings");
        assert_eq!(in_words(None, Some("{}")), []);
    }

    use super::*;

    #[test]
    fn x5_only_what_changed_is_recorded() {
        let old = json!({"same": 1, "row": {"create": false, "status": 1}, "gone": true});
        let new = json!({"same": 1, "row": {"create": true, "status": 1}, "more": {"a": 1}});
        let (before, after) = difference(&old, &new);
        assert_eq!(before.as_deref(), Some(r#"{"gone":true,"more":null,"row.create":false}"#));
        assert_eq!(after.as_deref(), Some(r#"{"gone":null,"more":{"a":1},"row.create":true}"#));
        assert_eq!(difference(&old, &old), (None, None));
    }
}
