//! Where Autotask shows a ticket to people (rule T18).

use std::time::Duration;

use systems::Use;
use url::{Host, Url};

use crate::Deps;

/// A link is no reason to wait: a process that has not spoken to Autotask yet asks where it is, and goes on without an answer.
const LIMIT: Duration = Duration::from_secs(1);
const SUFFIX: &str = ".autotask.net";

/// The way to open tickets, where it is known.
pub(crate) struct Links(Option<Url>);

impl Links {
    /// For these tickets; nothing is asked where there are none.
    pub(crate) async fn read_for(deps: &Deps, tickets: impl Iterator<Item = i64>) -> Self {
        if tickets.take(1).count() == 0 {
            return Self(None);
        }
        let root = tokio::time::timeout(LIMIT, root(deps)).await.ok().flatten();
        Self(root.and_then(|root| of_autotask(&root)))
    }

    /// The address of a ticket.
    pub(crate) fn of(&self, ticket: i64) -> Option<String> {
        let mut url = self.0.as_ref()?.join("Autotask/AutotaskExtend/ExecuteCommand.aspx").ok()?;
        url.query_pairs_mut().append_pair("Code", "OpenTicketDetail").append_pair("TicketID", &ticket.to_string());
        Some(url.into())
    }
}

/// The root of Autotask's own pages, as its zone says.
async fn root(deps: &Deps) -> Option<String> {
    let config = deps.systems.config().await.ok()?;
    let client = deps.systems.autotask(&config, Use::Work).await.ok()?;
    if client.zone().is_none() {
        client.database().await.ok()?;
    }
    client.zone()?.web_url
}

/// A link leads to Autotask, or to its stand-in on this machine, and nowhere else.
fn of_autotask(root: &str) -> Option<Url> {
    let url = Url::parse(root).ok()?;
    let is_autotask = url.scheme() == "https" && url.host_str().is_some_and(|host| host.ends_with(SUFFIX));
    let is_local = matches!(url.host(), Some(Host::Ipv4(address)) if address.is_loopback());
    (is_autotask || is_local).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t18_a_ticket_is_opened_in_the_zone_of_its_database() {
        let links = Links(of_autotask("https://ww3.autotask.net/"));
        let expected =
            "https://ww3.autotask.net/Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenTicketDetail&TicketID=77";
        assert_eq!(links.of(77).as_deref(), Some(expected));
    }

    #[test]
    fn t18_a_link_leads_to_autotask_or_nowhere() {
        for odd in ["https://autotask.net.evil.example/", "http://ww3.autotask.net/", "javascript:alert(1)", ""] {
            assert!(Links(of_autotask(odd)).of(77).is_none(), "{odd}");
        }
        assert!(of_autotask("http://127.0.0.1:8082/").is_some());
    }
}
