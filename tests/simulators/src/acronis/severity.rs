//! Severities. The documents list the five words; their order is inferred from the comparing filters.

/// The documented severities, mildest first.
pub const ALL: [&str; 5] = ["ok", "information", "warning", "error", "critical"];

/// The place of a severity in the order; none for a word that the documents do not list.
pub fn rank(severity: &str) -> Option<usize> {
    ALL.iter().position(|known| *known == severity)
}
