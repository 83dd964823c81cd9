//! What an operator sets from outside, read once when a process starts.
//!
//! [`Environment`] is the only place in the workspace that looks at the process's environment. Everything else is handed typed
//! values, so a test gives its own, and a variable that is missing or wrong is named at the start and not at the first call.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use secrecy::SecretString;

/// Version of this product, for logs and for the user agent of outgoing calls.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The environment as it was when the process started.
#[derive(Clone)]
pub struct Environment(BTreeMap<String, String>);

/// Why the configuration cannot be used. Values are left out: some of them are credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A variable that has no default is missing or blank.
    #[error("the environment variable {name} is not set")]
    Absent {
        /// The variable.
        name: &'static str,
    },
    /// A variable is set to something that cannot be understood.
    #[error("the environment variable {name} cannot be read: {why}")]
    Unparsable {
        /// The variable.
        name: &'static str,
        /// What its parser says.
        why: String,
    },
}

/// Where and as whom AWS is called. Lambda sets all of it, apart from the endpoint.
#[derive(Debug, Clone)]
pub struct Aws {
    /// `AWS_REGION`.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: SecretString,
    /// `AWS_SESSION_TOKEN`: absent for the keys of a user.
    pub session_token: Option<SecretString>,
    /// `AWS_ENDPOINT_URL`: an emulator in place of AWS.
    pub endpoint_url: Option<String>,
}

/// The URLs of the two queues, or of their dead letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queues {
    /// `ALERTS_QUEUE_URL`, or `ALERTS_DEAD_LETTERS_URL`.
    pub alerts_url: String,
    /// `ACCOUNTS_QUEUE_URL`, or `ACCOUNTS_DEAD_LETTERS_URL`.
    pub accounts_url: String,
}

impl Environment {
    /// Captures the environment of this process. A name or value that is not UTF-8 is none of ours and is left out.
    #[must_use]
    pub fn from_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The text of a variable; `None` when it is missing or blank.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The text of a variable that has no default.
    ///
    /// # Errors
    /// [`Problem::Absent`].
    pub fn required(&self, name: &'static str) -> Result<&str, Problem> {
        self.text(name).ok_or(Problem::Absent { name })
    }

    /// A variable as a typed value; `None` when it is missing or blank.
    ///
    /// # Errors
    /// [`Problem::Unparsable`]: a wrong value is never taken for a missing one.
    pub fn parsed<T>(&self, name: &'static str) -> Result<Option<T>, Problem>
    where
        T: FromStr<Err: fmt::Display>,
    {
        let parse =
            |value: &str| value.parse().map_err(|why: T::Err| Problem::Unparsable { name, why: why.to_string() });
        self.text(name).map(parse).transpose()
    }

    /// Where and as whom AWS is called.
    ///
    /// # Errors
    /// Region or credentials are missing.
    pub fn aws(&self) -> Result<Aws, Problem> {
        Ok(Aws {
            region: self.required("AWS_REGION")?.to_owned(),
            access_key_id: self.required("AWS_ACCESS_KEY_ID")?.to_owned(),
            secret_access_key: self.required("AWS_SECRET_ACCESS_KEY")?.into(),
            session_token: self.text("AWS_SESSION_TOKEN").map(SecretString::from),
            endpoint_url: self.text("AWS_ENDPOINT_URL").map(str::to_owned),
        })
    }

    /// Where the queues are.
    ///
    /// # Errors
    /// One of the URLs is missing.
    pub fn queues(&self) -> Result<Queues, Problem> {
        Ok(Queues {
            alerts_url: self.required("ALERTS_QUEUE_URL")?.to_owned(),
            accounts_url: self.required("ACCOUNTS_QUEUE_URL")?.to_owned(),
        })
    }

    /// Where the queues' dead letters are.
    ///
    /// # Errors
    /// One of the URLs is missing.
    pub fn dead_letters(&self) -> Result<Queues, Problem> {
        Ok(Queues {
            alerts_url: self.required("ALERTS_DEAD_LETTERS_URL")?.to_owned(),
            accounts_url: self.required("ACCOUNTS_DEAD_LETTERS_URL")?.to_owned(),
        })
    }

    /// Name of the table (`TABLE_NAME`).
    ///
    /// # Errors
    /// It is missing.
    pub fn table_name(&self) -> Result<&str, Problem> {
        self.required("TABLE_NAME")
    }

    /// What the names of this installation's secrets begin with (`SECRET_PREFIX`).
    ///
    /// # Errors
    /// It is missing.
    pub fn secret_prefix(&self) -> Result<&str, Problem> {
        self.required("SECRET_PREFIX")
    }

    /// Whether this process runs under the Lambda service, or under something that stands in for it.
    #[must_use]
    pub fn is_lambda(&self) -> bool {
        self.text("AWS_LAMBDA_FUNCTION_NAME").is_some()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_and_a_wrong_value_are_told_apart() {
        let environment = Environment::from_iter([("PORT", "80a"), ("BLANK", "  "), ("GOOD", " 8080 ")]);
        assert_eq!(environment.parsed::<u16>("GOOD"), Ok(Some(8080)));
        assert_eq!(environment.parsed::<u16>("BLANK"), Ok(None));
        assert_eq!(environment.parsed::<u16>("NEVER"), Ok(None));
        let problem = environment.parsed::<u16>("PORT").unwrap_err();
        assert_eq!(problem.to_string(), "the environment variable PORT cannot be read: invalid digit found in string");
    }

    #[test]
    fn what_is_missing_is_named() {
        let environment = Environment::from_iter([("ALERTS_QUEUE_URL", "https://queue.example/alerts")]);
        assert_eq!(environment.queues(), Err(Problem::Absent { name: "ACCOUNTS_QUEUE_URL" }));
        assert_eq!(environment.aws().unwrap_err(), Problem::Absent { name: "AWS_REGION" });
    }

    #[test]
    fn credentials_never_show() {
        let environment = Environment::from_iter([
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "canary-key"),
            ("AWS_SESSION_TOKEN", "canary-token"),
        ]);
        let shown = format!("{environment:?} {:?}", environment.aws().unwrap());
        assert!(shown.contains("AWS_SESSION_TOKEN") && !shown.contains("canary"), "{shown}");
    }
}
