//! What of *Billing and provisioning* may be saved at once, and what only by a preview (rules P13, V1, V6).

use std::collections::BTreeMap;

use bridge_core::id::ConnectionId;
use bridge_core::settings::billing::{Deprovisioning, NoSellingContract, Pricing, Provisioning};
use bridge_core::settings::{Billing, Problem};
use store::record::Connection;

/// The fields of an edit that would do more to customers' tenants than before. Everything that does less, or that nothing
/// happens of, may be saved without looking at its effect.
pub(super) fn does_more(current: &Billing, next: &Billing) -> Vec<Problem> {
    let mut fields = Vec::new();
    let mut say = |field: &str, message: &str| {
        let (field, message) = (format!("settings.billing.{field}"), message.to_owned());
        fields.push(Problem { field, message });
    };
    if next.enabled && !current.enabled {
        say("enabled", "switching billing on applies the first plans");
    }
    if next.provisioning.automatic && !current.provisioning.automatic {
        say("provisioning.automatic", "this creates customers");
    }
    let (days, before) = (next.deprovisioning, current.deprovisioning);
    if is_sooner(days.disable_after_days, before.disable_after_days) {
        say("deprovisioning.disable_after_days", "this disables customers");
    }
    if is_sooner(days.delete_after_days, before.delete_after_days) {
        say("deprovisioning.delete_after_days", "this asks for customers to be deleted");
    }
    if next.enabled {
        while_on(current, next, &mut say);
    }
    fields
}

/// What does more only while billing is on; while it is off, the preview that switches it on shows it all.
fn while_on(current: &Billing, next: &Billing, say: &mut impl FnMut(&str, &str)) {
    if next.no_selling_contract == NoSellingContract::Zero && current.no_selling_contract == NoSellingContract::Hold {
        say("no_selling_contract", "this sets quotas to zero");
    }
    if current.guards.never_below_usage && !next.guards.never_below_usage {
        say("guards.never_below_usage", "this lets cuts go ahead that are held");
    }
    if current.guards.brake && !next.guards.brake {
        say("guards.brake", "this lets a run go ahead that would be stopped");
    }
    if next.keep_raises_hours < current.keep_raises_hours {
        say("keep_raises_hours", "this puts raises by hand back sooner");
    }
    if next.provisioning.automatic {
        let Provisioning { company_types, connection, pricing, administrator, .. } = &current.provisioning;
        if next.provisioning.company_types.iter().any(|kind| !company_types.contains(kind)) {
            say("provisioning.company_types", "this creates customers for more companies");
        }
        if next.provisioning.connection != *connection {
            say("provisioning.connection", "this creates customers elsewhere");
        }
        if next.provisioning.pricing == Pricing::Production && *pricing == Pricing::Trial {
            say("provisioning.pricing", "this has new customers billed at once, which cannot be taken back");
        }
        if next.provisioning.administrator && !administrator {
            say("provisioning.administrator", "this sends new customers a mail");
        }
    }
}

fn is_sooner(next: Option<u32>, before: Option<u32>) -> bool {
    next.is_some_and(|next| before.is_none_or(|before| next < before))
}

/// Everything that is wrong with the settings by themselves; fields begin with `billing.`.
pub(crate) fn problems(billing: &Billing, connections: &BTreeMap<ConnectionId, Connection>) -> Vec<Problem> {
    let mut problems = billing.problems();
    let mut say = |field: &str, message: &str| {
        problems.push(Problem { field: format!("billing.{field}"), message: message.to_owned() });
    };
    let Provisioning { automatic, connection, .. } = &billing.provisioning;
    match connection {
        Some(connection) if !connections.contains_key(connection) => {
            say("provisioning.connection", "there is no such connection in use");
        }
        None if *automatic && connections.len() != 1 => {
            say("provisioning.connection", "choose the connection for new customers");
        }
        Some(_) | None => {}
    }
    let Deprovisioning { disable_after_days, delete_after_days } = billing.deprovisioning;
    for (field, days) in [
        ("deprovisioning.disable_after_days", disable_after_days),
        ("deprovisioning.delete_after_days", delete_after_days),
    ] {
        if days.is_some_and(|days| days > DAYS_MAX) {
            say(field, "must be at most ten years");
        }
    }
    if billing.keep_raises_hours > DAYS_MAX * 24 {
        say("keep_raises_hours", "must be at most ten years: a raise that is to stay is made permanent instead");
    }
    problems
}

const DAYS_MAX: u32 = 3_650;

#[cfg(test)]
mod tests {
    use bridge_core::settings::billing::Guards;

    use super::*;

    fn on() -> Billing {
        Billing { enabled: true, ..Billing::default() }
    }

    fn fields(current: &Billing, next: &Billing) -> Vec<String> {
        let fields = does_more(current, next).into_iter();
        fields.map(|problem| problem.field.replace("settings.billing.", "")).collect()
    }

    #[test]
    fn p13_whatever_is_switched_on_needs_a_preview_and_nothing_that_is_switched_off() {
        let automatic = Billing {
            provisioning: Provisioning { automatic: true, ..Provisioning::default() },
            deprovisioning: Deprovisioning { disable_after_days: Some(10), delete_after_days: Some(30) },
            ..on()
        };
        assert_eq!(
            fields(&Billing::default(), &automatic),
            [
                "enabled",
                "provisioning.automatic",
                "deprovisioning.disable_after_days",
                "deprovisioning.delete_after_days"
            ]
        );
        assert_eq!(fields(&automatic, &Billing::default()), [""; 0]);
        assert_eq!(fields(&automatic, &automatic), [""; 0]);
    }

    #[test]
    fn v2_new_customers_that_are_billed_or_written_to_need_a_preview_while_they_are_created_by_themselves() {
        let provisioned = |automatic, pricing, administrator| Billing {
            provisioning: Provisioning { automatic, pricing, administrator, ..Provisioning::default() },
            ..on()
        };
        let (quiet, loud) = (provisioned(true, Pricing::Trial, false), provisioned(true, Pricing::Production, true));
        assert_eq!(fields(&quiet, &loud), ["provisioning.pricing", "provisioning.administrator"]);
        assert_eq!(fields(&loud, &quiet), [""; 0]);
        let by_hand = (provisioned(false, Pricing::Trial, false), provisioned(false, Pricing::Production, true));
        assert_eq!(fields(&by_hand.0, &by_hand.1), [""; 0], "each is asked about by itself");
    }

    #[test]
    fn v6_only_sooner_is_more() {
        let after = |disable_after_days| Billing {
            deprovisioning: Deprovisioning { disable_after_days, delete_after_days: None },
            ..on()
        };
        assert_eq!(fields(&after(Some(10)), &after(Some(9))), ["deprovisioning.disable_after_days"]);
        assert_eq!(fields(&after(Some(10)), &after(Some(11))), [""; 0]);
        assert_eq!(fields(&after(Some(10)), &after(None)), [""; 0]);
    }

    #[test]
    fn p12_loosening_a_guard_needs_a_preview_while_billing_is_on() {
        let loose = Billing {
            guards: Guards { never_below_usage: false, brake: false },
            no_selling_contract: NoSellingContract::Zero,
            keep_raises_hours: 1,
            ..on()
        };
        assert_eq!(
            fields(&on(), &loose),
            ["no_selling_contract", "guards.never_below_usage", "guards.brake", "keep_raises_hours"]
        );
        let off = |billing: &Billing| Billing { enabled: false, ..billing.clone() };
        assert_eq!(fields(&off(&on()), &off(&loose)), [""; 0], "nothing happens while it is off");
        assert_eq!(fields(&loose, &on()), [""; 0]);
    }
}
