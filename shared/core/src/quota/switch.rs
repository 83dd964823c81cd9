//! Rule P7: features, which are switched and carry no quantity.
//!
//! The API does not say which seats a switch belongs to. Acronis names both after the foreign cloud that they protect, in every
//! edition: `pw_base_m365_onedrive` goes with `pw_base_m365_seats`, `p_o365_onedrive` with `p_o365_seats`, and Google's switches
//! with `…gworkspace_seats` or `…gsuite_seats`. Only the first, standard edition calls Microsoft's seats `mailboxes`. So a switch
//! belongs to the seats of its cloud in its own application and edition. A feature of any other name has no seats.

use super::Cause;
use crate::item::{Grant, Kind, Offer, Quota};

/// A cloud whose switches and seats are told by their names.
struct Cloud {
    switches: &'static [&'static str],
    seats: &'static [&'static str],
}

const CLOUDS: [Cloud; 2] = [
    Cloud { switches: &["m365_", "o365_"], seats: &["m365_seats", "o365_seats", "mailboxes"] },
    Cloud { switches: &["google_"], seats: &["gworkspace_seats", "gsuite_seats"] },
];

/// Whether `seats` are the seats that `switch` belongs to.
pub(super) fn serves(switch: &Offer, seats: &Offer) -> bool {
    let is_pair = |cloud: &Cloud| {
        cloud.switches.iter().any(|mark| switch.id.name.contains(mark))
            && cloud.seats.iter().any(|stem| seats.id.name.ends_with(stem))
    };
    switch.kind == Kind::Feature
        && seats.kind == Kind::Count
        && switch.id.application == seats.id.application
        && switch.edition == seats.edition
        && CLOUDS.iter().any(is_pair)
}

/// What an unsold feature that is on must be: it stays while its seats are not at zero.
pub(super) fn unsold<'a>(
    switch: &Offer,
    seats: impl Iterator<Item = (&'a Offer, Grant)>,
    otherwise: Cause,
) -> (Grant, Cause) {
    let mut seats: Vec<_> = seats.filter(|(seats, _)| serves(switch, seats)).collect();
    seats.sort_by_key(|(offer, _)| &offer.id);
    let in_use = seats.iter().find(|(_, grant)| !is_zero(*grant));
    match (in_use, seats.first()) {
        (Some((seats, _)), _) => (Grant::On, Cause::StillServes { seats: seats.id.clone() }),
        (None, Some((seats, _))) => (Grant::Off, Cause::NothingToServe { seats: seats.id.clone() }),
        (None, None) => (Grant::Off, otherwise),
    }
}

fn is_zero(grant: Grant) -> bool {
    match grant {
        Grant::Off => true,
        Grant::On => false,
        Grant::Quota(Quota { value, .. }) => value == Some(0),
    }
}
