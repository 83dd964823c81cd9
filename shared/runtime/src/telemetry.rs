//! Log lines, metrics and alarms, all through `tracing`.
//!
//! On Lambda each line is one JSON object; elsewhere it is text for a person. A metric is an event as well: on Lambda it becomes
//! a line in CloudWatch's embedded metric format, which costs no call. An [`alarm!`](crate::alarm) is an error with a stable
//! code that somebody is woken by. Lines carry keys, counts and durations; never bodies, secrets or contact data.

mod line;

use std::error::Error;
use std::fmt::Write as _;

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};

use crate::clock::Clock;
use crate::config::{Environment, Problem};

#[doc(hidden)]
pub use tracing;

/// Namespace of our metrics in CloudWatch, where the installation has none of its own.
const NAMESPACE: &str = "AcronisAutotask";

/// Target of the events that are metrics.
pub(crate) const METRIC: &str = "metric";

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line, metrics in CloudWatch's embedded metric format.
    Json,
    /// Short text for a terminal.
    Text,
}

/// Unit of a metric, as CloudWatch names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things.
    Count,
    /// A duration.
    Milliseconds,
    /// A duration, or an age.
    Seconds,
    /// A size.
    Bytes,
    /// A share, from 0 to 100.
    Percent,
}

impl Unit {
    fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
            Self::Seconds => "Seconds",
            Self::Bytes => "Bytes",
            Self::Percent => "Percent",
        }
    }
}

/// Sends this process's lines to its standard output, for as long as it runs. `LOG_LEVEL` says which, for example `debug` or
/// `info,store=debug`; the default is `info`. Metrics are written at every level, in the namespace `METRIC_NAMESPACE`, which keeps
/// installations in one account apart.
///
/// # Errors
/// `LOG_LEVEL` cannot be read.
pub fn init(environment: &Environment) -> Result<(), Problem> {
    let format = if environment.is_lambda() { Format::Json } else { Format::Text };
    let filter = filter(environment.text("LOG_LEVEL").unwrap_or("info"))
        .map_err(|why| Problem::Unparsable { name: "LOG_LEVEL", why: why.to_string() })?;
    let namespace = environment.text("METRIC_NAMESPACE").unwrap_or(NAMESPACE);
    // A second call is refused. The first one stays in force, which is all that its caller wants.
    let _ = tracing::subscriber::set_global_default(within(namespace, format, filter, std::io::stdout));
    Ok(())
}

/// Which lines are written: a level, or levels by target, in the manner of `info,store=debug`.
///
/// # Errors
/// The text is neither.
pub fn filter(levels: &str) -> Result<Targets, ParseError> {
    Ok(levels.parse::<Targets>()?.with_target(METRIC, LevelFilter::INFO))
}

/// Lines of this format into `writer`. Tests use it to see what would be logged.
pub fn subscriber<W>(format: Format, filter: Targets, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    within(NAMESPACE, format, filter, writer)
}

fn within<W>(namespace: &str, format: Format, filter: Targets, writer: W) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    let lines = match format {
        Format::Json => {
            lines.fmt_fields(JsonFields::new()).event_format(line::Json::new(namespace, Clock::system())).boxed()
        }
        Format::Text => lines.compact().boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(filter))
}

/// Records one value of a metric. Each set of dimension values is a series of its own, and is paid for: name outcomes and
/// functions in them, never accounts or tickets.
pub fn metric(name: &'static str, value: f64, unit: Unit, dimensions: &[(&'static str, &str)]) {
    let dimensions: serde_json::Map<_, _> =
        dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    let dimensions = serde_json::Value::Object(dimensions).to_string();
    tracing::info!(target: METRIC, metric = name, value, unit = unit.as_str(), dimensions);
}

/// Counts a run of a poll that has seen everything (rule X6). An alarm follows where no more of them come, whatever the cause.
pub fn completed_run(function: &str) {
    metric("completed_runs", 1.0, Unit::Count, &[("function", function)]);
}

/// Reports something that cannot wait for a person to look: an error line with the field `alarm`, and a count under `alarms`.
///
/// ```
/// runtime::alarm!("autotask_paused", status = 401, "Autotask refused the log-in; nothing is sent to it until it is tested again");
/// ```
#[macro_export]
macro_rules! alarm {
    ($code:expr, $($line:tt)+) => {{
        let code: &'static str = $code;
        $crate::telemetry::metric("alarms", 1.0, $crate::telemetry::Unit::Count, &[("code", code)]);
        $crate::telemetry::tracing::error!(alarm = code, $($line)+);
    }};
}

/// A span whose lines all carry `correlation`: the text that follows one event from its arrival to the ticket.
#[must_use]
pub fn correlated(correlation: Option<&str>) -> tracing::Span {
    tracing::info_span!("event", correlation)
}

/// An error and its sources in one text, outermost first. A source that its parent already quotes is not repeated.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let cause = error.to_string();
        if !text.contains(&cause) {
            // Writing to a string cannot fail.
            let _ = write!(text, ": {cause}");
        }
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests;
