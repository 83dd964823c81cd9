//! Rule B3: what becomes of a form when somebody else has saved since it was made.
//!
//! A form carries what it showed at first. So it can be told what the person has changed: that stays filled in, and everything else
//! takes the value that is saved now. Nobody puts back what a colleague has saved by sending the same form once more.

use std::collections::BTreeSet;

use super::{Form, Refusal};
use crate::error::Field;

/// The field in which a form carries what it showed at first.
const WAS: &str = "was";

/// A field that both have changed, each to another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conflict {
    pub(crate) name: String,
    /// What is saved now.
    pub(crate) now: String,
    pub(crate) yours: String,
}

/// What is filled in on a page with settings.
pub(crate) enum Entered {
    /// What is saved.
    Nothing,
    /// What was sent, and why it was refused.
    Sent(Form, Option<Refusal>),
    /// What was sent after somebody else had saved.
    Stale(Form),
    /// What is saved: a button was refused that sends no fields.
    Refused(Refusal),
}

impl Entered {
    /// The form to show, given the one of what is saved. `told` says what a field is called, and a value of it.
    pub(crate) fn over(
        self,
        saved: impl FnOnce() -> Form,
        version: u64,
        told: impl Fn(&str, &str) -> (String, String),
    ) -> Edited {
        match self {
            Self::Nothing => Edited::saved(saved(), version),
            Self::Sent(form, refusal) => Edited::sent(form, refusal),
            Self::Stale(form) => Edited::stale(&form, &saved(), version, told),
            Self::Refused(refusal) => Edited { refusal: Some(refusal), ..Edited::saved(saved(), version) },
        }
    }
}

/// A form with settings as a page shows it, and what the page has to carry along.
pub(crate) struct Edited {
    pub(crate) form: Form,
    /// The version that it was made from.
    pub(crate) version: u64,
    /// What it showed at first.
    pub(crate) was: String,
    pub(crate) refusal: Option<Refusal>,
}

impl Edited {
    /// As it is saved.
    fn saved(form: Form, version: u64) -> Self {
        Self { was: form.to_text(), form, version, refusal: None }
    }

    /// As it was sent: it stays the form of its version.
    fn sent(form: Form, refusal: Option<Refusal>) -> Self {
        let (version, was) = (form.number("version").ok().flatten().unwrap_or_default(), form.text(WAS).to_owned());
        Self { form, version, was, refusal }
    }

    /// As it was sent, over what somebody else has saved since. `told` says what a field is called, and a value of it.
    fn stale(sent: &Form, saved: &Form, version: u64, told: impl Fn(&str, &str) -> (String, String)) -> Self {
        let (form, conflicts) = sent.over(saved);
        let field = |Conflict { name, now, yours }: Conflict| {
            let ((label, now), (_, yours)) = (told(&name, &now), told(&name, &yours));
            Field { field: name, message: format!("{label}: saved now is {now}, yours is {yours}") }
        };
        let fields: Vec<Field> = conflicts.into_iter().map(field).collect();
        let ask = match fields.is_empty() {
            true => {
                "what you changed is still filled in, and everything else is as it is saved now: look at it, and apply again"
            }
            false => {
                "you both changed what is listed here: choose, and apply again; everything else that you did not change is as \
                      it is saved now"
            }
        };
        let refusal = Some(Refusal { message: format!("somebody else has saved in the meantime: {ask}"), fields });
        Self { form, version, was: saved.to_text(), refusal }
    }
}

impl Form {
    /// All of it as one text, to be carried along.
    pub(crate) fn to_text(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(self.pairs()).finish()
    }

    /// What such a text stands for; nothing of what is none.
    pub(crate) fn of_text(text: &str) -> Self {
        Self(url::form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// What it showed at first, if it says so.
    pub(crate) fn was(&self) -> Option<Self> {
        self.filled(WAS).map(Self::of_text)
    }

    /// This form over what is saved `now`: fields that were not touched take the saved value. Of a form that does not say what it
    /// showed at first everything counts as touched. Fields that `now` has no say in stay as they are.
    pub(crate) fn over(&self, now: &Self) -> (Self, Vec<Conflict>) {
        let was = self.was();
        let before = was.iter().flat_map(Self::pairs);
        let names: BTreeSet<&str> = before.chain(now.pairs()).map(|(name, _)| name).collect();
        let (mut merged, mut conflicts) = (Vec::new(), Vec::new());
        for name in &names {
            let (mine, theirs) = (self.all(name), now.all(name));
            let was = was.as_ref().map(|was| was.all(name));
            let is_touched = was.as_ref() != Some(&mine);
            if is_touched && mine != theirs && was.as_ref() != Some(&theirs) {
                let (now, yours) = (theirs.join(", "), mine.join(", "));
                conflicts.push(Conflict { name: (*name).to_owned(), now, yours });
            }
            let values = if is_touched { mine } else { theirs };
            merged.extend(values.into_iter().map(|value| ((*name).to_owned(), value.to_owned())));
        }
        let others = self.pairs().filter(|(name, _)| !names.contains(name) && *name != WAS);
        merged.extend(others.map(|(name, value)| (name.to_owned(), value.to_owned())));
        (Self(merged), conflicts)
    }

    /// What is filled in for a name, in no order; nothing where it is empty, as a box that is not ticked is.
    fn all<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        let mut values: Vec<&str> = self.values(name).filter(|value| !value.is_empty()).collect();
        values.sort_unstable();
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Form {
        pairs.iter().copied().collect()
    }

    /// A form that showed `was` and was filled in.
    fn sent(was: &Form, pairs: &[(&str, &str)]) -> Form {
        let was = was.to_text();
        pairs.iter().copied().chain([(WAS, was.as_str())]).collect()
    }

    #[test]
    fn b3_what_nobody_touched_takes_the_value_that_somebody_else_saved() {
        let was = form(&[("status", "7"), ("queue", "1"), ("enabled", "on")]);
        let mine = sent(&was, &[("status", "7"), ("queue", "1"), ("enabled", "on"), ("note", "on"), ("do", "apply")]);
        let now = form(&[("status", "5"), ("queue", "1")]);
        let (merged, conflicts) = mine.over(&now);
        assert_eq!((merged.text("status"), merged.text("queue"), merged.text("do")), ("5", "1", "apply"));
        assert!(!merged.is_ticked("enabled"), "it was switched off meanwhile");
        assert!(merged.is_ticked("note"), "what was entered stays");
        assert_eq!(conflicts, []);
    }

    #[test]
    fn b3_what_both_have_changed_is_told_and_stays_as_entered() {
        let was = form(&[("status", "1"), ("queue", "1")]);
        let (merged, conflicts) =
            sent(&was, &[("status", "7"), ("queue", "2")]).over(&form(&[("status", "5"), ("queue", "2")]));
        assert_eq!((merged.text("status"), merged.text("queue")), ("7", "2"));
        let told = Conflict { name: "status".to_owned(), now: "5".to_owned(), yours: "7".to_owned() };
        assert_eq!(conflicts, [told], "both chose the same queue");
    }

    #[test]
    fn b3_of_a_form_that_does_not_say_what_it_showed_every_difference_is_told() {
        let (merged, conflicts) =
            form(&[("status", "7"), ("queue", "1")]).over(&form(&[("status", "5"), ("queue", "1")]));
        assert_eq!((merged.text("status"), conflicts.len()), ("7", 1));
    }

    #[test]
    fn a_form_comes_through_a_text_as_it_was() {
        let odd = form(&[("a", "x & y=ü"), ("a", ""), ("b c", "1")]);
        assert_eq!(Form::of_text(&odd.to_text()), odd);
    }
}
