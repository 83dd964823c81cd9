//! Alert types as people read them.
//!
//! The API names a type by an identifier, and its list of types carries no titles. Types that technicians meet often have the
//! title by which the vendor's console shows them; of all others the identifier is taken apart into words.

use crate::text::clean;

/// Longest name that is taken from an identifier.
const NAME_MAX: usize = 200;

/// Identifiers with the titles of the vendor's console.
const TITLES: &[(&str, &str)] = &[
    ("ActiveProtectionBlocksSuspiciousActivity", "Suspicious activity is detected"),
    ("AgentAutoUpdateFailed", "Automatic update failed"),
    ("AgentAutoUpdateStalled", "Automatic update stalled"),
    ("ArchiveCorrupted", "Backup is corrupted"),
    ("BackupCanceled", "Backup is canceled"),
    ("BackupDidNotStart", "Backup did not start"),
    ("BackupFailed", "Backup failed"),
    ("BackupNotResponding", "Backup is not responding"),
    ("BackupRecoveryFailed", "Backup recovery failed"),
    ("BackupStatusUnknown", "Backup status is unknown"),
    ("CPSProtectionFailureDetected", "Protection failure detected"),
    ("EDRIncidentDetected", "Incident detected"),
    ("MachineOffline30", "Machine is offline for more than 30 days"),
    ("MalwareDetectedInM365MailboxBackup", "Malware detected in M365 mailbox backup"),
    ("MiniPlanAgentOffline", "Agent is offline"),
    ("NoBackupForXDays", "Backup is missing"),
    ("OfferingItemIsNotSufficient", "Workload quota is not sufficient"),
    ("PeripheralDeviceAccessBlocked", "Peripheral device access is blocked"),
    ("PlanDeploymentFailed", "Plan deployment failed"),
    ("ProtectionServiceNotWorking", "Cyber Protection service is not responding"),
];

/// An alert type as people read it: its title, or the words of its identifier; of a CTI identifier the last name counts.
#[must_use]
pub fn readable(kind: &str) -> String {
    if let Some((_, title)) = TITLES.iter().find(|(id, _)| *id == kind) {
        return (*title).to_owned();
    }
    let name = kind.rsplit('~').next().unwrap_or(kind);
    let name = match name.rsplit_once(".v") {
        Some((stem, version)) if version.starts_with(|c: char| c.is_ascii_digit()) => {
            stem.rsplit('.').next().unwrap_or(stem)
        }
        _ => name,
    };
    let text = words(&clean(name, NAME_MAX));
    if text.trim().is_empty() { "Acronis alert".to_owned() } else { text }
}

/// Takes `CamelCase` and `snake_case` apart. Abbreviations such as EDR keep their capitals.
fn words(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut text = String::with_capacity(name.len() + 8);
    for (index, &c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| chars[index]);
        let after_lower = before.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit());
        let before_lower = chars.get(index + 1).is_some_and(|next| next.is_lowercase());
        let starts_word = c.is_uppercase() && before.is_some() && (after_lower || before_lower);
        let starts_number = c.is_ascii_digit() && before.is_some_and(char::is_lowercase);
        if starts_word || starts_number {
            text.push(' ');
        }
        if c == '_' {
            text.push(' ');
        } else if starts_word && before_lower {
            text.extend(c.to_lowercase());
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t11_types_are_readable() {
        for (kind, text) in [
            ("BackupFailed", "Backup failed"),
            ("MachineOffline30", "Machine is offline for more than 30 days"),
            ("MachineOffline90", "Machine offline 90"),
            ("EDRIOCDetected", "EDRIOC detected"),
            ("DrStorageHardQuotaExceeds", "Dr storage hard quota exceeds"),
            ("cti.a.p.am.alert.v1.0~a.p.basic.v1.0~vendor.app.disk_full.v1.0", "disk full"),
            ("", "Acronis alert"),
        ] {
            assert_eq!(readable(kind), text);
        }
    }
}
