//! A customer that is being made and waits for a person (rules V2 to V4).

use bridge_core::provision::{Creation, Problem};

use super::{About, Choice, Help, Words};
use crate::accounts::may_be_given_up;
use crate::mapping::billed;

pub(super) fn words(about: &About<'_>) -> Words {
    let Some(creation) = about.creation else { return about.headed("its tenant waits for a decision") };
    let Some(problem) = &creation.problem else {
        // More than one answer is possible, and none of them is a consent.
        return Words { helps: vec![Help::Creation], ..about.headed("is it to return to its earlier tenant?") };
    };
    let (text, approve) = match problem {
        Problem::LooksAlike { tenant_name, .. } => (
            format!("a second customer would be created beside “{tenant_name}”"),
            Choice::risky("Create a second customer", billed(creation.pricing)),
        ),
        Problem::NameTaken { .. } => {
            ("Acronis has a customer of this name already".to_owned(), Choice::plain("Try again"))
        }
        Problem::NoEmail | Problem::LoginsTaken { .. } => {
            ("its tenant is ready, but has no administrator user".to_owned(), Choice::plain("Try again"))
        }
        Problem::Refused { step, .. } => (format!("Acronis refused {step}"), Choice::plain("Try again")),
    };
    let mut helps: Vec<Help> = map_to(creation, problem).into_iter().collect();
    helps.push(Help::Creation);
    let none = || Choice::meaning("Create none", "The account is excluded until it is included again.");
    Words {
        details: vec![about.reason().to_owned()],
        approve: Some(approve),
        decline: may_be_given_up(creation).then(none),
        helps,
        ..about.headed(&text)
    }
}

/// Rule V3: the tenant that was probably meant.
fn map_to(creation: &Creation, problem: &Problem) -> Option<Help> {
    let tenant = problem.suggested()?.clone();
    let name = match problem {
        Problem::LooksAlike { tenant_name, .. } => tenant_name.clone(),
        Problem::NameTaken { name, .. } => name.clone(),
        Problem::NoEmail | Problem::LoginsTaken { .. } | Problem::Refused { .. } => return None,
    };
    Some(Help::MapTo { tenant, name, connection: creation.connection.clone() })
}
