use std::collections::BTreeMap;

/// Values of which thousands of records have one each, kept once and named by their place. Places never change, so that records
/// may be stored with them.
#[derive(Debug)]
pub(crate) struct Interned<V> {
    list: Vec<V>,
    places: BTreeMap<V, u16>,
}

impl<V: Clone + Ord> Interned<V> {
    /// Goes on from a list that was stored.
    pub(crate) fn from_list(list: Vec<V>) -> Self {
        let places = (0..).zip(&list).map(|(place, value)| (value.clone(), place)).collect();
        Self { list, places }
    }

    /// The place of a value; `None` when there are more values than anything real has.
    pub(crate) fn place(&mut self, value: V) -> Option<u16> {
        if let Some(place) = self.places.get(&value) {
            return Some(*place);
        }
        let place = u16::try_from(self.list.len()).ok()?;
        self.list.push(value.clone());
        self.places.insert(value, place);
        Some(place)
    }

    /// The value at a place.
    pub(crate) fn get(&self, place: u16) -> Option<&V> {
        self.list.get(usize::from(place))
    }

    /// All values in the order of their places.
    pub(crate) fn list(&self) -> &[V] {
        &self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_keeps_its_place_across_a_restart() {
        let mut interned = Interned::from_list(Vec::new());
        let places = ["a", "b", "a"].map(|value| interned.place(value));
        assert_eq!(places, [Some(0), Some(1), Some(0)]);
        let mut again = Interned::from_list(interned.list().to_vec());
        assert_eq!((again.place("c"), again.place("b")), (Some(2), Some(1)));
        assert_eq!((again.get(2), again.get(3)), (Some(&"c"), None));
    }
}
