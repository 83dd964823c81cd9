//! What a condition says about ids and indexed fields, so that a query need not walk a whole table.

use std::cmp::Ordering;

use super::{Comparison, Condition, Operand, Source};

/// Bounds that every matching record keeps. They may let more records through than match, never fewer.
#[derive(Debug, Default)]
pub(in super::super) struct Bounds {
    first: i64,
    ids: Option<Vec<i64>>,
    keys: Vec<(&'static str, Vec<i64>)>,
}

impl Bounds {
    /// The bounds of records with this value in an indexed field.
    pub fn of_key(field: &'static str, key: i64) -> Self {
        Self { keys: vec![(field, vec![key])], ..Self::default() }
    }

    /// The bounds of the record with this id.
    pub fn of_id(id: i64) -> Self {
        Self { ids: Some(vec![id]), ..Self::default() }
    }

    /// The same, and ids after this one only.
    pub fn after(mut self, id: i64) -> Self {
        self.first = self.first.max(id.saturating_add(1));
        self
    }

    /// The lowest possible id.
    pub fn first(&self) -> i64 {
        self.first
    }

    /// The only possible ids.
    pub fn ids(&self) -> Option<&[i64]> {
        self.ids.as_deref()
    }

    /// The only possible values of an indexed field.
    pub fn keys(&self, field: &str) -> Option<&[i64]> {
        self.keys.iter().find(|(name, _)| *name == field).map(|(_, keys)| keys.as_slice())
    }

    /// The indexed field with the fewest possible values, and these.
    pub fn narrowest(&self) -> Option<(&'static str, &[i64])> {
        self.keys.iter().min_by_key(|(_, keys)| keys.len()).map(|(name, keys)| (*name, keys.as_slice()))
    }
}

impl Condition {
    /// The bounds of what satisfies it.
    pub fn bounds(&self) -> Bounds {
        let mut bounds = Bounds::default();
        self.narrow(&mut bounds);
        bounds
    }

    fn narrow(&self, bounds: &mut Bounds) {
        match self {
            Self::All(items) => items.iter().for_each(|item| item.narrow(bounds)),
            // Another alternative may allow what this one excludes.
            Self::Any(items) => {
                if let [only] = items.as_slice() {
                    only.narrow(bounds);
                }
            }
            Self::Test(test) => {
                let Source::Field(field) = test.source else { return };
                let is_id = field.name == "id";
                match (&test.comparison, test.comparison.whole_numbers()) {
                    (_, Some(values)) if is_id => bounds.ids = Some(values),
                    (_, Some(values)) if field.indexed => bounds.keys.push((&field.name, values)),
                    (Comparison::Ordered(fits, Operand::Number(limit)), None) if is_id && !fits(Ordering::Less) => {
                        // `gt` and `gte`, and `noteq` is neither.
                        bounds.first = bounds.first.max(limit.floor() as i64);
                    }
                    _ => {}
                }
            }
        }
    }
}

impl Comparison {
    /// The values that it allows, when these are whole numbers.
    fn whole_numbers(&self) -> Option<Vec<i64>> {
        let whole = |operand: &Operand| match operand {
            Operand::Number(number) if number.fract() == 0.0 => Some(*number as i64),
            _ => None,
        };
        match self {
            Self::Ordered(fits, operand)
                if fits(Ordering::Equal) && !fits(Ordering::Less) && !fits(Ordering::Greater) =>
            {
                whole(operand).map(|value| vec![value])
            }
            // A value that is no whole number equals no id and no reference.
            Self::In(values) => Some(values.iter().filter_map(whole).collect()),
            _ => None,
        }
    }
}
