//! Records in bulk. Paging is by id ("greater than the last one") and not by the page URLs that Autotask offers: it is stable
//! while records are added, and credentials never follow a URL out of a reply.

use std::collections::{BTreeSet, VecDeque};

use runtime::http::lenient::{field, integer, text};
use serde_json::{Value, json};

use crate::client::{Call, Client, contract, rows};
use crate::entity::Entity;
use crate::error::Error;
use crate::time;

/// Most records in a page, and most values in a list of ids.
pub(crate) const PAGE: usize = 500;
/// No list of ours is longer; a service that goes on for ever must not keep us for ever.
const PAGES_MAX: usize = 2_000;

/// What to ask for.
#[derive(Debug, Clone)]
pub(crate) struct Query<T> {
    /// For messages.
    pub(crate) doing: &'static str,
    pub(crate) entity: Entity,
    /// Conditions that must all hold.
    pub(crate) filter: Vec<Value>,
    /// Fields to return; `id` among them.
    pub(crate) fields: &'static [&'static str],
    /// Reads one record.
    pub(crate) read: fn(&Value) -> Result<T, String>,
}

/// One condition.
pub(crate) fn condition(op: &str, field: &str, value: impl Into<Value>) -> Value {
    json!({"op": op, "field": field, "value": value.into()})
}

/// Records, read page by page with [`Pages::next`] under the budget for bulk reads. They are complete once that returns
/// `None`; a page that cannot be read is an error, never an end (rule X3).
#[derive(Debug)]
pub struct Pages<T> {
    client: Client,
    query: Query<T>,
    /// The lists of ids that are still to be asked for, each as a condition of its own; `None` asks without one.
    parts: VecDeque<Option<Value>>,
    /// Last id read of the first of them.
    after: Option<i64>,
    /// Pages read of the first of them.
    read: usize,
    is_budgeted: bool,
}

/// One page. Each record was read for itself, so that a malformed one spoils nothing but itself (rule X4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The records that could be read.
    pub rows: Vec<T>,
    /// The others: their id, as far as there is one, and what is wrong.
    pub unreadable: Vec<String>,
}

impl<T> Pages<T> {
    pub(crate) fn new(client: Client, query: Query<T>) -> Self {
        Self { client, query, parts: [None].into(), after: None, read: 0, is_budgeted: true }
    }

    /// Records whose `field` is one of `ids`, asked for in lists as long as Autotask takes; no call for no ids.
    pub(crate) fn among(
        client: Client,
        query: Query<T>,
        field: &'static str,
        ids: impl IntoIterator<Item = i64>,
    ) -> Self {
        let ids: Vec<i64> = ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        let parts = ids.chunks(PAGE).map(|some| Some(condition("in", field, some))).collect();
        Self { parts, ..Self::new(client, query) }
    }

    /// Begins after the record with this id, where an earlier reader stopped.
    #[must_use]
    pub fn after(self, last: Option<i64>) -> Self {
        Self { after: last, ..self }
    }

    /// The next page; `None` after the last one.
    ///
    /// # Errors
    /// Any of [`Error`]; the same page may be asked for again.
    pub async fn next(&mut self) -> Result<Option<Page<T>>, Error> {
        let Some(part) = self.parts.front() else { return Ok(None) };
        if self.is_budgeted {
            self.client.room()?;
        }
        let doing = self.query.doing;
        let reply = self.client.json(Call::query(doing, self.query.entity, self.body(part.as_ref()))).await?;
        let items = rows(doing, &reply, "items")?;
        let more = field(&reply, "pageDetails").and_then(|details| text(details, "nextPageUrl")).is_some();
        if items.len() < PAGE && !more {
            self.parts.pop_front();
            (self.after, self.read) = (None, 0);
        } else {
            self.after = Some(self.last_of(items)?);
            self.read += 1;
        }
        let mut page = Page { rows: Vec::with_capacity(items.len()), unreadable: Vec::new() };
        for item in items {
            let item = time::with_days(item, self.query.entity.days(), self.client.time_zone());
            match (self.query.read)(&item) {
                Ok(row) => page.rows.push(row),
                Err(reason) => page.unreadable.push(reason),
            }
        }
        Ok(Some(page))
    }

    /// All records.
    ///
    /// # Errors
    /// Any of [`Error`]: also when one record is malformed, as a search that overlooks one would create a second.
    pub(crate) async fn collect(mut self) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        while let Some(page) = self.next().await? {
            if let Some(reason) = page.unreadable.into_iter().next() {
                return Err(contract(self.query.doing, reason));
            }
            all.extend(page.rows);
        }
        Ok(all)
    }

    fn body(&self, part: Option<&Value>) -> Value {
        let mut filter = self.query.filter.clone();
        filter.extend(part.cloned());
        filter.extend(self.after.map(|last| condition("gt", "id", last)));
        json!({"filter": filter, "IncludeFields": self.query.fields, "MaxRecords": PAGE})
    }

    /// The id that the next page begins after. Rows come in the order of their ids; if they did not, records would be missed.
    fn last_of(&self, items: &[Value]) -> Result<i64, Error> {
        let odd = |reason: &str| contract(self.query.doing, reason);
        if self.read >= PAGES_MAX {
            return Err(odd("the list has no end"));
        }
        let mut last = self.after;
        for item in items {
            let id = integer(item, "id").ok_or_else(|| odd("a record without an id"))?;
            if last.is_some_and(|last| id <= last) {
                return Err(odd("the records are not in the order of their ids"));
            }
            last = Some(id);
        }
        last.filter(|_| !items.is_empty()).ok_or_else(|| odd("an empty page that is not the last"))
    }
}

impl Client {
    /// Reads records of which there are few, at once and whatever the budget.
    pub(crate) async fn find<T>(&self, query: Query<T>) -> Result<Vec<T>, Error> {
        let mut pages = Pages::new(self.clone(), query);
        pages.is_budgeted = false;
        pages.collect().await
    }

    /// As [`Client::find`], for the records whose `field` is one of `ids`.
    pub(crate) async fn find_among<T>(
        &self,
        query: Query<T>,
        field: &'static str,
        ids: impl IntoIterator<Item = i64>,
    ) -> Result<Vec<T>, Error> {
        let mut pages = Pages::among(self.clone(), query, field, ids);
        pages.is_budgeted = false;
        pages.collect().await
    }

    /// Whether the API user sees any record of an entity. A user without the right to see them gets empty lists, which are not
    /// the same as there being none (rule X3).
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn sees(&self, entity: Entity) -> Result<bool, Error> {
        let doing = "looking whether records can be seen at all";
        // Above 0, which is the installation's own company: seen by everybody.
        let filter = vec![condition("gt", "id", 0)];
        self.any(Query { doing, entity, filter, fields: &["id"], read: |item| number(item, "id") }).await
    }

    /// Whether there is any such record: one call, whatever their number.
    pub(crate) async fn any<T>(&self, query: Query<T>) -> Result<bool, Error> {
        let doing = query.doing;
        let body = json!({"filter": query.filter, "IncludeFields": query.fields, "MaxRecords": 1});
        let reply = self.json(Call::query(doing, query.entity, body)).await?;
        Ok(!rows(doing, &reply, "items")?.is_empty())
    }
}

/// What is wrong with a record, naming it.
pub(crate) fn lacks(item: &Value, what: &str) -> String {
    match integer(item, "id") {
        Some(id) => format!("record {id}: no {what}"),
        None => format!("a record without an id: no {what}"),
    }
}

/// The member as a number, which the record cannot do without.
pub(crate) fn number(item: &Value, name: &str) -> Result<i64, String> {
    integer(item, name).ok_or_else(|| lacks(item, name))
}
