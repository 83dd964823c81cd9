//! Plans in words, for the console, tickets and files: what is so, or what happened, and what to do about it.

use std::fmt;

use super::{Cause, Hold, Problem, Sort};
use crate::item::{ItemId, Unit, amount};
use crate::sale::{Sold, Source};

impl Cause {
    /// Why an item that counts in `unit` must be what it must be.
    #[must_use]
    pub fn in_words(&self, unit: Unit) -> String {
        match self {
            Self::Sold { service, units: 0, .. } => format!("service {service} is on a contract with no units today"),
            Self::Sold { service, units, unit_size, sources } => format!(
                "{units} × {} of service {service}: {}",
                amount(*unit_size, unit),
                listed(sources.iter().filter(|source| source.units > 0), in_words)
            ),
            Self::Free => "not sold, and Free".to_owned(),
            Self::NotSold { service: Some(service) } => {
                format!("service {service} is on none of the account's contracts in force")
            }
            Self::NotSold { service: None } => "no service is selected for it".to_owned(),
            Self::NothingToServe { seats } => format!("not sold, and there are no {seats} that need it"),
            Self::StillServes { seats } => format!("not sold, but kept for as long as there are {seats}"),
            Self::DefaultStorage => "the default storage, as no storage is sold".to_owned(),
            Self::OtherStorage { storage } => format!("the customer uses {storage} instead"),
        }
    }
}

impl Hold {
    /// What a change of an item that counts in `unit` waits for, and what to do.
    #[must_use]
    pub fn in_words(&self, unit: Unit) -> String {
        match self {
            Self::BelowUsage { usage } => format!(
                "{} {} in use, which is more than the new quota allows: approve it, or have the customer free some",
                amount(*usage, unit),
                if matches!((usage, unit), (1, Unit::Quantity)) { "is" } else { "are" }
            ),
            Self::UsageUnknown => {
                "Acronis does not say how much is in use: wait until it does, or approve it if you know".to_owned()
            }
            Self::SwitchOff => {
                "switching it off may end protection or strand data: approve it if that is meant".to_owned()
            }
            Self::LostUnits { lines } => format!(
                "units vanished from Autotask without an end date or a change that explains it ({}): put them right \
                 there, or approve it if they are really gone",
                listed(lines.iter(), in_words)
            ),
            Self::RaisedByHand { until } => format!(
                "somebody raised it in Acronis: it is put back after {}, unless you put it back before or make the raise \
                 permanent",
                until.strftime("%Y-%m-%d %H:%M UTC")
            ),
            Self::RaiseRefused => {
                "it belongs to switching on another storage, which cannot be done now: settle that first".to_owned()
            }
            Self::StorageInUse { storage } => format!(
                "a customer has one storage of a kind, and {storage} is still on: approve switching that off, or do it \
                 in Acronis"
            ),
        }
    }

    /// Whether a person's approval lets the change go ahead. Against the others, what they wait for has to be settled.
    #[must_use]
    pub fn is_approvable(&self) -> bool {
        match self {
            Self::BelowUsage { .. }
            | Self::UsageUnknown
            | Self::SwitchOff
            | Self::LostUnits { .. }
            | Self::RaisedByHand { .. } => true,
            Self::RaiseRefused | Self::StorageInUse { .. } => false,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TwoStoragesSold { storages } => write!(
                f,
                "the contracts sell {} at once, but a customer can have one storage of a kind: leave one on the contracts",
                listed(storages.iter(), ItemId::to_string)
            ),
            Self::SeveralStoragesOn { storages } => write!(
                f,
                "{} are on at once and none is sold, so none is changed: switch off all but one in Acronis",
                listed(storages.iter(), ItemId::to_string)
            ),
            Self::NoDefaultStorage { name } => write!(
                f,
                "there are several storages for {name} and none is the default: choose one in Billing and provisioning"
            ),
            Self::NoEdition { application } => write!(
                f,
                "items of application {application} are mapped in several billing modes: choose the one for new \
                 customers in Billing and provisioning"
            ),
            Self::SeveralEditions { application, editions } => write!(
                f,
                "items of {} are on at once for application {application}, so none of them is changed: switch the \
                 customer to one billing mode in Acronis",
                listed(editions.iter(), String::clone)
            ),
            Self::NotOffered { item } => write!(
                f,
                "{item} is not available to the partner or folder above the customer: enable it there in Acronis"
            ),
            Self::Locked { item, grant } => {
                let wanted = if grant.is_on() { "on" } else { "off" };
                write!(f, "{item} should be {wanted}, but Acronis has locked it: have it unlocked there")
            }
            Self::TooLarge { item } => write!(
                f,
                "the quota of {item} would be too large to be right: check its unit size, and the units on the contracts"
            ),
        }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SwitchOn => "switch on",
            Self::Raise => "raise",
            Self::Limit => "put otherwise",
            Self::Cut => "cut",
            Self::SwitchOff => "switch off",
        })
    }
}

fn in_words(source: &Source) -> String {
    let Source { contract, units, .. } = source;
    let line = source.line.map(|line| format!(", line {line}")).unwrap_or_default();
    let bundle = match source.sold {
        Sold::Bundle(bundle) => format!(", by bundle {bundle}"),
        Sold::Service(_) => String::new(),
    };
    format!("{units} on contract {contract}{line}{bundle}")
}

fn listed<'a, T: 'a>(things: impl Iterator<Item = &'a T>, word: impl Fn(&T) -> String) -> String {
    things.map(word).collect::<Vec<_>>().join("; ")
}
