use std::collections::BTreeMap;
use std::fmt::Write as _;

use bridge_core::id::{AccountId, ConnectionId};
use sha2::{Digest, Sha256};
use store::record::Held;

/// What a run has found out about all accounts.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Mapped accounts whose quotas are managed.
    pub(super) mapped: usize,
    /// Those of them with a selling contract, by connection; every connection that was read is there.
    pub(super) selling: BTreeMap<ConnectionId, usize>,
    /// Those of them whose first plan nobody has agreed to (rule P1).
    pub(super) without_consent: usize,
    /// Accounts that need work.
    pub(super) wishes: Vec<Wish>,
    /// What waits for a person, by its id.
    pub(super) held: BTreeMap<String, Held>,
}

/// An account that needs work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) account: AccountId,
    /// Digest of the plan, or what stands in its place.
    pub(super) plan: String,
    /// Something of it would be drastic, and no person has just reviewed it (rule P12).
    pub(super) is_drastic: bool,
    /// Something of it would be carried out and is not drastic. Neither: there is only something to remember of what was read.
    pub(super) is_calm: bool,
}

impl Findings {
    pub(super) fn hold(&mut self, held: Held) {
        self.held.insert(held.id.clone(), held);
    }

    pub(super) fn drastic(&self) -> impl Iterator<Item = &Wish> {
        self.wishes.iter().filter(|wish| wish.is_drastic)
    }

    /// Short name of everything drastic together, for a person to agree to.
    pub(super) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for Wish { account, plan, .. } in self.drastic() {
            hash.update(account.0.to_be_bytes());
            hash.update((plan.len() as u64).to_be_bytes());
            hash.update(plan);
        }
        let mut text = String::new();
        for byte in &hash.finalize()[..8] {
            write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        }
        text
    }
}
