//! Names of items for people. Acronis has none in its API: an item's name is a machine's, with its billing mode in front.

use bridge_core::item::ItemId;

/// What the name begins with says which billing mode it belongs to, which is shown beside it.
const PREFIXES: [&str; 5] = ["pw_base_", "pg_base_", "pu_base_", "pw_pack_", "pg_pack_"];

/// Names that say too little by themselves, or not what the console of Acronis says.
const KNOWN: [(&str, &str); 17] = [
    ("vms", "Virtual machines"),
    ("mobiles", "Mobile devices"),
    ("web_hosting_servers", "Web hosting servers"),
    ("mailboxes", "Microsoft 365 mailboxes"),
    ("m365_seats", "Microsoft 365 seats"),
    ("m365_mailboxes", "Microsoft 365 mailboxes"),
    ("m365_onedrive", "Microsoft 365 OneDrive"),
    ("m365_sharepoint_sites", "Microsoft 365 SharePoint sites"),
    ("m365_teams", "Microsoft 365 Teams"),
    ("gworkspace_seats", "Google Workspace seats"),
    ("storage", "Cloud storage for backups"),
    ("local_storage", "Local backup"),
    ("dr_base", "Disaster recovery"),
    ("adv_dr_storage", "Advanced disaster recovery storage"),
    ("adv_dr_compute_points", "Advanced disaster recovery compute points"),
    ("fc_seats", "File Sync & Share users"),
    ("fc_storage", "Cloud storage for files"),
];

/// The item's name for people. One that is not known here is told by its own words.
pub(crate) fn of(item: &ItemId) -> String {
    of_name(&item.name)
}

/// The same for its machine's name.
pub(crate) fn of_name(name: &str) -> String {
    let stem = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    if let Some((_, label)) = KNOWN.iter().find(|(name, _)| *name == stem) {
        return (*label).to_owned();
    }
    let words = stem.replace('_', " ");
    let words = words.strip_prefix("adv ").map_or_else(|| words.clone(), |rest| format!("advanced {rest}"));
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Whether this is the name of an item, and no other word.
pub(crate) fn is_item(name: &str) -> bool {
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || (name.contains('_') && KNOWN.iter().any(|(known, _)| *known == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(name: &str) -> String {
        of(&ItemId { application: "a".into(), name: name.to_owned(), infra: None })
    }

    #[test]
    fn an_item_is_told_without_its_billing_mode() {
        assert_eq!(label("pw_base_servers"), "Servers");
        assert_eq!(label("pg_base_vms"), "Virtual machines");
        assert_eq!(label("local_storage"), "Local backup");
        assert_eq!(label("pw_pack_adv_email_security"), "Advanced email security");
        assert_eq!(label(""), "");
    }
}
