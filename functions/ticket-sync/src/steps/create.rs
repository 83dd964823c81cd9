//! Making a ticket (rules T2, T3, T9, T11, T12).

use bridge_core::failure::Class;
use bridge_core::id::DeviceId;
use bridge_core::ticket::{Because, Device, Facts, NewTicket, Policy, Ticket, description, title};
use jiff::{SignedDuration, Timestamp};
use store::record::{Parked, Reason};
use systems::Customer;

use super::{Failed, Outcome, had_no_effect, refused_by_autotask};
use crate::Error;
use crate::batch::SOURCE;
use crate::journal::{self, Written};
use crate::turn::Worker;

/// When a ticket is due that nothing else says it of (rule T1).
const DUE_IN_HOURS: u32 = 24;

/// Creates the ticket of the entry's episode: once as the settings say, and if Autotask refuses that, once with the required
/// fields only.
pub(super) async fn create(
    worker: &Worker<'_>,
    client: &autotask::Client,
    because: &Because,
    policy: &Policy<'_>,
    customer: &Customer,
) -> Result<Outcome, Failed> {
    let ticket = match new_ticket(worker, policy, customer) {
        Ok(ticket) => ticket,
        Err(missing) => {
            let reason = format!("Alert type {} has no {missing} (Ticket synchronization)", worker.entry.kind);
            return park(worker, customer, "settings-incomplete", reason).await;
        }
    };
    let error = match client.create_ticket(&ticket).await {
        Ok(id) => return created(worker, because, policy, &ticket, id).await,
        Err(error) => error,
    };
    let is_link_doubtful = ticket.device.is_some() && is_refusal(&error);
    if !is_link_doubtful && error.class() != Class::Permanent {
        return failed(worker, error).await;
    }
    // One read, on a refusal only: an inactive company refuses every ticket, so nothing else is worth a try.
    match client.company(policy.account).await {
        Ok(Some(company)) if !company.active => {
            let reason =
                format!("account “{}” is inactive in Autotask: activate it, or remove its mapping", customer.name);
            return park(worker, customer, "inactive-account", reason).await;
        }
        Ok(None) => {
            let reason = format!("account “{}” no longer exists in Autotask: map the customer anew", customer.name);
            return park(worker, customer, "account-gone", reason).await;
        }
        // Whatever is wrong with the company will show in the second try.
        Ok(Some(_)) | Err(_) => {}
    }
    // Rule T12. Whether a refusal names the link that it is about is not known, so the link is given up whatever it says. The turn
    // announces the ticket anew; what is refused without a link is refused for another reason.
    if is_link_doubtful {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, key = %worker.entry.key, "a ticket is tried without its link to a configuration item");
        return Ok(Outcome::LinkRefused);
    }
    let refusal = error.to_string();
    let ticket = ticket.required_only(&refusal, policy.row.queue, due(worker.now(), DUE_IN_HOURS));
    match client.create_ticket(&ticket).await {
        Ok(id) => {
            let customer = &customer.name;
            runtime::alarm!("ticket_reduced", customer, "a ticket was made with the required fields only: {refusal}");
            created(worker, because, policy, &ticket, id).await
        }
        Err(error) if error.class() == Class::Permanent => {
            let reason = format!("Autotask refuses the ticket: {error}. Correct the row of {}", worker.entry.kind);
            park(worker, customer, "refused", reason).await
        }
        Err(error) => failed(worker, error).await,
    }
}

/// Whether Autotask has read the ticket and does not take it; a configuration item that is hidden from the API user may show as a
/// missing right.
fn is_refusal(error: &autotask::Error) -> bool {
    use autotask::Error;
    matches!(error, Error::Refused { .. } | Error::NotFound { .. } | Error::Forbidden { .. })
}

/// The create failed without a clear refusal of its content.
async fn failed(worker: &Worker<'_>, error: autotask::Error) -> Result<Outcome, Failed> {
    let outcome = had_no_effect(error.class()).then_some(Outcome::CreateHadNoEffect);
    Err(Failed { error: refused_by_autotask(worker, error).await, outcome })
}

async fn created(
    worker: &Worker<'_>,
    because: &Because,
    policy: &Policy<'_>,
    ticket: &NewTicket,
    id: bridge_core::id::TicketId,
) -> Result<Outcome, Failed> {
    // The time of the announcement, by which a search after a lost process records the same write.
    let Ticket::Creating { since } = worker.entry.ticket else {
        return Err(Error::NoEnd(format!("{}: a create was not announced", worker.entry.key)).into());
    };
    let written = Written {
        at: since,
        id: "created".to_owned(),
        system: "autotask",
        what: "ticket created",
        why: why(because).to_owned(),
        old: worker.entry.follows.as_ref().map(|follows| follows.id.to_string()),
        new: Some(id.to_string()),
    };
    let outcome = Outcome::Created { id, account: policy.account, status: ticket.status, at: worker.now() };
    // The journal names the ticket, so that the poll can confirm whose it is (rule T10).
    let mut entry = worker.entry.clone();
    outcome.apply(&mut entry);
    // As long as it is not recorded, the create stays in doubt: the next turn finds the ticket and records it.
    journal::record(&worker.deps.systems.table, &entry, policy.account, written).await?;
    Ok(outcome)
}

/// Rule T12: which of the account's configuration items the ticket is about.
pub(crate) fn device_of(worker: &Worker<'_>, customer: &Customer, devices: &[Device]) -> Option<DeviceId> {
    // A group's ticket is about many (rule T13).
    if worker.entry.group_scope().is_some() {
        return None;
    }
    bridge_core::ticket::device_of(facts(worker, customer).workload()?, devices)
}

fn facts<'a>(worker: &'a Worker<'_>, customer: &'a Customer) -> Facts<'a> {
    let connection = worker.config.connections.get(&worker.entry.connection);
    Facts {
        customer: &customer.name,
        alerts: &worker.subject.alerts,
        console_url: connection.map_or("", |connection| connection.base_url.as_str()),
    }
}

fn new_ticket(worker: &Worker<'_>, policy: &Policy<'_>, customer: &Customer) -> Result<NewTicket, &'static str> {
    let (row, entry) = (policy.row, &worker.entry);
    let facts = facts(worker, customer);
    Ok(NewTicket {
        account: policy.account,
        reference: entry.reference(),
        title: title(entry, &facts),
        description: description(entry, &facts),
        status: row.status.ok_or("status for new tickets")?,
        priority: policy.priority.ok_or("priority")?,
        due_at: row.due_in_hours.map(|hours| due(worker.now(), hours)),
        queue: policy.queue,
        source: policy.tickets.source,
        category: row.category,
        ticket_type: row.ticket_type,
        issue_type: row.issue_type,
        sub_issue_type: row.sub_issue_type,
        work_type: row.work_type,
        sla: row.sla,
        device: worker.device,
    })
}

fn due(now: Timestamp, hours: u32) -> Timestamp {
    now.saturating_add(SignedDuration::from_hours(i64::from(hours))).unwrap_or(now)
}

/// Lists the refusal for a person, with an alarm; a retry from there decides anew.
async fn park(worker: &Worker<'_>, customer: &Customer, code: &'static str, reason: String) -> Result<Outcome, Failed> {
    let (at, entry) = (worker.now(), &worker.entry);
    let text =
        format!("No ticket could be made for “{}” of {}: {reason}; then retry.", readable(worker), customer.name);
    let hint = bridge_core::hint::Hint::Keys { keys: vec![entry.key.clone()] };
    let body = bridge_core::hint::Message::new(hint, None).to_body();
    let listed = Reason {
        code: code.to_owned(),
        text: text.clone(),
        account: Some(customer.name.clone()),
        tenant: Some(entry.tenant.to_string()),
    };
    Parked::park(&worker.deps.systems.table, SOURCE, body, listed, at).await?;
    runtime::alarm!("ticket_refused", key = %entry.key, "{text}");
    Ok(Outcome::Parked { code, reason, at })
}

fn readable(worker: &Worker<'_>) -> String {
    bridge_core::alert::readable(&worker.entry.kind)
}

fn why(because: &Because) -> &'static str {
    match because {
        Because::FirstTicket => "the alert was raised",
        Because::ClosedLongAgo => "the alert was raised again, long after its ticket was closed",
        Because::TicketGone => "the alert was raised again, and its ticket is deleted or merged",
        Because::ReopeningRefused => "the alert was raised again, and Autotask refused to reopen its ticket",
        Because::ClosedByRule => "the alert was raised again, and a rule in Autotask closed the reopened ticket",
        Because::OtherAccount => "the earlier ticket belongs to another account now",
    }
}
