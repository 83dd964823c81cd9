//! Lists that come in pages.

use std::collections::{HashSet, VecDeque};

use runtime::http::Url;
use runtime::http::lenient::{field, text};
use serde_json::Value;
use serde_json::error::Category;

use crate::client::{Call, Client, contract, not_json};
use crate::error::Error;

/// No list of ours is longer; a service that goes on for ever must not keep us for ever.
const PAGES_MAX: usize = 5_000;

/// A list, read page by page with [`Pages::next`]. It is complete once that returns `None`; a page that cannot be read is an
/// error, never an end (rule X3).
#[derive(Debug)]
pub struct Pages<P> {
    client: Client,
    source: Source<P>,
    /// Cursor of the next page; `None` for a first one.
    after: Option<String>,
    /// Cursors already followed: one that returns would mean an endless loop.
    followed: HashSet<String>,
}

/// Where a list comes from.
#[derive(Debug)]
pub(crate) struct Source<P> {
    /// For messages.
    pub(crate) doing: &'static str,
    /// For the limit of calls in flight.
    pub(crate) endpoint: &'static str,
    /// First pages that are still to be read to their ends, with their filters; later pages need only the cursor, which
    /// carries them.
    pub(crate) from: VecDeque<Url>,
    /// Rows per page, where that may be said.
    pub(crate) limit: Option<u32>,
    /// Reads one page.
    pub(crate) read: Read<P>,
}

/// How a page is read.
#[derive(Debug)]
pub(crate) enum Read<P> {
    /// From a tree of values, which forgives most; `None` when it is not a page at all.
    Tree(fn(&Value) -> Option<P>),
    /// Straight from the text, for lists of tens of thousands of rows.
    Text(fn(&[u8]) -> Result<Sheet<P>, serde_json::Error>),
}

/// A page and the cursor of the next one.
pub(crate) struct Sheet<P> {
    pub(crate) page: P,
    pub(crate) after: Option<String>,
}

impl<P> Pages<P> {
    pub(crate) fn new(client: Client, source: Source<P>) -> Self {
        Self { client, source, after: None, followed: HashSet::new() }
    }

    /// The next page; `None` after the last one.
    ///
    /// # Errors
    /// Any of [`Error`]; the same page may be asked for again.
    pub async fn next(&mut self) -> Result<Option<P>, Error> {
        let doing = self.source.doing;
        let Some(first) = self.source.from.front() else { return Ok(None) };
        let call = Call::get(doing, self.source.endpoint, self.url(first));
        let Sheet { page, after } = self.sheet(call).await?;
        match after {
            None => {
                self.source.from.pop_front();
                self.followed.clear();
                self.after = None;
            }
            Some(cursor) if !self.followed.insert(cursor.clone()) => {
                return Err(contract(doing, "a page cursor returned"));
            }
            Some(_) if self.followed.len() >= PAGES_MAX => return Err(contract(doing, "the list has no end")),
            Some(cursor) => self.after = Some(cursor),
        }
        Ok(Some(page))
    }

    fn url(&self, first: &Url) -> Url {
        let mut url = first.clone();
        if self.after.is_some() {
            url.set_query(None);
        }
        let limit = self.source.limit.map(|limit| limit.to_string());
        let more = [("limit", limit.as_ref()), ("after", self.after.as_ref())];
        for (name, value) in more {
            if let Some(value) = value {
                url.query_pairs_mut().append_pair(name, value);
            }
        }
        url
    }

    async fn sheet(&self, call: Call) -> Result<Sheet<P>, Error> {
        let doing = call.doing;
        let no_list = || contract(doing, "the reply has no list");
        match self.source.read {
            Read::Tree(read) => {
                let reply = self.client.read(call).await?;
                Ok(Sheet { page: read(&reply).ok_or_else(no_list)?, after: after(&reply) })
            }
            Read::Text(read) => {
                let response = self.client.call(call).await?;
                read(&response.body).map_err(|error| match error.classify() {
                    Category::Data => no_list(),
                    Category::Io | Category::Syntax | Category::Eof => {
                        Error::Unavailable { doing, reason: not_json(&response), code: None, cause: None }
                    }
                })
            }
        }
    }

    /// All pages.
    ///
    /// # Errors
    /// Any of [`Error`], also when only the last page failed: half a list is none.
    pub async fn collect(mut self) -> Result<Vec<P>, Error> {
        let mut pages = Vec::new();
        while let Some(page) = self.next().await? {
            pages.push(page);
        }
        Ok(pages)
    }
}

/// The cursor of the page after this one.
fn after(reply: &Value) -> Option<String> {
    text(field(field(reply, "paging")?, "cursors")?, "after")
}
