//! The sorts of what is held, with their names for people.

/// Every sort that this release knows, with its name, in the order of the names.
pub(crate) const KINDS: [(&str, &str); 21] = [
    ("backlog", "Alerts from before"),
    ("partner_alert", "Alerts of partners"),
    ("below_usage", "Below usage"),
    ("brake", "Brake"),
    ("creation", "Creating a customer"),
    ("delete", "Deleting a customer"),
    ("disabled_by_hand", "Disabled by hand"),
    ("disable", "Disabling a customer"),
    ("first_plans", "First plans"),
    ("mass_close", "Many tickets to close"),
    ("no_selling_contract", "No selling contract"),
    ("plan_problem", "Plan with a problem"),
    ("raise_refused", "Raise refused"),
    ("raised_by_hand", "Raised by hand"),
    ("storage_in_use", "Storage in use"),
    ("switch_off", "Switching off"),
    ("tenant_missing", "Tenant is gone"),
    ("tenant_untold", "Tenant not told by Acronis"),
    ("lost_units", "Units that vanished"),
    ("usage_unknown", "Usage not known"),
    ("without_tenant", "Without a tenant"),
];

/// The sort's name. A later release may have written one that this one does not know.
pub(crate) fn name(kind: &str) -> String {
    let known = KINDS.iter().find(|(code, _)| *code == kind);
    known.map_or_else(|| kind.replace('_', " "), |(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What alert-poll and ticket-sync hold; the rest comes from the runs over the accounts.
    const OF_TICKETS: [&str; 3] = ["backlog", "mass_close", "partner_alert"];

    #[test]
    fn p12_every_sort_that_is_held_can_be_chosen_by_its_name() {
        let known: BTreeSet<&str> = KINDS.iter().map(|(code, _)| *code).collect();
        let held: BTreeSet<&str> = billing::KINDS.into_iter().chain(OF_TICKETS).collect();
        assert_eq!(known, held);
        assert!(KINDS.is_sorted_by_key(|(_, name)| name.to_lowercase()));
    }

    #[test]
    fn a_sort_of_a_later_release_is_told_by_its_code() {
        assert_eq!(
            (name("switch_off"), name("to_be_made_up")),
            ("Switching off".to_owned(), "to be made up".to_owned())
        );
    }
}
