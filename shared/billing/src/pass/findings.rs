use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use bridge_core::id::AccountId;
use sha2::{Digest, Sha256};
use store::record::brake::Shown;
use store::record::{Concerned, Held};

use crate::report::Found;

/// What a run has found out about all accounts.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Mapped accounts whose quotas are managed.
    pub(super) mapped: usize,
    /// Those of them with a selling contract.
    pub(super) selling: usize,
    /// Those of them that had units at the last good run.
    pub(super) sold_before: usize,
    /// Of these, the ones without a selling contract now, by their names.
    pub(super) stopped: BTreeMap<AccountId, String>,
    /// Those of them whose first plan nobody has agreed to (rule P1).
    pub(super) without_consent: Vec<Concerned>,
    /// Accounts that buy what is mapped and get no tenant, as rule V1 is switched off.
    pub(super) without_tenant: Vec<Concerned>,
    /// Accounts that need work.
    pub(super) wishes: Vec<Wish>,
    /// Accounts of which nothing has to be done but to remember what was read.
    pub(super) to_remember: Vec<AccountId>,
    /// Mapped accounts that are as they must be, but for what waits for a person (rule X6).
    pub(super) in_step: BTreeSet<AccountId>,
    /// Accounts whose records could not be read, so that nothing was found out about them.
    pub(super) left_alone: BTreeSet<AccountId>,
    /// What waits for a person, by its id.
    pub(super) held: BTreeMap<String, Held>,
    /// How the items of every mapped account stand (rule P16).
    pub(super) report: Found,
}

/// An account that needs work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) account: AccountId,
    /// Digest of the plan, or what stands in its place.
    pub(super) plan: String,
    /// What of it would be drastic, where no person has just reviewed it (rule P12).
    pub(super) drastic: Option<Drastic>,
    /// Something of it would be carried out and is not drastic. Neither: there is only something to remember of what was read.
    pub(super) is_calm: bool,
    /// Rule X1: it was tried and waits. Nobody is sent, but the brake counts it: it will be tried again.
    pub(super) is_waiting: bool,
}

/// What would be drastic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Drastic {
    /// [`mark`] of what it would come to.
    pub(super) mark: u64,
    /// The account's name.
    pub(super) name: String,
    /// What would be done, in words.
    pub(super) what: String,
}

impl Findings {
    pub(super) fn hold(&mut self, held: Held) {
        self.held.insert(held.id.clone(), held);
    }

    /// Accounts that would change drastically.
    pub(super) fn drastic(&self) -> usize {
        let accounts: BTreeSet<_> =
            self.wishes.iter().filter(|wish| wish.drastic.is_some()).map(|wish| wish.account).collect();
        accounts.len()
    }

    /// Everything that a person has to agree to while the brake is on.
    pub(super) fn shown(&self) -> Shown {
        let stopped = self.stopped.keys().map(|account| mark(*account, "sells nothing any more"));
        self.wishes.iter().filter_map(|wish| Some(wish.drastic.as_ref()?.mark)).chain(stopped).collect()
    }

    /// The accounts that the brake is about, each with everything that is said of it.
    pub(super) fn braked(&self) -> Vec<Concerned> {
        let drastic = self.wishes.iter().filter_map(|wish| {
            let Drastic { name, what, .. } = wish.drastic.clone()?;
            Some(Concerned { account: wish.account, name, what })
        });
        let stopped = self.stopped.iter().map(|(account, name)| Concerned {
            account: *account,
            name: name.clone(),
            what: "it sold something at the last good run, and sells nothing now".to_owned(),
        });
        let mut all: BTreeMap<AccountId, Concerned> = BTreeMap::new();
        for concerned in drastic.chain(stopped) {
            match all.get_mut(&concerned.account) {
                Some(known) => known.what = format!("{}, {}", known.what, concerned.what),
                None => drop(all.insert(concerned.account, concerned)),
            }
        }
        all.into_values().collect()
    }
}

/// Short hash of an account and what would become of it in the end. It stays the same while that is carried out.
pub(super) fn mark(account: AccountId, end: &str) -> u64 {
    let hash = Sha256::new().chain_update(account.0.to_be_bytes()).chain_update(end).finalize();
    hash[..8].iter().fold(0, |mark, byte| mark << 8 | u64::from(*byte))
}

/// Short name of what is shown, for a person to agree to.
pub(super) fn digest(shown: &Shown) -> String {
    let hash = shown.hashes().fold(Sha256::new(), |hash, mark| hash.chain_update(mark.to_be_bytes()));
    let mut text = String::new();
    for byte in &hash.finalize()[..8] {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
    }
    text
}
