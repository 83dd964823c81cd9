//! How one event becomes one line of JSON.

use std::fmt::{self, Debug};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{self, FormatEvent, FormatFields, Writer};
use tracing_subscriber::registry::LookupSpan;

use super::METRIC;
use crate::clock::Clock;

/// Events as flat JSON objects; metrics in CloudWatch's embedded metric format, whose outer shape no field can express.
pub(super) struct Json {
    events: format::Format<format::Json>,
    namespace: String,
    clock: Clock,
}

impl Json {
    pub(super) fn new(namespace: &str, clock: Clock) -> Self {
        let events = format::format().json().flatten_event(true).with_current_span(true).with_span_list(false);
        Self { events, namespace: namespace.to_owned(), clock }
    }
}

impl<S, N> FormatEvent<S, N> for Json
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        if event.metadata().target() != METRIC {
            return self.events.format_event(context, writer, event);
        }
        let mut sample = Sample::default();
        event.record(&mut sample);
        writeln!(writer, "{}", sample.embedded(&self.namespace, self.clock.now()))
    }
}

/// The fields of a metric event, as [`super::metric`] writes them.
#[derive(Default)]
struct Sample {
    name: String,
    value: f64,
    unit: String,
    dimensions: Map<String, Value>,
}

impl Sample {
    fn embedded(self, namespace: &str, at: Timestamp) -> Value {
        let names: Vec<&String> = self.dimensions.keys().collect();
        let mut line = json!({
            "_aws": {
                "Timestamp": at.as_millisecond(),
                "CloudWatchMetrics": [{
                    "Namespace": namespace,
                    "Dimensions": [names],
                    "Metrics": [{ "Name": self.name, "Unit": self.unit }],
                }],
            },
        });
        line[&self.name] = self.value.into();
        for (name, value) in self.dimensions {
            line[&name] = value;
        }
        line
    }
}

impl Visit for Sample {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "value" {
            self.value = value;
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "metric" => value.clone_into(&mut self.name),
            "unit" => value.clone_into(&mut self.unit),
            "dimensions" => self.dimensions = serde_json::from_str(value).unwrap_or_default(),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}
