//! Usages: how much of its items a tenant uses. Acronis counts them anew every five to six hours; reading them oftener tells
//! nothing new.

use std::collections::{BTreeSet, VecDeque};

use bridge_core::id::{ApplicationId, InfraId, TenantId};
use bridge_core::item::ItemId;
use runtime::http::lenient::quote;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::client::{Client, IDS_PER_CALL};
use crate::error::Error;
use crate::pages::{Pages, Read, Sheet, Source};
use crate::wire::{Listing, Number};

/// After so many refusals one by one, it is the log-in that may not read usages.
const REFUSED_MAX: usize = 8;

/// How much of an item a tenant uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The item.
    pub item: ItemId,
    /// In the item's unit, a fraction counted as a whole.
    pub value: i64,
}

/// What a tenant uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantUsages {
    /// The tenant.
    pub tenant: TenantId,
    /// Its usages. Nothing is known of an item that is missing.
    pub usages: Vec<Usage>,
    /// The usages that could not be read: their name, as far as there is one, and what is wrong.
    pub unreadable: Vec<String>,
}

/// What some tenants use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsagePage {
    /// The tenants that could be read. Nothing is known of one that is missing.
    pub tenants: Vec<TenantUsages>,
    /// The others, and what is wrong.
    pub unreadable: Vec<String>,
}

/// Usages of many tenants, read list by list with [`Usages::next`]. They are complete once that returns `None`.
#[derive(Debug)]
pub struct Usages {
    client: Client,
    /// Lists of tenants that are still to be asked for.
    lists: VecDeque<Vec<TenantId>>,
    /// Tenants refused one by one since any was read.
    refused: usize,
}

impl Client {
    /// What the given tenants use.
    #[must_use]
    pub fn usages_of(&self, tenants: &[TenantId]) -> Usages {
        let tenants: BTreeSet<&TenantId> = tenants.iter().collect();
        let tenants: Vec<TenantId> = tenants.into_iter().cloned().collect();
        let lists = tenants.chunks(IDS_PER_CALL).map(<[_]>::to_vec).collect();
        Usages { client: self.clone(), lists, refused: 0 }
    }
}

impl Usages {
    /// The next tenants; `None` after the last ones. Acronis refuses a whole list for one tenant that is gone or hidden: then
    /// the list is halved until that one is found, so that it takes nobody else's usages away (rule X4).
    ///
    /// # Errors
    /// Any of [`Error`]; the same list may be asked for again. Also when one tenant after the other is refused, as then it is not
    /// about them.
    pub async fn next(&mut self) -> Result<Option<UsagePage>, Error> {
        loop {
            let Some(list) = self.lists.front() else { return Ok(None) };
            let ids = list.iter().map(TenantId::as_str);
            let from = self.client.listing(&["tenants", "usages"], "tenants", ids);
            let source =
                Source { doing: "reading usages", endpoint: "usages", from, limit: None, read: Read::Text(page) };
            match Pages::new(self.client.clone(), source).collect().await {
                Ok(pages) => {
                    self.lists.pop_front();
                    self.refused = 0;
                    return Ok(Some(UsagePage::of(pages)));
                }
                Err(error) if is_about_a_tenant(&error) && self.refused < REFUSED_MAX => {
                    if let Some(refused) = self.set_aside(&error) {
                        return Ok(Some(refused));
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Halves the list that was refused; of a list of one, says so.
    fn set_aside(&mut self, refusal: &Error) -> Option<UsagePage> {
        let mut list = self.lists.pop_front()?;
        if let [only] = &list[..] {
            self.refused += 1;
            let unreadable = vec![format!("tenant {only}: {refusal}")];
            return Some(UsagePage { tenants: Vec::new(), unreadable });
        }
        let rest = list.split_off(list.len() / 2);
        self.lists.push_front(rest);
        self.lists.push_front(list);
        None
    }
}

impl UsagePage {
    fn of(pages: Vec<Self>) -> Self {
        let mut all = Self::default();
        for page in pages {
            all.tenants.extend(page.tenants);
            all.unreadable.extend(page.unreadable);
        }
        all
    }
}

fn is_about_a_tenant(error: &Error) -> bool {
    matches!(error, Error::NotFound { .. } | Error::Forbidden { .. } | Error::Refused { .. })
}

#[derive(Deserialize)]
struct WireTenant<'a> {
    tenant: String,
    #[serde(borrow)]
    usages: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct WireUsage {
    application_id: String,
    /// Missing from usages that belong to no item.
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    infra_id: Option<String>,
    /// What is used now; `value` may be what was used since the beginning of a period.
    #[serde(default)]
    absolute_value: Option<Number>,
    #[serde(default)]
    value: Option<Number>,
}

fn page(body: &[u8]) -> Result<Sheet<UsagePage>, serde_json::Error> {
    let listing = Listing::read(body)?;
    let mut page = UsagePage::default();
    for raw in &listing.items {
        match serde_json::from_str::<WireTenant<'_>>(raw.get()) {
            Ok(tenant) => page.tenants.push(tenant.read()),
            Err(error) => page.unreadable.push(quote(&format!("a tenant's usages: {error}"), 200)),
        }
    }
    Ok(Sheet { page, after: listing.after() })
}

impl WireTenant<'_> {
    fn read(self) -> TenantUsages {
        let mut read = TenantUsages { tenant: TenantId::from(self.tenant), usages: Vec::new(), unreadable: Vec::new() };
        for raw in self.usages {
            match usage(raw) {
                Ok(usage) => read.usages.extend(usage),
                Err(reason) => read.unreadable.push(reason),
            }
        }
        read
    }
}

/// `None` for a usage that belongs to no item.
fn usage(raw: &RawValue) -> Result<Option<Usage>, String> {
    let odd = |error: serde_json::Error| quote(&format!("a usage: {error}"), 200);
    let usage: WireUsage = serde_json::from_str(raw.get()).map_err(odd)?;
    let Some(name) = usage.name else { return Ok(None) };
    let value = usage.absolute_value.or(usage.value);
    let value = value.ok_or_else(|| quote(&format!("usage {name}: no value"), 200))?.ceil();
    let infra = usage.infra_id.map(InfraId::from);
    Ok(Some(Usage { item: ItemId { application: ApplicationId::from(usage.application_id), name, infra }, value }))
}

#[cfg(test)]
mod tests;
