//! Rule X5: what people change here, in the same journal as what the functions write.

use bridge_core::id::AccountId;
use serde_json::Value;
use store::record::{Activity, Subject};

use crate::Deps;
use crate::auth::Actor;
use crate::error::Error;

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
