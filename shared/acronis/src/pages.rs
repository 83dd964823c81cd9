//! Lists that come in pages.

use std::collections::HashSet;

use runtime::http::Url;
use runtime::http::lenient::{field, text};
use serde_json::Value;

use crate::client::{Call, Client, contract};
use crate::error::Error;

/// No list of ours is longer; a service that goes on for ever must not keep us for ever.
const PAGES_MAX: usize = 5_000;

/// A list, read page by page with [`Pages::next`]. It is complete once that returns `None`; a page that cannot be read is an
/// error, never an end (rule X3).
#[derive(Debug)]
pub struct Pages<P> {
    client: Client,
    source: Source<P>,
    next: Next,
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
    /// First page, with its filters; later pages need only the cursor, which carries them.
    pub(crate) first: Url,
    /// Rows per page.
    pub(crate) limit: u32,
    /// Reads one page; `None` when it is not a page at all.
    pub(crate) read: fn(&Value) -> Option<P>,
}

#[derive(Debug)]
enum Next {
    First,
    After(String),
    End,
}

impl<P> Pages<P> {
    pub(crate) fn new(client: Client, source: Source<P>) -> Self {
        Self { client, source, next: Next::First, followed: HashSet::new() }
    }

    /// The next page; `None` after the last one.
    ///
    /// # Errors
    /// Any of [`Error`]; the same page may be asked for again.
    pub async fn next(&mut self) -> Result<Option<P>, Error> {
        let doing = self.source.doing;
        let mut url = self.source.first.clone();
        match &self.next {
            Next::End => return Ok(None),
            Next::First => {
                url.query_pairs_mut().append_pair("limit", &self.source.limit.to_string());
            }
            Next::After(cursor) => {
                let limit = self.source.limit.to_string();
                url.query_pairs_mut().clear().append_pair("limit", &limit).append_pair("after", cursor);
            }
        }
        let reply = self.client.read(Call::get(doing, self.source.endpoint, url)).await?;
        let page = (self.source.read)(&reply).ok_or_else(|| contract(doing, "the reply has no list"))?;
        self.next = match after(&reply) {
            None => Next::End,
            Some(cursor) if !self.followed.insert(cursor.clone()) => {
                return Err(contract(doing, "a page cursor returned"));
            }
            Some(_) if self.followed.len() >= PAGES_MAX => return Err(contract(doing, "the list has no end")),
            Some(cursor) => Next::After(cursor),
        };
        Ok(Some(page))
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
