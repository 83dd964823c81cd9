//! The settings that hold for all connections, between the form and the document. What was typed is kept as it is, so that a form
//! that was refused shows it again.

use std::collections::BTreeSet;

use bridge_core::settings::Problem;
use bridge_core::settings::billing::{Billing, Deprovisioning, Guards, NoSellingContract, Pricing, Provisioning};

use crate::pages::form::Form;

/// What is usual, shown where nothing was chosen yet.
const DISABLE_AFTER_DAYS: &str = "10";
const DELETE_AFTER_DAYS: &str = "30";

/// The fields as they are filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Switches {
    pub(super) enabled: bool,
    pub(super) zeroes: bool,
    pub(super) never_below_usage: bool,
    pub(super) brake: bool,
    pub(super) keep_raises_hours: String,
    pub(super) automatic: bool,
    pub(super) connection: String,
    pub(super) company_types: BTreeSet<i64>,
    pub(super) is_trial: bool,
    pub(super) administrator: bool,
    pub(super) language: String,
    pub(super) disables: bool,
    pub(super) disable_after_days: String,
    pub(super) deletes: bool,
    pub(super) delete_after_days: String,
}

impl Switches {
    pub(super) fn of(billing: &Billing) -> Self {
        let Billing { enabled, no_selling_contract, guards, keep_raises_hours, provisioning, deprovisioning } = billing;
        let Provisioning { automatic, connection, company_types, pricing, administrator, language } = provisioning;
        let Deprovisioning { disable_after_days, delete_after_days } = deprovisioning;
        let days = |days: &Option<u32>, usual: &str| days.map_or_else(|| usual.to_owned(), |days| days.to_string());
        Self {
            enabled: *enabled,
            zeroes: *no_selling_contract == NoSellingContract::Zero,
            never_below_usage: guards.never_below_usage,
            brake: guards.brake,
            keep_raises_hours: keep_raises_hours.to_string(),
            automatic: *automatic,
            connection: connection.as_ref().map(ToString::to_string).unwrap_or_default(),
            company_types: company_types.iter().copied().collect(),
            is_trial: *pricing == Pricing::Trial,
            administrator: *administrator,
            language: language.clone(),
            disables: disable_after_days.is_some(),
            disable_after_days: days(disable_after_days, DISABLE_AFTER_DAYS),
            deletes: delete_after_days.is_some(),
            delete_after_days: days(delete_after_days, DELETE_AFTER_DAYS),
        }
    }

    pub(super) fn of_form(form: &Form) -> Self {
        Self {
            enabled: form.is_ticked("enabled"),
            zeroes: form.text("no_selling_contract") == "zero",
            never_below_usage: form.is_ticked("guards.never_below_usage"),
            brake: form.is_ticked("guards.brake"),
            keep_raises_hours: form.text("keep_raises_hours").to_owned(),
            automatic: form.is_ticked("provisioning.automatic"),
            connection: form.text("provisioning.connection").to_owned(),
            company_types: form.values("provisioning.company_types").filter_map(|text| text.parse().ok()).collect(),
            is_trial: form.text("provisioning.pricing") == "trial",
            administrator: form.is_ticked("provisioning.administrator"),
            language: form.text("provisioning.language").to_owned(),
            disables: form.is_ticked("disables"),
            disable_after_days: form.text("deprovisioning.disable_after_days").to_owned(),
            deletes: form.is_ticked("deletes"),
            delete_after_days: form.text("deprovisioning.delete_after_days").to_owned(),
        }
    }

    /// The fields with what is filled in.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let either = |is_first: bool, first: &str, second: &str| if is_first { first } else { second }.to_owned();
        let mut pairs = vec![
            ("no_selling_contract", either(self.zeroes, "zero", "hold")),
            ("keep_raises_hours", self.keep_raises_hours.clone()),
            ("provisioning.connection", self.connection.clone()),
            ("provisioning.pricing", either(self.is_trial, "trial", "production")),
            ("provisioning.language", self.language.clone()),
            ("deprovisioning.disable_after_days", self.disable_after_days.clone()),
            ("deprovisioning.delete_after_days", self.delete_after_days.clone()),
        ];
        pairs.extend(self.company_types.iter().map(|value| ("provisioning.company_types", value.to_string())));
        let boxes = [
            ("enabled", self.enabled),
            ("guards.never_below_usage", self.never_below_usage),
            ("guards.brake", self.brake),
            ("provisioning.automatic", self.automatic),
            ("provisioning.administrator", self.administrator),
            ("disables", self.disables),
            ("deletes", self.deletes),
        ];
        pairs.extend(boxes.into_iter().filter(|(_, is_ticked)| *is_ticked).map(|(name, _)| (name, "on".to_owned())));
        pairs
    }

    /// The settings that these are.
    ///
    /// # Errors
    /// Each field that is not what it must be.
    pub(super) fn billing(&self, current: &Billing) -> Result<Billing, Vec<Problem>> {
        let mut problems = self.typed_beside_a_box(current);
        let mut number = |field: &str, is_used: bool, text: &str, what: &str| {
            let number = text.parse::<u32>().ok().filter(|_| is_used);
            if is_used && number.is_none() {
                let message = format!("{what}: “{text}” is no whole number");
                problems.push(Problem { field: field.to_owned(), message });
            }
            number
        };
        let keep_raises_hours =
            number("keep_raises_hours", true, &self.keep_raises_hours, "Hours for which a raise by hand is kept");
        let disable_after_days = number(
            "deprovisioning.disable_after_days",
            self.disables,
            &self.disable_after_days,
            "Days until a customer is disabled",
        );
        let delete_after_days = number(
            "deprovisioning.delete_after_days",
            self.deletes,
            &self.delete_after_days,
            "Days until a disabled customer is deleted",
        );
        if !problems.is_empty() {
            return Err(problems);
        }
        let is_same = self.company_types == current.provisioning.company_types.iter().copied().collect();
        Ok(Billing {
            enabled: self.enabled,
            no_selling_contract: if self.zeroes { NoSellingContract::Zero } else { NoSellingContract::Hold },
            guards: Guards { never_below_usage: self.never_below_usage, brake: self.brake },
            keep_raises_hours: keep_raises_hours.unwrap_or(current.keep_raises_hours),
            provisioning: Provisioning {
                automatic: self.automatic,
                connection: Some(&self.connection).filter(|id| !id.is_empty()).map(|id| id.as_str().into()),
                // In the order in which they were chosen, so that a form that changes nothing makes no other document.
                company_types: match is_same {
                    true => current.provisioning.company_types.clone(),
                    false => self.company_types.iter().copied().collect(),
                },
                pricing: if self.is_trial { Pricing::Trial } else { Pricing::Production },
                administrator: self.administrator,
                language: self.language.clone(),
            },
            deprovisioning: Deprovisioning { disable_after_days, delete_after_days },
        })
    }
}

impl Switches {
    /// Days that were typed where their box is not ticked. Dropped in silence, they would be taken for saved.
    fn typed_beside_a_box(&self, current: &Billing) -> Vec<Problem> {
        let saved = Self::of(current);
        let fields = [
            (
                "disable",
                self.disables,
                &self.disable_after_days,
                [saved.disable_after_days.as_str(), DISABLE_AFTER_DAYS],
            ),
            ("delete", self.deletes, &self.delete_after_days, [saved.delete_after_days.as_str(), DELETE_AFTER_DAYS]),
        ];
        let typed = fields
            .into_iter()
            .filter(|(_, is_ticked, text, shown)| !is_ticked && !text.is_empty() && !shown.contains(&text.as_str()));
        typed
            .map(|(what, ..)| Problem {
                field: format!("deprovisioning.{what}_after_days"),
                message: "this counts only with the box above it: tick the box, or take this back".to_owned(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Billing {
        Billing {
            enabled: true,
            keep_raises_hours: 12,
            provisioning: Provisioning {
                automatic: true,
                connection: Some("partner".into()),
                company_types: vec![3, 1],
                pricing: Pricing::Trial,
                administrator: true,
                language: "de".to_owned(),
            },
            deprovisioning: Deprovisioning { disable_after_days: Some(7), delete_after_days: None },
            ..Billing::default()
        }
    }

    #[test]
    fn v1_a_form_that_nothing_was_changed_in_is_the_same_settings() {
        for billing in [Billing::default(), some()] {
            let switches = Switches::of(&billing);
            assert_eq!(Switches::of_form(&switches.pairs().into_iter().collect()), switches);
            assert_eq!(switches.billing(&billing), Ok(billing));
        }
    }

    #[test]
    fn v6_days_count_only_where_their_box_is_ticked() {
        let unticked = Switches { disables: false, ..Switches::of(&some()) };
        let billing = unticked.billing(&some()).unwrap();
        assert_eq!(billing.deprovisioning, Deprovisioning::default(), "the number that was there may stay");
        let typed = Switches { disable_after_days: "soon".to_owned(), ..unticked };
        assert_eq!(typed.billing(&some()).unwrap_err()[0].field, "deprovisioning.disable_after_days");
        let ticked = Switches { disables: true, deletes: true, ..typed };
        let fields: Vec<String> = ticked.billing(&some()).unwrap_err().into_iter().map(|it| it.field).collect();
        assert_eq!(fields, ["deprovisioning.disable_after_days"]);
    }
}
