//! Tenants whose account has no contract any more, and what became of them (rule V6).
