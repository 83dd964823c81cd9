//! Which alerts are the same problem. A wrong answer here either wakes somebody twice or hides a failure, so a key is made of
//! identities only: never of a title, a text or a time.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Alert;
use crate::id::{AlertId, TenantId};

/// Version of the way in which a key is made. A later change gets a new number, so that old tickets keep their keys.
const VERSION: char = '1';
/// Marks our keys among the external ids of a shared Autotask database.
const PREFIX: &str = "acr";
/// 128 bits are far beyond accidental collisions and leave room for the episode within Autotask's 50 characters.
const HASH_BYTES: usize = 16;

/// Identity of a problem: customer tenant, alert type, workload and plan.
///
/// The text form is the stable short form (`acr1-` and 32 hexadecimal digits); it is the ledger's key and the stem of a
/// ticket's external id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

/// What a key is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyParts<'a> {
    /// Customer tenant that the alert belongs to.
    pub tenant: &'a TenantId,
    /// Alert type.
    pub kind: &'a str,
    /// What is affected, with the sort of identity that names it.
    pub subject: Subject<'a>,
}

/// What a problem is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// A workload, a plan, or both.
    Of {
        /// The workload with the sort of its identity.
        workload: Option<(&'static str, &'a str)>,
        /// The plan's id, else its name.
        plan: Option<(&'static str, &'a str)>,
    },
    /// Nothing but the alert itself is known, and keys are never merged for want of data.
    Alert(&'a AlertId),
}

impl Key {
    /// The key of `alert`, which belongs to the customer `tenant`.
    #[must_use]
    pub fn of(tenant: &TenantId, alert: &Alert) -> Self {
        KeyParts { tenant, kind: &alert.kind, subject: Subject::of(alert) }.key()
    }

    /// The key of a storm's group (rule T13): what further problems of the customer `tenant`, of one type or of any, are on.
    #[must_use]
    pub fn of_group(tenant: &TenantId, kind: Option<&str>, number: u32) -> Self {
        let mut hash = Identity::default();
        hash.part("tenant", tenant.as_str());
        hash.part("group", &number.to_string());
        if let Some(kind) = kind {
            hash.part("type", kind);
        }
        hash.key()
    }

    /// Reads a short form back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hash = text.strip_prefix(PREFIX)?.strip_prefix(VERSION)?.strip_prefix('-')?;
        let is_hash = hash.len() == 2 * HASH_BYTES && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        is_hash.then(|| Self(text.to_owned()))
    }

    /// The stable short form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What every external id of ours begins with, whatever its version.
    #[must_use]
    pub fn prefix() -> &'static str {
        PREFIX
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'a> Subject<'a> {
    fn of(alert: &'a Alert) -> Self {
        let details = &alert.details;
        let workload = first(&[
            ("incident", &details.incident_id),
            ("edr", &details.edr_alert_id),
            ("resource", &details.resource_id),
            ("name", &details.resource_name),
        ]);
        let plan = first(&[("plan", &details.plan_id), ("name", &details.plan_name)]);
        match (workload, plan) {
            (None, None) => Self::Alert(&alert.id),
            (workload, plan) => Self::Of { workload, plan },
        }
    }
}

/// The first identity that is there, with its sort.
fn first<'a>(candidates: &[(&'static str, &'a Option<String>)]) -> Option<(&'static str, &'a str)> {
    candidates.iter().find_map(|(sort, id)| {
        let id = id.as_deref().map(str::trim).filter(|id| !id.is_empty())?;
        Some((*sort, id))
    })
}

impl KeyParts<'_> {
    fn key(&self) -> Key {
        let mut hash = Identity::default();
        hash.part("tenant", self.tenant.as_str());
        hash.part("type", self.kind);
        match self.subject {
            Subject::Alert(id) => hash.part("alert", id.as_str()),
            Subject::Of { workload, plan } => {
                for (role, identity) in [("workload", workload), ("plan", plan)] {
                    if let Some((sort, id)) = identity {
                        hash.part(role, sort);
                        hash.part(sort, &id.to_lowercase());
                    }
                }
            }
        }
        hash.key()
    }
}

/// A key in the making.
#[derive(Default)]
struct Identity(Sha256);

impl Identity {
    fn part(&mut self, sort: &str, id: &str) {
        for text in [sort, id] {
            // Lengths keep neighbouring parts from running into one another.
            self.0.update((text.len() as u64).to_be_bytes());
            self.0.update(text);
        }
    }

    fn key(self) -> Key {
        let mut text = format!("{PREFIX}{VERSION}-");
        for byte in &self.0.finalize()[..HASH_BYTES] {
            write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        }
        Key(text)
    }
}

/// A ticket's external id: the key and which of the key's tickets it is (rule T3). At most 50 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The problem.
    pub key: Key,
    /// 1 for the key's first ticket, one more for each later one.
    pub episode: u32,
}

impl Reference {
    /// Reads an external id; `None` when it is not one of ours.
    #[must_use]
    pub fn parse(external_id: &str) -> Option<Self> {
        let (key, episode) = external_id.trim().rsplit_once('-')?;
        Some(Self { key: Key::parse(key)?, episode: episode.parse().ok().filter(|episode| *episode > 0)? })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.key, self.episode)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::alert::{Details, Tenant};

    fn alert(details: Details) -> Alert {
        Alert {
            id: "A-1".into(),
            kind: "BackupFailed".into(),
            severity: None,
            category: None,
            created_at: Timestamp::UNIX_EPOCH,
            received_at: None,
            updated_at: None,
            deleted_at: None,
            tenant: Tenant::default(),
            details,
        }
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn key(details: Details) -> Key {
        Key::of(&"T-1".into(), &alert(details))
    }

    #[test]
    fn ids_in_another_case_are_the_same_key() {
        let upper = key(Details { resource_id: some("7D3E"), plan_id: some("0F6B"), ..Details::default() });
        let lower = key(Details { resource_id: some("7d3e"), plan_id: some("0f6b"), ..Details::default() });
        assert_eq!(upper, lower);
    }

    #[test]
    fn titles_texts_and_names_beside_an_id_do_not_count() {
        let bare = key(Details { resource_id: some("r"), ..Details::default() });
        let told = key(Details {
            resource_id: some("r"),
            resource_name: some("SRV-1"),
            title: some("Backup failed"),
            error_texts: vec!["No space".into()],
            error_code: some("17"),
            ..Details::default()
        });
        assert_eq!(bare, told);
    }

    #[test]
    fn an_incident_leads_over_the_workload_that_it_happened_on() {
        let with =
            |resource: &str| key(Details { incident_id: some("i"), resource_id: some(resource), ..Details::default() });
        assert_eq!(with("r1"), with("r2"));
    }

    #[test]
    fn alerts_without_workload_and_plan_stand_alone() {
        let mut first = alert(Details::default());
        let mut second = first.clone();
        first.id = "a".into();
        second.id = "b".into();
        assert_ne!(Key::of(&"t".into(), &first), Key::of(&"t".into(), &second));
        assert_ne!(Key::of(&"t".into(), &first), Key::of(&"u".into(), &first));
    }

    #[test]
    fn the_short_form_of_version_1_never_changes() {
        let parts = Details { resource_id: some("r"), plan_id: some("p"), ..Details::default() };
        assert_eq!(key(parts).as_str(), "acr1-027d926395db2891849ae0dc4d63b419");
    }

    proptest! {
        #[test]
        fn t3_a_reference_is_short_and_reads_back(resource in ".{0,300}", episode in 1u32..) {
            let reference = Reference { key: key(Details { resource_id: some(&resource), ..Details::default() }), episode };
            let text = reference.to_string();
            prop_assert!(text.len() <= 50);
            prop_assert_eq!(Reference::parse(&text), Some(reference));
        }

        #[test]
        fn different_identities_are_different_keys(a in "[a-z]{0,3}", b in "[a-z]{0,3}", c in "[a-z]{0,3}", d in "[a-z]{0,3}") {
            let of = |workload: &str, plan: &str| key(Details { resource_name: some(workload), plan_name: some(plan), ..Details::default() });
            let stands_alone = |workload: &str, plan: &str| workload.is_empty() && plan.is_empty();
            prop_assume!(!stands_alone(&a, &b) && !stands_alone(&c, &d));
            prop_assert_eq!(of(&a, &b) == of(&c, &d), (&a, &b) == (&c, &d));
        }

        #[test]
        fn other_external_ids_are_not_ours(text in ".{0,60}") {
            prop_assume!(!text.trim().starts_with("acr1-"));
            prop_assert_eq!(Reference::parse(&text), None);
        }
    }
}
