//! Reading Autotask in bulk: every page counted, none of them incomplete.

use autotask::{Client, Pages};

use crate::Error;

/// A client whose calls are counted.
pub(crate) struct Reader<'a> {
    pub(crate) client: &'a Client,
    /// Calls made.
    pub(crate) calls: u32,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client, calls: 0 }
    }

    /// Hands out all records of a list. A record that cannot be read may be anybody's, and what is missing would look as if it
    /// were not sold: so it fails the reading (rule X3).
    pub(crate) async fn each<T>(
        &mut self,
        doing: &'static str,
        mut pages: Pages<T>,
        mut take: impl FnMut(T),
    ) -> Result<(), Error> {
        while let Some(page) = pages.next().await? {
            self.calls += 1;
            if let Some(reason) = page.unreadable.into_iter().next() {
                return Err(Error::Incomplete { doing, reason });
            }
            page.rows.into_iter().for_each(&mut take);
        }
        Ok(())
    }
}
