//! Order and pages of `GET /alerts`.

use serde_json::{Value, json};

use super::alert::Alert;
use super::alert_error::AlertRefusal;
use super::parameter::{Cursor, Parameters};
use super::severity;

/// The order of a listing: a field and a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Order {
    field: Field,
    descending: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    CreatedAt,
    UpdatedAt,
    DeletedAt,
    Type,
    Category,
    Severity,
    Source,
    SourceTimeStamp,
    PlanId,
    PlanName,
    ResourceId,
    ResourceName,
}

impl Order {
    /// Reads `f`, `asc(f)` or `desc(f)`. Without one the oldest alert comes first.
    pub(super) fn parse(parameters: &Parameters) -> Result<Self, AlertRefusal> {
        let text = parameters.one("order").unwrap_or("created_at");
        let (descending, name) = match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
            Some(("asc", name)) => (false, name),
            Some(("desc", name)) => (true, name),
            Some(_) => return Err(refuse(text)),
            None => (false, text),
        };
        let field = Field::parse(name).ok_or_else(|| refuse(text))?;
        Ok(Self { field, descending })
    }

    fn key(self, alert: &Alert) -> (String, String) {
        (self.field.key(alert), alert.id.to_string())
    }

    /// Whether `a` comes before `b`; equal keys are decided by the id, so that pages never overlap.
    fn is_before(self, a: &(String, String), b: &(String, String)) -> bool {
        if self.descending { a > b } else { a < b }
    }
}

fn refuse(text: &str) -> AlertRefusal {
    AlertRefusal::BadRequest(format!("order: cannot order by {text:?}"))
}

impl Field {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "created_at" => Self::CreatedAt,
            "updated_at" => Self::UpdatedAt,
            "deleted_at" => Self::DeletedAt,
            "type" => Self::Type,
            "category" => Self::Category,
            "severity" => Self::Severity,
            "source" => Self::Source,
            "source_time_stamp" => Self::SourceTimeStamp,
            "planId" => Self::PlanId,
            "planName" => Self::PlanName,
            "resourceId" => Self::ResourceId,
            "resourceName" => Self::ResourceName,
            _ => return None,
        })
    }

    /// A text that sorts as the field does.
    fn key(self, alert: &Alert) -> String {
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let time = |at: jiff::Timestamp| format!("{:025}", at.as_nanosecond());
        match self {
            Self::CreatedAt => time(alert.created_at),
            Self::UpdatedAt => time(alert.updated_at),
            Self::DeletedAt => alert.deleted_at.map(time).unwrap_or_default(),
            Self::Type => alert.alert_type.clone(),
            Self::Category => alert.category.clone(),
            Self::Severity => severity::rank(&alert.severity).map(|rank| rank.to_string()).unwrap_or_default(),
            Self::Source => text(alert.source.as_deref()),
            Self::SourceTimeStamp => text(alert.source_time_stamp.as_deref()),
            Self::PlanId => text(alert.plan_id()),
            Self::PlanName => text(alert.plan_name()),
            Self::ResourceId => text(alert.resource_id()),
            Self::ResourceName => text(alert.resource_name()),
        }
    }
}

/// Where a page lies.
#[derive(Debug)]
pub(super) enum Place {
    First,
    After(Cursor),
    Before(Cursor),
}

impl Place {
    pub(super) fn parse(parameters: &Parameters) -> Result<Self, AlertRefusal> {
        let read = |text| Cursor::decode(text).ok_or_else(|| AlertRefusal::BadRequest("not a cursor".to_owned()));
        match (parameters.one("after"), parameters.one("before")) {
            (None, None) => Ok(Self::First),
            (Some(after), None) => read(after).map(Self::After),
            (None, Some(before)) => read(before).map(Self::Before),
            (Some(_), Some(_)) => Err(AlertRefusal::BadRequest("after or before, not both".to_owned())),
        }
    }

    /// The parameters that select the rows: those of the first request.
    pub(super) fn filters(&self, parameters: Parameters) -> Parameters {
        match self {
            Self::First => parameters,
            Self::After(cursor) | Self::Before(cursor) => cursor.parameters(),
        }
    }
}

/// Cuts a page out of the selected alerts and writes its cursors.
pub(super) fn page<'a>(
    mut alerts: Vec<&'a Alert>,
    order: Order,
    place: &Place,
    limit: usize,
    filters: &Parameters,
) -> (Vec<&'a Alert>, Value) {
    alerts.sort_by_cached_key(|alert| order.key(alert));
    if order.descending {
        alerts.reverse();
    }
    let at = |cursor: &Cursor| (cursor.key.clone(), cursor.id.clone());
    let start = match place {
        Place::First => 0,
        Place::After(cursor) => alerts.partition_point(|alert| !order.is_before(&at(cursor), &order.key(alert))),
        Place::Before(cursor) => {
            alerts.partition_point(|alert| order.is_before(&order.key(alert), &at(cursor))).saturating_sub(limit)
        }
    };
    let end = match place {
        Place::First | Place::After(_) => alerts.len().min(start + limit),
        Place::Before(cursor) => alerts.partition_point(|alert| order.is_before(&order.key(alert), &at(cursor))),
    };

    let cursor = |alert: &Alert| {
        let (key, id) = order.key(alert);
        json!(Cursor::new(filters, key, id).encode())
    };
    let mut cursors = json!({});
    let page = alerts[start..end].to_vec();
    if let (Some(last), true) = (page.last(), end < alerts.len()) {
        cursors["after"] = cursor(last);
    }
    if let (Some(first), true) = (page.first(), start > 0) {
        cursors["before"] = cursor(first);
    }
    (page, json!({ "cursors": cursors }))
}
