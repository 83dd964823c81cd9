//! What an account's row on the mapping page says (rules V4, V5, X4).

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::TenantId;
use crate::mapping::Switches;
use crate::provision::{Creation, Next, next};
use crate::suggest::Suggestion;

/// Everything that a row is made of.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Its tenant.
    pub tenant: Option<&'a TenantId>,
    /// Rule V8; the defaults where nothing was ever chosen.
    pub switches: &'a Switches,
    /// The making of its customer, if there was any.
    pub creation: Option<&'a Creation>,
    /// A person removed its mapping (rule V4).
    pub is_unmapped_on_purpose: bool,
    /// The best suggestion for it.
    pub suggestion: Option<&'a Suggestion>,
    /// What went wrong at the last run, in words.
    pub problems: &'a [String],
}

/// The state of an account, as one word on its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Something has to be settled by a person.
    Problem,
    /// A person has to answer a question.
    Asks,
    /// Its customer is being made.
    Creating,
    /// It has a tenant.
    Mapped,
    /// It has none, and one is suggested.
    Suggested,
    /// It has none.
    NotMapped,
    /// Nothing is done for it.
    Excluded,
}

/// An account's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its state.
    pub state: State,
    /// Its tenant, whatever the state.
    pub tenant: Option<TenantId>,
    /// What there is to say, each a sentence or more: what happened and what to do.
    pub words: Vec<String>,
}

/// An account's row. An exclusion outranks everything; then comes what a person has to do.
#[must_use]
pub fn row(facts: &Facts<'_>, now: Timestamp) -> Row {
    let (state, words) = state(facts, now);
    Row { state, tenant: facts.tenant.cloned(), words }
}

fn state(facts: &Facts<'_>, now: Timestamp) -> (State, Vec<String>) {
    if let Some(reason) = &facts.switches.excluded {
        return (State::Excluded, vec![format!("Excluded: {reason}")]);
    }
    let step = facts.creation.map(|creation| next(creation, now));
    let mut problems = facts.problems.to_vec();
    if let Some(Next::Stopped(problem)) = &step {
        problems.insert(0, problem.to_string());
    }
    // Several steps may have met the same thing.
    let mut told = BTreeSet::new();
    problems.retain(|problem| told.insert(problem.clone()));
    let pause = facts.switches.pause.as_ref().filter(|_| facts.switches.is_paused(now));
    let paused = || pause.map(|pause| format!("Paused: {}", pause.reason)).into_iter();
    if !problems.is_empty() {
        problems.extend(paused());
        return (State::Problem, problems);
    }
    let (state, words) = match step {
        Some(Next::Ask(question)) => (State::Asks, Some(question.to_string())),
        // The tenant of a finished creation may have been unmapped since.
        Some(Next::Done | Next::Stopped(_)) | None => at_rest(facts),
        Some(_) => (State::Creating, Some("Its customer tenant is being created.".to_owned())),
    };
    (state, words.into_iter().chain(paused()).collect())
}

fn at_rest(facts: &Facts<'_>) -> (State, Option<String>) {
    if facts.tenant.is_some() {
        (State::Mapped, None)
    } else if let Some(suggestion) = facts.suggestion {
        let evidence: Vec<_> = suggestion.evidence.iter().map(ToString::to_string).collect();
        (State::Suggested, Some(format!("A tenant is suggested: {}.", evidence.join(", "))))
    } else if facts.is_unmapped_on_purpose {
        (State::NotMapped, Some("Its mapping was removed on purpose; no tenant is created by itself.".to_owned()))
    } else {
        (State::NotMapped, None)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Problem => "Problem",
            Self::Asks => "Question",
            Self::Creating => "Being created",
            Self::Mapped => "Mapped",
            Self::Suggested => "Suggested",
            Self::NotMapped => "Not mapped",
            Self::Excluded => "Excluded",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::AccountId;
    use crate::mapping::Pause;
    use crate::provision::{Customer, Former, Marker, Step};
    use crate::settings::billing::Provisioning;
    use crate::suggest::Evidence;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn creation(former: Option<Former>) -> Creation {
        let marker = Marker::new("i", 1, AccountId(174));
        let customer = Customer { name: "Contoso".into(), ..Customer::default() };
        Creation::new(marker, ("c".into(), "p".into()), customer, &Provisioning::default(), former, None, NOW)
    }

    /// An account of which nothing is known but its switches.
    fn unmapped(switches: &Switches) -> Facts<'_> {
        Facts { tenant: None, switches, creation: None, is_unmapped_on_purpose: false, suggestion: None, problems: &[] }
    }

    fn said(facts: &Facts<'_>) -> (State, String) {
        let Row { state, words, .. } = row(facts, NOW);
        (state, words.join(" | "))
    }

    #[test]
    fn v4_an_account_is_mapped_or_not() {
        let (switches, tenant) = (Switches::default(), TenantId::new("t"));
        let facts = unmapped(&switches);
        assert_eq!(said(&facts), (State::NotMapped, String::new()));
        assert_eq!(said(&Facts { tenant: Some(&tenant), ..facts }), (State::Mapped, String::new()));
        let (state, words) = said(&Facts { is_unmapped_on_purpose: true, ..facts });
        assert_eq!(state, State::NotMapped);
        assert!(words.contains("on purpose"), "{words}");
    }

    #[test]
    fn v7_a_suggestion_is_shown_with_its_evidence_on_accounts_without_a_tenant() {
        let (switches, tenant) = (Switches::default(), TenantId::new("t"));
        let suggestion = Suggestion {
            account: AccountId(174),
            tenant: tenant.clone(),
            connection: "c".into(),
            evidence: vec![Evidence::SameName, Evidence::CustomerId],
            score: 1,
        };
        let facts = Facts { suggestion: Some(&suggestion), ..unmapped(&switches) };
        assert_eq!(
            said(&facts),
            (State::Suggested, "A tenant is suggested: same name, its customer id is the account's.".into())
        );
        assert_eq!(said(&Facts { tenant: Some(&tenant), ..facts }).0, State::Mapped);
    }

    #[test]
    fn x4_problems_are_said_in_words_also_on_mapped_accounts() {
        let (switches, tenant) = (Switches::default(), TenantId::new("t"));
        let problems = ["It went wrong. Do this.".to_owned()];
        let facts = Facts { tenant: Some(&tenant), problems: &problems, ..unmapped(&switches) };
        assert_eq!(said(&facts), (State::Problem, problems[0].clone()));
        assert_eq!(row(&facts, NOW).tenant, Some(tenant.clone()));
    }

    #[test]
    fn v2_a_creation_shows_how_it_stands() {
        let (switches, mut creation) = (Switches::default(), creation(None));
        let state = said(&Facts { creation: Some(&creation), ..unmapped(&switches) }).0;
        assert_eq!(state, State::Creating);
        creation.refused(Step::Tenant, "Parent disabled.");
        assert_eq!(
            said(&Facts { creation: Some(&creation), ..unmapped(&switches) }),
            (State::Problem, "Acronis refused creating the customer tenant: Parent disabled.".into())
        );
    }

    #[test]
    fn v4_a_question_waits_on_the_row() {
        let switches = Switches::default();
        let creation = creation(Some(Former { tenant: "old".into(), name: "Contoso".into() }));
        let (state, words) = said(&Facts { creation: Some(&creation), ..unmapped(&switches) });
        assert_eq!(state, State::Asks);
        assert!(words.contains("“Contoso”"), "{words}");
    }

    #[test]
    fn v8_exclusion_and_pause_say_why() {
        let tenant = TenantId::new("t");
        let pause = Pause { reason: "migration".into(), until: None };
        let paused = Switches { pause: Some(pause), ..Switches::default() };
        let excluded = Switches { excluded: Some("own tools".into()), ..paused.clone() };
        let of = |switches| said(&Facts { tenant: Some(&tenant), ..unmapped(switches) });
        assert_eq!(of(&paused), (State::Mapped, "Paused: migration".into()));
        assert_eq!(of(&excluded), (State::Excluded, "Excluded: own tools".into()));
    }
}
