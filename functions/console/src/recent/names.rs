//! Names of what is told by its id alone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use tokio::sync::Mutex;

use super::KEPT_FOR;

/// Names that were asked for, each read by itself: a page asks for a handful out of thousands.
#[derive(Debug)]
pub(crate) struct Names<K>(Mutex<BTreeMap<K, Known>>);

#[derive(Debug)]
struct Known {
    generation: u64,
    read_at: Timestamp,
    /// Nothing where the system does not know the id, which is not asked at every view either.
    name: Option<String>,
}

impl<K: Ord + Clone> Names<K> {
    /// The names of these as far as they are known. `read` is asked for those that are not, or not any more; nothing of it is kept
    /// when it answers nothing, which means that the system could not be asked.
    pub(crate) async fn get(
        &self,
        generation: u64,
        now: Timestamp,
        ids: &BTreeSet<K>,
        read: impl AsyncFnOnce(&[K]) -> Option<BTreeMap<K, String>>,
    ) -> BTreeMap<K, String> {
        let mut known = self.0.lock().await;
        // What is not looked at any more does not stay either.
        known.retain(|_, known| known.generation == generation && now < known.read_at + KEPT_FOR);
        let unknown: Vec<K> = ids.iter().filter(|id| !known.contains_key(id)).cloned().collect();
        if !unknown.is_empty()
            && let Some(mut found) = read(&unknown).await
        {
            known.extend(unknown.into_iter().map(|id| {
                let name = found.remove(&id);
                (id, Known { generation, read_at: now, name })
            }));
        }
        ids.iter().filter_map(|id| Some((id.clone(), known.get(id)?.name.clone()?))).collect()
    }
}

impl<K> Default for Names<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(ids: &[u32]) -> BTreeMap<u32, String> {
        ids.iter().filter(|id| **id < 10).map(|id| (*id, format!("name {id}"))).collect()
    }

    #[tokio::test]
    async fn only_names_that_are_not_known_yet_are_asked_for() {
        let (names, now) = (Names::default(), Timestamp::UNIX_EPOCH);
        let get = async |ids: &[u32], generation, now| {
            let (mut asked, ids) = (Vec::new(), ids.iter().copied().collect());
            let found = names
                .get(generation, now, &ids, async |unknown: &[u32]| {
                    asked = unknown.to_vec();
                    Some(named(unknown))
                })
                .await;
            (found, asked)
        };
        assert_eq!(get(&[1, 2], 1, now).await, (named(&[1, 2]), vec![1, 2]));
        assert_eq!(get(&[2, 3], 1, now).await, (named(&[2, 3]), vec![3]));
        assert_eq!(get(&[3, 99], 1, now).await, (named(&[3]), vec![99]));
        assert_eq!(get(&[99], 1, now).await, (named(&[]), vec![]), "that there is no name is known too");
        assert_eq!(get(&[2], 1, now + KEPT_FOR).await, (named(&[2]), vec![2]), "it is too old");
        assert_eq!(get(&[2], 2, now + KEPT_FOR).await, (named(&[2]), vec![2]), "something was saved");
    }

    #[tokio::test]
    async fn names_that_cannot_be_read_are_asked_for_again() {
        let (names, ids, now) = (Names::default(), [1].into(), Timestamp::UNIX_EPOCH);
        assert_eq!(names.get(1, now, &ids, async |_: &[u32]| None).await, BTreeMap::new());
        assert_eq!(names.get(1, now, &ids, async |unknown: &[u32]| Some(named(unknown))).await, named(&[1]));
    }
}
