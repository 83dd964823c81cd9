//! What a search for a creation's tenant brought (rules V3, V4 and X2).

use jiff::Timestamp;

use super::creation::{Creation, Former, Question};
use super::marker::Marker;
use super::problem::Problem;
use crate::id::{AccountId, TenantId};
use crate::suggest::normal_name;

/// A customer tenant as the search sees it, enabled or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The tenant.
    pub tenant: TenantId,
    /// Its name.
    pub name: String,
    /// Its internal tag.
    pub internal_tag: Option<String>,
    /// When it was made, where that is known.
    pub created_at: Option<Timestamp>,
    /// The account that it is mapped to.
    pub mapped_to: Option<AccountId>,
}

impl Found {
    fn marker(&self) -> Option<Marker> {
        Marker::parse(self.internal_tag.as_deref()?)
    }

    /// Oldest first; those of unknown age come last, all in a fixed order.
    fn age(&self) -> (bool, Option<Timestamp>, &TenantId) {
        (self.created_at.is_none(), self.created_at, &self.tenant)
    }
}

impl Creation {
    /// Whether a tenant matters to this creation: it carries the account's marker, or the wanted name or nearly so.
    #[must_use]
    pub fn concerns(&self, found: &Found) -> bool {
        self.marks(found) || is_same_name(&found.name, &self.customer.name) || self.looks_like(found)
    }

    /// Takes in a complete search that began then; what does not [concern](Self::concerns) the creation is ignored. A search that
    /// failed or was cut short is not reported.
    pub fn tenants_found(&mut self, found: &[Found], began_at: Timestamp) {
        if self.progress.tenant.is_some() {
            return;
        }
        let mut marked: Vec<_> = found.iter().filter(|found| self.marks(found)).collect();
        marked.sort_unstable_by_key(|found| found.age());
        if self.progress.tenant_attempt.sent > 0 && self.adopt(&marked) {
            return;
        }
        if self.progress.tenant_attempt.sent == 0 && self.asks_about(&marked) {
            return;
        }
        let twin = found.iter().filter(|found| is_same_name(&found.name, &self.customer.name)).min_by_key(|f| f.age());
        if twin.is_some() || self.progress.name_was_refused {
            self.problem = Some(Problem::NameTaken {
                name: self.customer.name.clone(),
                tenant: twin.map(|twin| twin.tenant.clone()),
                mapped_to: twin.and_then(|twin| twin.mapped_to),
            });
            return;
        }
        if let Some(found) = found.iter().filter(|found| self.is_held_for(found)).min_by_key(|found| found.age()) {
            let (name, tenant) = (self.customer.name.clone(), found.tenant.clone());
            self.problem = Some(Problem::LooksAlike { name, tenant, tenant_name: found.name.clone() });
            return;
        }
        self.progress.tenant_attempt.found_nothing(began_at);
    }

    /// Rules V3 and V7: nobody's tenant of nearly the same name is probably the account's. A tenant in production is billed at once and
    /// for good, so rule V1 does not make a second one by itself; a person who asked for a new one knows better.
    fn is_held_for(&self, found: &Found) -> bool {
        let is_by_itself =
            self.by.is_none() && !self.progress.is_new_on_purpose && self.progress.tenant_attempt.sent == 0;
        is_by_itself && found.mapped_to.is_none() && self.looks_like(found)
    }

    fn looks_like(&self, found: &Found) -> bool {
        is_nearly_same_name(&self.customer.name, &found.name)
    }

    /// Rule X2: a tenant with the marker of this very creation is what an earlier attempt made; of several, the oldest.
    fn adopt(&mut self, marked: &[&Found]) -> bool {
        let mut ours = marked.iter().filter(|found| found.marker().as_ref() == Some(&self.marker));
        let Some(oldest) = ours.next() else { return false };
        self.progress.tenant = Some(oldest.tenant.clone());
        self.progress.duplicates = ours.map(|found| found.tenant.clone()).collect();
        true
    }

    /// Rule V4: tenants of an earlier creation are no crash recovery. A person who was asked before is not asked again; then
    /// only the marker steps past theirs.
    fn asks_about(&mut self, marked: &[&Found]) -> bool {
        let latest = marked.iter().filter_map(|found| found.marker()).max_by_key(Marker::creation);
        let Some(latest) = latest.filter(|latest| latest.creation() >= self.marker.creation()) else { return false };
        if self.progress.is_new_on_purpose {
            self.marker = latest.following();
            return false;
        }
        let former = |found: &&Found| Former { tenant: found.tenant.clone(), name: found.name.clone() };
        self.question = Some(Question { tenants: marked.iter().map(former).collect() });
        true
    }

    fn marks(&self, found: &Found) -> bool {
        found.marker().is_some_and(|marker| marker.has_same_account(&self.marker))
    }
}

/// Whether a tenant of this name stops rule V1 from making one for an account by itself: of the same name always, of nearly the same
/// one while it is nobody's. Told in previews, before [`Creation::tenants_found`] comes to it.
#[must_use]
pub fn stops_creation(account_name: &str, tenant_name: &str, is_mapped: bool) -> bool {
    is_same_name(tenant_name, account_name) || (!is_mapped && is_nearly_same_name(account_name, tenant_name))
}

fn is_nearly_same_name(a: &str, b: &str) -> bool {
    let name = normal_name(a);
    !name.is_empty() && normal_name(b) == name
}

/// Acronis does not say whether it tells names apart by letter case; a person can.
fn is_same_name(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}
