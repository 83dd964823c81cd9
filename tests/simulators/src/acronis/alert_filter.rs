//! The filters of `GET /alerts`, which dismissal by filter shares.

use jiff::Timestamp;

use super::alert::Alert;
use super::alert_error::AlertRefusal;
use super::hierarchy::Hierarchy;
use super::id::{AlertId, TenantId};
use super::parameter::Parameters;
use super::quirks::Quirks;
use super::severity;

/// Which alerts are meant. Empty lists and absent conditions let everything pass.
#[derive(Debug, Default)]
pub(super) struct Filter {
    ids: Vec<AlertId>,
    skipped: Vec<AlertId>,
    types: Vec<String>,
    categories: Vec<String>,
    tenants: Vec<TenantId>,
    severities: Vec<Condition<usize>>,
    created: Vec<Condition<i128>>,
    updated: Vec<Condition<i128>>,
    deleted: Vec<Condition<i128>>,
    texts: Vec<(Field, TextCondition)>,
    query: Option<String>,
    show: Show,
}

/// Whether dismissed alerts are among the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Show {
    #[default]
    Open,
    All,
    Dismissed,
}

/// A comparison, or a list of alternatives.
#[derive(Debug)]
enum Condition<T> {
    OneOf(Vec<T>),
    Less(T),
    Greater(T),
    AtMost(T),
    AtLeast(T),
}

impl<T: PartialOrd> Condition<T> {
    fn holds(&self, value: &T) -> bool {
        match self {
            Self::OneOf(values) => values.contains(value),
            Self::Less(bound) => value < bound,
            Self::Greater(bound) => value > bound,
            Self::AtMost(bound) => value <= bound,
            Self::AtLeast(bound) => value >= bound,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Field {
    Source,
    SourceTimeStamp,
    PlanId,
    PlanName,
    ResourceId,
    ResourceName,
}

#[derive(Debug)]
enum TextCondition {
    OneOf(Vec<String>),
    Contains(String),
}

impl Filter {
    pub(super) fn parse(parameters: &Parameters, hierarchy: &Hierarchy, quirks: &Quirks) -> Result<Self, AlertRefusal> {
        let ids = |name| parameters.all(name).map(alert_id).collect::<Result<Vec<_>, _>>();
        let owned = |name| parameters.all(name).map(str::to_owned).collect::<Vec<_>>();
        let show = match (parameters.is_on("show_deleted_only"), parameters.is_on("show_deleted")) {
            (true, _) => Show::Dismissed,
            (false, true) => Show::All,
            (false, false) => Show::Open,
        };
        Ok(Self {
            ids: ids("id")?,
            skipped: ids("skip")?,
            types: owned("type"),
            categories: owned("category"),
            tenants: tenants(parameters, hierarchy, quirks)?,
            severities: conditions(parameters, "severity", severity::rank)?,
            created: conditions(parameters, "created_at", nanoseconds)?,
            updated: conditions(parameters, "updated_at", nanoseconds)?,
            deleted: conditions(parameters, "deleted_at", nanoseconds)?,
            texts: texts(parameters)?,
            query: parameters.one("query").map(str::to_lowercase),
            show,
        })
    }

    pub(super) fn keeps(&self, alert: &Alert, hierarchy: &Hierarchy, quirks: &Quirks) -> bool {
        let shown = match self.show {
            Show::Open => alert.deleted_at.is_none(),
            Show::All => true,
            Show::Dismissed => alert.deleted_at.is_some(),
        };
        shown
            && (self.ids.is_empty() || self.ids.contains(&alert.id))
            && !self.skipped.contains(&alert.id)
            && (self.types.is_empty() || self.types.contains(&alert.alert_type))
            && (self.categories.is_empty() || self.categories.contains(&alert.category))
            && (self.tenants.is_empty() || self.tenants.iter().any(|tenant| is_at(alert, *tenant, hierarchy, quirks)))
            && all_hold(&self.severities, severity::rank(&alert.severity))
            && all_hold(&self.created, Some(alert.created_at.as_nanosecond()))
            && all_hold(&self.updated, Some(alert.updated_at.as_nanosecond()))
            && all_hold(&self.deleted, alert.deleted_at.map(Timestamp::as_nanosecond))
            && self.texts.iter().all(|(field, condition)| condition.holds(field.of(alert)))
            && self.query.as_ref().is_none_or(|text| {
                [alert.plan_name(), alert.resource_name()]
                    .into_iter()
                    .flatten()
                    .any(|name| name.to_lowercase().contains(text))
            })
    }
}

impl Field {
    fn of(self, alert: &Alert) -> Option<&str> {
        match self {
            Self::Source => alert.source.as_deref(),
            Self::SourceTimeStamp => alert.source_time_stamp.as_deref(),
            Self::PlanId => alert.plan_id(),
            Self::PlanName => alert.plan_name(),
            Self::ResourceId => alert.resource_id(),
            Self::ResourceName => alert.resource_name(),
        }
    }
}

impl TextCondition {
    fn holds(&self, value: Option<&str>) -> bool {
        let Some(value) = value else { return false };
        match self {
            Self::OneOf(values) => values.iter().any(|wanted| wanted.eq_ignore_ascii_case(value)),
            Self::Contains(part) => value.to_lowercase().contains(part),
        }
    }
}

/// An alert id in a request, in either letter case.
pub(super) fn alert_id(text: &str) -> Result<AlertId, AlertRefusal> {
    text.parse().map_err(|_| AlertRefusal::BadRequest(format!("{text:?} is not an alert id")))
}

fn is_at(alert: &Alert, tenant: TenantId, hierarchy: &Hierarchy, quirks: &Quirks) -> bool {
    alert.tenant == tenant || (quirks.tenant_filter_takes_in_subtree && hierarchy.is_within(alert.tenant, tenant))
}

fn tenants(parameters: &Parameters, hierarchy: &Hierarchy, quirks: &Quirks) -> Result<Vec<TenantId>, AlertRefusal> {
    let mut tenants = Vec::new();
    for text in parameters.all("tenant") {
        for value in alternatives(text) {
            let number = value.parse().ok().filter(|_| quirks.tenant_filter_takes_number);
            let by_number = number.and_then(|number: u64| hierarchy.all().find(|tenant| tenant.number == number));
            let id = by_number.map_or_else(|| value.parse(), |tenant| Ok(tenant.id));
            tenants.push(id.map_err(|_| AlertRefusal::BadRequest(format!("tenant: {value:?} is not a tenant id")))?);
        }
    }
    Ok(tenants)
}

fn texts(parameters: &Parameters) -> Result<Vec<(Field, TextCondition)>, AlertRefusal> {
    let exact = [
        ("source", Field::Source),
        ("source_time_stamp", Field::SourceTimeStamp),
        ("planId", Field::PlanId),
        ("resourceId", Field::ResourceId),
    ];
    let partial = [("planName", Field::PlanName), ("resourceName", Field::ResourceName)];
    let mut texts = Vec::new();
    for (name, field) in exact {
        for value in parameters.all(name) {
            texts.push((field, TextCondition::OneOf(alternatives(value).into_iter().map(str::to_owned).collect())));
        }
    }
    for (name, field) in partial {
        for value in parameters.all(name) {
            let condition = match operator(value) {
                None => TextCondition::Contains(value.to_lowercase()),
                Some(("eq" | "or", _)) => {
                    TextCondition::OneOf(alternatives(value).into_iter().map(str::to_owned).collect())
                }
                Some((other, _)) => return Err(AlertRefusal::BadRequest(format!("{name}: unknown operator {other}"))),
            };
            texts.push((field, condition));
        }
    }
    Ok(texts)
}

fn conditions<T: PartialOrd>(
    parameters: &Parameters,
    name: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<Condition<T>>, AlertRefusal> {
    let refuse = |text: &str| AlertRefusal::BadRequest(format!("{name}: cannot read {text:?}"));
    let value = |text: &str| read(text).ok_or_else(|| refuse(text));
    parameters
        .all(name)
        .map(|text| match operator(text) {
            None | Some(("eq" | "or", _)) => {
                alternatives(text).into_iter().map(value).collect::<Result<_, _>>().map(Condition::OneOf)
            }
            Some(("lt", bound)) => value(bound).map(Condition::Less),
            Some(("gt", bound)) => value(bound).map(Condition::Greater),
            Some(("le", bound)) => value(bound).map(Condition::AtMost),
            Some(("ge", bound)) => value(bound).map(Condition::AtLeast),
            Some(_) => Err(refuse(text)),
        })
        .collect()
}

fn all_hold<T: PartialOrd + Copy>(conditions: &[Condition<T>], value: Option<T>) -> bool {
    conditions.iter().all(|condition| value.is_some_and(|value| condition.holds(&value)))
}

fn nanoseconds(text: &str) -> Option<i128> {
    text.parse().ok()
}

/// Splits `op(arguments)`; none for a bare value.
fn operator(text: &str) -> Option<(&str, &str)> {
    let (operator, rest) = text.split_once('(')?;
    let is_word = !operator.is_empty() && operator.bytes().all(|byte| byte.is_ascii_lowercase());
    Some((operator, rest.strip_suffix(')')?)).filter(|_| is_word)
}

/// The values of `or(a,b)`, `eq(a)` or a bare `a`.
fn alternatives(text: &str) -> Vec<&str> {
    match operator(text) {
        Some(("or", values)) => values.split(',').map(str::trim).collect(),
        Some(("eq", value)) => vec![value],
        _ => vec![text],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_is_a_word_before_brackets() {
        assert_eq!(operator("ge(15)"), Some(("ge", "15")));
        assert_eq!(operator("Servers (daily)"), None);
        assert_eq!(operator("15"), None);
        assert_eq!(alternatives("or(a, b)"), ["a", "b"]);
        assert_eq!(alternatives("a"), ["a"]);
    }

    #[test]
    fn a_condition_never_holds_for_a_value_that_is_missing() {
        let conditions = [Condition::AtMost(5)];
        assert!(!all_hold(&conditions, None));
        assert!(all_hold(&conditions, Some(5)));
        assert!(!all_hold(&conditions, Some(6)));
        assert!(all_hold::<i32>(&[], None));
    }
}
