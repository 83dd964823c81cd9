//! What was sold, allowed and used of each item by each customer, as a month left it (rule P16).

mod export;
mod view;

use std::collections::BTreeSet;

use billing::report::{self, Customer, Month};
use bridge_core::id::AccountId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Deps;
use crate::activity::Format;
use crate::error::Error;
use crate::page::{fits, of_cursor, rows, to_cursor};
use crate::wording::{self, Names};

pub use export::csv;
pub(crate) use export::parts;
pub use view::{CustomerView, LineView, Total};
use view::{Sum, line_view};

/// A month's report, or a part of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Report")]
pub struct View {
    /// The month, such as `2026-11`, in the installation's time zone.
    pub month: String,
    /// Whether it has ended: then nothing changes it any more.
    pub is_closed: bool,
    /// The months of which there is a report, newest first.
    pub months: Vec<String>,
    /// Customers by name, each with its items.
    pub items: Vec<CustomerView>,
    /// Each item over all customers that fit, not over those of this part alone.
    pub totals: Vec<Total>,
    /// How many customers fit.
    pub customers: usize,
    /// To be given as `after` for the next part; nothing after the last one.
    pub next: Option<String>,
}

/// Which part of which report.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReportFilter")]
pub struct Filter {
    /// The month, such as `2026-11`; the present one unless given.
    pub month: Option<String>,
    /// Part of the account's or its tenant's name, or the account's id.
    pub search: Option<String>,
    /// Only lines of this sort.
    pub only: Option<Only>,
    /// Customers on the page, 1 to 500; 50 unless given. A file has as many as fit into it.
    pub limit: Option<usize>,
    /// `next` of the part before.
    pub after: Option<String>,
    /// `json`, or `csv` for a file.
    #[serde(default)]
    pub format: Format,
}

/// Sorts of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ReportOnly")]
pub enum Only {
    /// More is used than is sold, or the quota is not what the contracts ask for.
    Differences,
    /// A change of the quota waits for something.
    Held,
}

/// Where a customer stands in the report.
type Place = (String, i64);

/// A report with the customers that fit, in the order of their names.
struct Fitting {
    month: Month,
    current: Month,
    report: report::Report,
    customers: Vec<(Place, AccountId)>,
    only: Option<Only>,
}

/// A part of a month's report.
///
/// # Errors
/// The table cannot be read, or there is no such month.
pub async fn read(deps: &Deps, filter: &Filter) -> Result<View, Error> {
    let limit = rows(filter.limit)?;
    let after: Option<Place> = filter.after.as_deref().map(of_cursor).transpose()?;
    let fitting = Fitting::read(deps, filter).await?;
    let mut from_here = fitting.after(after.as_ref());
    let shown: Vec<_> = from_here.by_ref().take(limit).collect();
    let next = from_here.next().and_then(|_| shown.last()).map(|(place, ..)| to_cursor(place));
    let months = report::months(&deps.systems.table, fitting.current).await?;
    let sums = fitting.sums();
    let names = fitting.names(deps, shown.iter().map(|(_, _, customer)| *customer), &sums).await?;
    let customer = |(_, account, customer): &(&Place, AccountId, &Customer)| CustomerView {
        account: *account,
        name: customer.name.clone(),
        tenant: customer.tenant.clone(),
        tenant_name: customer.tenant_name.clone(),
        lines: fitting.lines(customer).map(|line| line_view(line, &names)).collect(),
    };
    Ok(View {
        month: fitting.month.to_string(),
        is_closed: fitting.month < fitting.current,
        months: months.iter().map(Month::to_string).collect(),
        items: shown.iter().map(customer).collect(),
        totals: sums.into_iter().map(|sum| sum.view(&names)).collect(),
        customers: fitting.customers.len(),
        next,
    })
}

impl Fitting {
    async fn read(deps: &Deps, filter: &Filter) -> Result<Self, Error> {
        let config = deps.systems.config().await?;
        let current = Month::of(billing::today(&config.settings, deps.systems.clock.now()));
        let month = match &filter.month {
            Some(text) => text.parse().map_err(|error: report::NoMonth| Error::field("month", error.to_string()))?,
            None => current,
        };
        let report = report::Report::stored(&deps.systems.table, month).await?;
        let only = filter.only;
        let search = filter.search.as_deref();
        let is_found = |(id, customer): &(&AccountId, &Customer)| {
            fits(&customer.name, search)
                || fits(&customer.tenant_name, search)
                || search.is_some_and(|search| search.trim() == id.0.to_string())
        };
        let found = report.customers().iter().filter(is_found);
        let has_lines = |customer: &Customer| report.lines(customer).any(|(.., line)| is_wanted(line, only));
        let found = found.filter(|(_, customer)| has_lines(customer));
        let mut customers: Vec<(Place, AccountId)> =
            found.map(|(id, customer)| ((customer.name.to_lowercase(), id.0), *id)).collect();
        customers.sort_unstable();
        Ok(Self { month, current, customers, only, report })
    }

    /// The customers after that place.
    fn after<'a>(
        &'a self,
        after: Option<&'a Place>,
    ) -> impl Iterator<Item = (&'a Place, AccountId, &'a Customer)> + use<'a> {
        let rest = self.customers.iter().filter(move |(place, _)| after.is_none_or(|after| place > after));
        rest.filter_map(|(place, id)| Some((place, *id, self.report.customers().get(id)?)))
    }

    /// The lines of a customer that fit.
    fn lines<'a>(&'a self, customer: &'a Customer) -> impl Iterator<Item = view::Of<'a>> + use<'a> {
        self.report.lines(customer).filter(|(.., line)| is_wanted(line, self.only))
    }

    /// Each item over all customers, in the order of their labels.
    fn sums(&self) -> Vec<Sum> {
        Sum::over(self.after(None).flat_map(|(_, _, customer)| self.lines(customer)))
    }

    /// The names of what these customers' lines and the totals tell by ids.
    async fn names<'a>(
        &self,
        deps: &Deps,
        customers: impl Iterator<Item = &'a Customer>,
        sums: &[Sum],
    ) -> Result<Names, Error> {
        let (mut services, mut storages) = (BTreeSet::new(), BTreeSet::new());
        for customer in customers {
            for (item, _, line) in self.report.lines(customer) {
                services.extend(line.service);
                storages.extend(item.infra.clone());
            }
        }
        storages.extend(sums.iter().filter_map(|sum| sum.item.infra.clone()));
        wording::names_of(deps, services, storages).await
    }
}

fn is_wanted(line: &report::Line, only: Option<Only>) -> bool {
    match only {
        None => true,
        Some(Only::Differences) => line.differs(),
        Some(Only::Held) => line.held.is_some(),
    }
}
