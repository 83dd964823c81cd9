//! Rule T12: which configuration item a ticket is linked to.
//!
//! The two systems know a machine by different ids, so its name is all that both have. A wrong link misleads a technician more than
//! a missing one, so anything short of one single match is none.

use serde::{Deserialize, Serialize};

use crate::id::DeviceId;

/// An active configuration item of an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Device {
    /// What it is called.
    #[serde(rename = "n")]
    pub name: DeviceName,
    /// The configuration item.
    #[serde(rename = "i")]
    pub id: DeviceId,
}

/// A machine's name in the form in which names are compared: in lower case, its words separated by one space.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceName(String);

impl DeviceName {
    /// The name; `None` where the text is blank.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        (!words.is_empty()).then(|| Self(words.join(" ").to_lowercase()))
    }

    /// Whether both may name the same machine. One side often has the host name alone where the other adds the domain; two
    /// different domains are two machines.
    fn is_same(&self, other: &Self) -> bool {
        self == other || self.host() == Some(&other.0) || other.host() == Some(&self.0)
    }

    /// The host name of a machine in a domain, as in `srv-1.corp.example`. Names of two parts are left whole, since those of web
    /// sites look so, and addresses as well.
    fn host(&self) -> Option<&str> {
        let is_label = |label: &str| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        let (host, domain) = self.0.split_once('.')?;
        let is_host = is_label(host) && host.bytes().any(|byte| !byte.is_ascii_digit());
        let is_domain = domain.contains('.') && domain.split('.').all(is_label);
        (is_host && is_domain).then_some(host)
    }
}

/// The one of an account's active configuration items that matches the workload's name; `None` where none does, or more than one.
#[must_use]
pub fn device_of(workload: &str, devices: &[Device]) -> Option<DeviceId> {
    let name = DeviceName::new(workload)?;
    let mut matching = devices.iter().filter(|device| device.name.is_same(&name));
    match (matching.next(), matching.next()) {
        (Some(only), None) => Some(only.id),
        (None, _) | (Some(_), Some(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Configuration items of these names, numbered from 1.
    fn devices(names: &[&str]) -> Vec<Device> {
        let device = |(id, name): (i64, &&str)| Some(Device { name: DeviceName::new(name)?, id: DeviceId(id) });
        (1..).zip(names).filter_map(device).collect()
    }

    fn found(workload: &str, names: &[&str]) -> Option<i64> {
        device_of(workload, &devices(names)).map(|id| id.0)
    }

    #[test]
    fn t12_the_one_item_of_the_workloads_name_is_linked() {
        assert_eq!(found("SRV-2", &["SRV-1", "SRV-2", "SRV-20"]), Some(2));
        assert_eq!(found("SRV-3", &["SRV-1", "SRV-2"]), None);
        assert_eq!(found("SRV-1", &[]), None);
    }

    #[test]
    fn t12_letter_case_and_spaces_make_no_difference() {
        assert_eq!(found(" srv-1", &["SRV-1 "]), Some(1));
        assert_eq!(found("Front  Desk", &["front desk"]), Some(1));
        assert_eq!(found("FrontDesk", &["front desk"]), None);
    }

    #[test]
    fn t12_two_items_of_one_name_are_no_match() {
        assert_eq!(found("SRV-1", &["SRV-1", "srv-1"]), None);
        assert_eq!(found("SRV-1", &["SRV-1", "srv-1.corp.example"]), None);
    }

    #[test]
    fn t12_a_domain_that_only_one_side_adds_makes_no_difference() {
        assert_eq!(found("SRV-1.corp.example", &["srv-1", "srv-2"]), Some(1));
        assert_eq!(found("srv-1", &["srv-1.corp.example", "srv-2.corp.example"]), Some(1));
        assert_eq!(found("srv-1.corp.example", &["srv-1.other.example"]), None, "another machine");
    }

    #[test]
    fn t12_what_only_looks_like_a_domain_is_part_of_the_name() {
        assert_eq!(found("contoso.example", &["Contoso"]), None, "a web site");
        assert_eq!(found("10.0.0.5", &["10"]), None, "an address");
        assert_eq!(found("ann.lee@contoso.example", &["Ann"]), None, "a mailbox");
        assert_eq!(found("v1. a.b", &["v1"]), None, "a sentence");
    }

    #[test]
    fn t12_a_workload_without_a_name_has_no_item() {
        assert_eq!(found("", &["SRV-1"]), None);
        assert_eq!(found("  ", &["SRV-1"]), None);
    }

    proptest! {
        #[test]
        fn t12_a_link_is_the_only_match_whatever_the_order(names in prop::collection::vec("[ab]{1,2}(\\.[ab]\\.[ab])?", 0..6), workload in "[abAB]{1,2}(\\.[ab]\\.[ab])?") {
            let mut devices = devices(&names.iter().map(String::as_str).collect::<Vec<_>>());
            let found = device_of(&workload, &devices);
            let matching = devices.iter().filter(|device| device_of(&workload, std::slice::from_ref(device)).is_some()).count();
            prop_assert_eq!(found.is_some(), matching == 1);
            devices.reverse();
            prop_assert_eq!(device_of(&workload, &devices), found);
        }
    }
}
