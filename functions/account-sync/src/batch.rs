//! The messages of a batch, each for itself.

use std::collections::{BTreeMap, BTreeSet};

use aws_lambda_events::sqs::SqsEvent;
use bridge_core::hint::{Hint, Message};
use bridge_core::id::AccountId;
use store::record::{Parked, Reason};

use crate::Deps;

/// Name under which this function's parked messages are listed.
const SOURCE: &str = "accounts";

/// A batch. Messages are named by their place in it.
pub(crate) struct Batch {
    ids: Vec<String>,
    accounts: BTreeMap<AccountId, Named>,
    passes: Vec<(usize, Option<String>)>,
    refused: Vec<Refused>,
    failed: BTreeSet<usize>,
}

/// An account, as the batch names it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Named {
    /// Places of the messages that name it.
    pub(crate) messages: BTreeSet<usize>,
    /// What was judged before the worker was sent.
    pub(crate) judged: Judged,
}

/// What of an account's plan was judged before the worker was sent (rule P12).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Judged {
    /// A person sent it to this one account, so there is no mass change to fear.
    pub(crate) by_a_person: bool,
    /// What the poll has judged together with all other accounts.
    pub(crate) plans: BTreeSet<String>,
}

impl Judged {
    /// Whether the whole of a plan with this digest may be applied.
    pub(crate) fn covers(&self, digest: &str) -> bool {
        self.by_a_person || self.plans.contains(digest)
    }
}

struct Refused {
    message: usize,
    source: String,
    body: String,
    code: &'static str,
    text: String,
}

impl Batch {
    pub(crate) fn read(event: SqsEvent) -> Self {
        let mut batch = Self {
            ids: Vec::new(),
            accounts: BTreeMap::new(),
            passes: Vec::new(),
            refused: Vec::new(),
            failed: BTreeSet::new(),
        };
        for (message, record) in event.records.into_iter().enumerate() {
            batch.ids.push(record.message_id.unwrap_or_default());
            batch.take_in(message, record.body.unwrap_or_default());
        }
        batch
    }

    fn take_in(&mut self, message: usize, body: String) {
        match Message::parse(&body) {
            Ok(Message { hint: Hint::Account { account, plan }, .. }) => {
                let named = self.accounts.entry(account).or_default();
                named.messages.insert(message);
                match plan {
                    Some(digest) => {
                        named.judged.plans.insert(digest);
                    }
                    None => named.judged.by_a_person = true,
                }
            }
            Ok(Message { hint: Hint::Pass { preview }, .. }) => self.passes.push((message, preview)),
            Ok(Message { hint: Hint::Unreadable { source, body, reason }, .. }) => {
                self.refuse(message, source, body, "unreadable", unreadable(&reason));
            }
            Ok(Message { hint: Hint::Alerts { .. } | Hint::Keys { .. } | Hint::Tickets { .. }, .. }) => {
                let text = "A message about alerts or tickets came in by the queue of the accounts, so nothing was done with \
                            it. Correct how its sender is wired, then discard this: the next poll finds what it was about.";
                self.refuse(message, SOURCE.to_owned(), body, "misdirected", text.to_owned());
            }
            Err(reason) => self.refuse(message, SOURCE.to_owned(), body, "unreadable", unreadable(&reason)),
        }
    }

    fn refuse(&mut self, message: usize, source: String, body: String, code: &'static str, text: String) {
        self.refused.push(Refused { message, source, body, code, text });
    }

    /// The accounts to work on.
    pub(crate) fn accounts(&self) -> &BTreeMap<AccountId, Named> {
        &self.accounts
    }

    /// Passes that were asked for, each with its message and its preview.
    pub(crate) fn passes(&self) -> &[(usize, Option<String>)] {
        &self.passes
    }

    /// Lets messages come back.
    pub(crate) fn fail(&mut self, messages: impl IntoIterator<Item = usize>) {
        self.failed.extend(messages);
    }

    /// Ids of the messages that come back. A record without an id cannot be named, and an empty name would fail the whole
    /// batch, so it is left out: it is gone, and the next poll finds what it was about.
    pub(crate) fn failed(&self) -> impl Iterator<Item = &str> {
        self.failed.iter().map(|index| self.ids[*index].as_str()).filter(|id| !id.is_empty())
    }
}

fn unreadable(reason: &str) -> String {
    format!("A message could not be read: {reason}. If its sender is yours, correct it there; then discard this.")
}

/// Parks what cannot be worked on (rule B2). A message that cannot be parked comes back.
pub(crate) async fn park_refused(deps: &Deps, batch: &mut Batch) {
    for Refused { message, source, body, code, text } in std::mem::take(&mut batch.refused) {
        let reason = Reason { code: code.to_owned(), text, account: None, tenant: None };
        let parked = Parked::park(&deps.systems.table, &source, body, reason, deps.systems.clock.now()).await;
        if let Err(error) = parked {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a message could not be parked and will come back"
            );
            batch.fail([message]);
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::sqs::SqsMessage;

    use super::*;

    fn batch(bodies: &[&str]) -> Batch {
        let mut event = SqsEvent::default();
        event.records = bodies
            .iter()
            .enumerate()
            .map(|(index, body)| {
                let mut message = SqsMessage::default();
                message.message_id = Some(format!("m{index}"));
                message.body = Some((*body).to_owned());
                message
            })
            .collect();
        Batch::read(event)
    }

    #[test]
    fn b2_what_cannot_be_worked_on_is_refused_alone() {
        let batch = batch(&[
            r#"{"v":1,"kind":"account","account":7,"plan":"a"}"#,
            r#"{"v":1,"kind":"acc"#,
            r#"{"v":1,"kind":"tickets","tickets":[1]}"#,
            r#"{"v":1,"kind":"pass","preview":"p"}"#,
        ]);
        let refused: Vec<_> = batch.refused.iter().map(|refused| (refused.message, refused.code)).collect();
        assert_eq!(refused, [(1, "unreadable"), (2, "misdirected")]);
        assert_eq!(batch.accounts.keys().copied().collect::<Vec<_>>(), [AccountId(7)]);
        assert_eq!(batch.passes, [(3, Some("p".to_owned()))]);
    }

    #[test]
    fn p12_several_hints_at_an_account_are_one_turn_that_may_do_what_any_of_them_was_judged_for() {
        let batch = batch(&[
            r#"{"v":1,"kind":"account","account":7,"plan":"a"}"#,
            r#"{"v":1,"kind":"account","account":7,"plan":"b"}"#,
        ]);
        let named = &batch.accounts[&AccountId(7)];
        assert_eq!(named.messages, [0, 1].into());
        assert!(named.judged.covers("a") && named.judged.covers("b") && !named.judged.covers("c"));
    }

    #[test]
    fn p12_a_hint_of_a_person_covers_whatever_is_planned_for_that_account() {
        let named = batch(&[r#"{"v":1,"kind":"account","account":7}"#]).accounts[&AccountId(7)].clone();
        assert!(named.judged.covers("anything"));
    }

    #[test]
    fn b2_a_record_without_an_id_does_not_fail_the_whole_batch() {
        let mut batch = batch(&["{", "{"]);
        batch.ids[0].clear();
        batch.fail([0, 1]);
        assert_eq!(batch.failed().collect::<Vec<_>>(), ["m1"]);
    }
}
