//! What the partner of these tests may give its customers: small, but with everything that makes quotas difficult.

use bridge_core::id::{ApplicationId, InfraId};
use bridge_core::item::{ItemId, Kind, Offer, Unit};

pub const CYBER: &str = "cyber";
pub const FILES: &str = "files";
pub const PER_WORKLOAD: &str = "pck_per_workload";
pub const PER_GIGABYTE: &str = "pck_per_gigabyte";
pub const PER_USER: &str = "fss_per_user";

pub fn application(name: &str) -> ApplicationId {
    name.into()
}

pub fn item(application: &str, name: &str, infra: Option<&str>) -> ItemId {
    ItemId { application: application.into(), name: name.to_owned(), infra: infra.map(InfraId::from) }
}

/// An item of the per-workload edition of Cyber Protection.
pub fn cyber(name: &str) -> ItemId {
    item(CYBER, name, None)
}

/// The per-workload backup storage of that name.
pub fn storage(infra: &str) -> ItemId {
    item(CYBER, "pw_base_storage", Some(infra))
}

/// The seats without which a switch has nothing to serve (rule P7).
pub fn seats_of(switch: &ItemId) -> Option<ItemId> {
    match switch.name.as_str() {
        "pw_base_m365_mailboxes" | "pw_base_m365_onedrive" => Some(cyber("pw_base_m365_seats")),
        "pw_base_google_mail" => Some(cyber("pw_base_gworkspace_seats")),
        _ => None,
    }
}

pub fn offers() -> Vec<Offer> {
    use Kind::{Count, Feature, Infra, Other};
    use Unit::{Bytes, Quantity, Seconds};
    let per_workload = Some(PER_WORKLOAD);
    let per_gigabyte = Some(PER_GIGABYTE);
    let offer = |id: ItemId, edition: Option<&str>, usage: &str, kind, unit| Offer {
        id,
        edition: edition.map(str::to_owned),
        usage_name: Some(usage.to_owned()),
        kind,
        unit,
    };
    vec![
        offer(cyber("pw_base_servers"), per_workload, "servers", Count, Quantity),
        offer(cyber("pw_base_m365_seats"), per_workload, "mailboxes", Count, Quantity),
        offer(cyber("pw_base_m365_mailboxes"), per_workload, "o365_mailboxes", Feature, Unit::None),
        offer(cyber("pw_base_m365_onedrive"), per_workload, "o365_onedrive", Feature, Unit::None),
        offer(cyber("pw_base_gworkspace_seats"), per_workload, "gsuite_seats", Count, Quantity),
        offer(cyber("pw_base_google_mail"), per_workload, "google_mail", Feature, Unit::None),
        offer(storage("s1"), per_workload, "storage", Infra, Bytes),
        offer(storage("s2"), per_workload, "storage", Infra, Bytes),
        offer(storage("s3"), per_workload, "storage", Infra, Bytes),
        offer(item(CYBER, "pw_base_adv_dr_compute_points", Some("d1")), per_workload, "compute_points", Infra, Seconds),
        offer(cyber("pw_mystery"), per_workload, "mystery", Other, Unit::None),
        offer(cyber("pg_base_servers"), per_gigabyte, "servers", Count, Quantity),
        offer(item(CYBER, "pg_base_storage", Some("s1")), per_gigabyte, "storage", Infra, Bytes),
        offer(item(CYBER, "pg_base_storage", Some("s2")), per_gigabyte, "storage", Infra, Bytes),
        offer(cyber("local_storage"), None, "local_storage", Count, Bytes),
        offer(item(FILES, "pu_base_fc_seats", None), Some(PER_USER), "fc_seats", Count, Quantity),
        offer(item(FILES, "pu_base_fc_storage", Some("f1")), Some(PER_USER), "fc_storage", Infra, Bytes),
    ]
}
