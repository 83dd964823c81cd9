//! What every record can rely on.

use std::time::Duration;

use ::store::record::Connection;
use ::store::table::{Committed, Deleted, Due, Error, Inserted, Key, Order, Query, Read, Record, Replaced, Stored};
use anyhow::{Context as _, Result, bail};
use futures::future::join_all;
use jiff::SignedDuration;

use super::World;
use super::probe::{NewProbe, NewestProbe, Probe};

async fn new_probe(world: &dyn World, id: &str, text: &str) -> Result<Stored<Probe>> {
    match world.table().insert(Probe::new(id, text)).await? {
        Inserted::New(stored) => Ok(stored),
        Inserted::Exists(stored) => bail!("{stored:?} was there already"),
    }
}

/// A record is read as it was written, whatever its fields are called.
pub async fn a_record_is_read_as_it_was_written(world: &dyn World) -> Result<()> {
    let written = new_probe(world, "a", "text").await?;
    assert_eq!(world.table().get::<Probe>(&"a".into(), Read::Strong).await?, Some(written));
    assert_eq!(world.table().get::<Probe>(&"b".into(), Read::Strong).await?, None);
    Ok(())
}

/// An insert leaves an existing record alone and returns it.
pub async fn an_insert_returns_the_record_that_was_first(world: &dyn World) -> Result<()> {
    let first = new_probe(world, "a", "first").await?;
    let second = world.table().insert(Probe::new("a", "second")).await?;
    assert_eq!(second, Inserted::Exists(first));
    Ok(())
}

/// A write at an old version changes nothing and returns the record as it is now.
pub async fn a_late_write_loses_and_learns_the_present_record(world: &dyn World) -> Result<()> {
    let read = new_probe(world, "a", "first").await?;
    let change = |text: &str| read.clone().map(|probe| Probe { ver: text.to_owned(), ..probe });
    let Replaced::Done(now) = world.table().replace(change("second")).await? else { bail!("nobody else wrote") };
    assert_eq!(world.table().replace(change("third")).await?, Replaced::Conflict(Some(now.clone())));
    assert_eq!(world.table().delete(&read).await?, Deleted::Conflict(Some(now.clone())));
    assert_eq!(world.table().delete(&now).await?, Deleted::Done);
    assert_eq!(world.table().replace(now.clone()).await?, Replaced::Conflict(None));
    assert_eq!(world.table().delete(&now).await?, Deleted::Conflict(None));
    Ok(())
}

/// A version read before a record was removed and made anew does not fit the new one.
pub async fn a_version_of_a_removed_record_does_not_fit_its_successor(world: &dyn World) -> Result<()> {
    let old = new_probe(world, "a", "old").await?;
    world.table().delete(&old).await?;
    let new = new_probe(world, "a", "new").await?;
    assert_eq!(world.table().delete(&old).await?, Deleted::Conflict(Some(new)));
    Ok(())
}

/// Of many writers at one version exactly one wins.
pub async fn of_many_writers_one_wins(world: &dyn World) -> Result<()> {
    let inserts = join_all((0..20).map(|n| world.table().insert(Probe::new("a", &n.to_string())))).await;
    let inserts = inserts.into_iter().collect::<Result<Vec<_>, _>>()?;
    let winners = inserts.iter().filter(|insert| matches!(insert, Inserted::New(_))).count();
    assert_eq!(winners, 1);

    let read = world.table().get::<Probe>(&"a".into(), Read::Strong).await?.context("was inserted")?;
    let change = |n: u32| read.clone().map(|probe| Probe { ver: format!("writer {n}"), ..probe });
    let writes = join_all((0..20).map(|n| world.table().replace(change(n)))).await;
    let writes = writes.into_iter().collect::<Result<Vec<_>, _>>()?;
    let winners: Vec<_> = writes.iter().filter(|write| matches!(write, Replaced::Done(_))).collect();
    assert_eq!(winners.len(), 1);
    let now = world.table().get::<Probe>(&"a".into(), Read::Strong).await?.context("is there")?;
    assert_eq!(winners[0], &Replaced::Done(now));
    Ok(())
}

/// Changes through `modify` from several sides are all kept.
pub async fn changes_from_several_sides_are_all_kept(world: &dyn World) -> Result<()> {
    let append = |letter: &'static str| {
        move |probe: Option<Probe>| {
            let probe = probe.unwrap_or_else(|| Probe::new("a", ""));
            Some(Probe { ver: format!("{}{letter}", probe.ver), ..probe })
        }
    };
    let id = "a".to_owned();
    let writers = ["x", "y", "z"].map(|letter| world.table().modify(&id, append(letter)));
    for written in join_all(writers).await {
        written?;
    }
    let probe = world.table().get::<Probe>(&id, Read::Strong).await?.context("was written")?;
    let mut letters: Vec<char> = probe.value.ver.chars().collect();
    letters.sort_unstable();
    assert_eq!(letters, ['x', 'y', 'z']);

    let unchanged = world.table().modify::<Probe>(&id, |probe| probe).await?;
    assert_eq!(unchanged, Some(probe), "no change, no write, the same version");
    assert_eq!(world.table().modify::<Probe>(&id, |_| None).await?, None);
    assert_eq!(world.table().get::<Probe>(&id, Read::Strong).await?, None);
    Ok(())
}

/// A record of the release before is read, and written back in the new format.
pub async fn the_format_before_is_read(world: &dyn World) -> Result<()> {
    new_probe(world, "a", "text").await?;
    let read = world.table().get::<NewProbe>(&"a".into(), Read::Strong).await?.context("was written")?;
    assert_eq!(read.value, NewProbe { pk: "a".into(), texts: vec!["text".into()] });
    let Replaced::Done(written) = world.table().replace(read).await? else { bail!("nobody else wrote") };
    assert_eq!(world.table().get::<NewProbe>(&"a".into(), Read::Strong).await?, Some(written));
    Ok(())
}

/// A record of a later release is neither read nor overwritten, and does not keep others away.
pub async fn a_newer_format_is_left_alone(world: &dyn World) -> Result<()> {
    world.table().insert(NewProbe { pk: "new".into(), texts: vec!["kept".into()] }).await?;
    new_probe(world, "old", "text").await?;
    let is_newer = |error: &Error| matches!(error, Error::NewerFormat { found: 2, known: 1, .. });

    let read = world.table().get::<Probe>(&"new".into(), Read::Strong).await.err().context("must be refused")?;
    assert!(is_newer(&read), "{read}");
    let insert = world.table().insert(Probe::new("new", "mine")).await.err().context("must be refused")?;
    assert!(is_newer(&insert), "{insert}");
    let many = world.table().get_many::<Probe>(&["new".into(), "old".into()], Read::Strong).await?;
    assert_eq!(many.found.len(), 1);
    assert!(matches!(&many.skipped[..], [error] if is_newer(error)), "{:?}", many.skipped);
    let kept = world.table().get::<NewProbe>(&"new".into(), Read::Strong).await?.context("is there")?;
    assert_eq!(kept.value.texts, ["kept"]);
    Ok(())
}

/// A record that is two formats behind is reported, not guessed.
pub async fn an_ancient_format_is_reported(world: &dyn World) -> Result<()> {
    new_probe(world, "a", "text").await?;
    let refused = world.table().get::<NewestProbe>(&"a".into(), Read::Strong).await.err().context("must be refused")?;
    assert!(matches!(&refused, Error::Unreadable { key, .. } if *key == Probe::key(&"a".into())), "{refused}");
    Ok(())
}

/// More than a hundred records are read, each once, however often its id was given.
pub async fn many_records_are_read_by_their_ids(world: &dyn World) -> Result<()> {
    let ids: Vec<String> = (0..250).map(|n| format!("{n:03}")).collect();
    for id in &ids {
        new_probe(world, id, "text").await?;
    }
    let mut asked = ids.clone();
    asked.extend(["007".to_owned(), "missing".to_owned(), "249".to_owned()]);
    let many = world.table().get_many::<Probe>(&asked, Read::Strong).await?;
    let mut found: Vec<String> = many.found.into_iter().map(|stored| stored.value.pk).collect();
    found.sort_unstable();
    assert_eq!(found, ids);
    assert!(world.table().get_many::<Probe>(&[], Read::Strong).await?.found.is_empty());
    Ok(())
}

/// Ids come from outside: one that no record can have finds nothing, and as a place in a list it is the beginning.
pub async fn an_id_that_no_record_can_have_finds_nothing(world: &dyn World) -> Result<()> {
    let kept = new_probe(world, "a", "text").await?;
    let long = "x".repeat(3000);
    assert_eq!(world.table().get::<Probe>(&long, Read::Strong).await?, None);
    assert_eq!(world.table().get::<Connection>(&"".into(), Read::Strong).await?, None);
    let many = world.table().get_many::<Probe>(&[long.clone(), "a".to_owned()], Read::Eventual).await?;
    assert_eq!(many.found, std::slice::from_ref(&kept));
    for place in [String::new(), long] {
        let query = Query::partition(Probe::key(&"a".to_owned()).pk, Order::Ascending, 10).after(Some(place));
        assert_eq!(world.table().query::<Probe>(query).await?.records, std::slice::from_ref(&kept));
    }
    Ok(())
}

/// The index lists what is due, longest due first, and nothing before its time.
pub async fn what_is_due_is_found(world: &dyn World) -> Result<()> {
    let now = world.now();
    let due =
        |id: &str, seconds: i64| Probe { due_at: Some(now + SignedDuration::from_secs(seconds)), ..Probe::new(id, "") };
    for probe in [due("late", 20), due("early", 10), due("future", 1000), Probe::new("never", "")] {
        world.table().insert(probe).await?;
    }
    assert_eq!(world.table().due(now, 10).await?, []);
    world.pass(Duration::from_secs(30)).await;
    let keys = |due: Vec<Due>| due.into_iter().map(|due| due.key).collect::<Vec<Key>>();
    let [early, late] = ["early", "late"].map(|id| Probe::key(&id.to_owned()));
    assert_eq!(keys(world.table().due(world.now(), 10).await?), [early.clone(), late.clone()]);
    assert_eq!(keys(world.table().due(world.now(), 1).await?), [early]);

    let id = "early".to_owned();
    world.table().modify::<Probe>(&id, |probe| probe.map(|probe| Probe { due_at: None, ..probe })).await?;
    assert_eq!(keys(world.table().due(world.now(), 10).await?), [late]);
    Ok(())
}

/// A partition is read page by page in either order.
pub async fn a_partition_is_read_in_pages(world: &dyn World) -> Result<()> {
    use ::store::record::Unmapped;
    let unmapped = |n: u32| Unmapped {
        tenant: format!("t{n:02}").into(),
        connection: "c".into(),
        name: "n".into(),
        count: u64::from(n),
        first_at: world.now(),
        last_at: world.now(),
    };
    for n in 0..25 {
        world.table().insert(unmapped(n)).await?;
    }
    for (order, expected) in
        [(Order::Ascending, (0..25).collect::<Vec<u64>>()), (Order::Descending, (0..25).rev().collect())]
    {
        let (mut counts, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let page =
                world.table().query::<Unmapped>(Query::partition(Unmapped::KIND, order, 10).after(after)).await?;
            counts.extend(page.records.iter().map(|stored| stored.value.count));
            pages += 1;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(counts, expected);
        assert_eq!(pages, 3);
    }
    Ok(())
}

/// A transaction does all or nothing, and says which write was not possible because of which record.
pub async fn a_transaction_does_all_or_nothing(world: &dyn World) -> Result<()> {
    let first = new_probe(world, "a", "first").await?;
    let mut transaction = world.table().transaction();
    transaction.insert(&Probe::new("b", "new"))?;
    transaction.insert(&Probe::new("a", "second"))?;
    let Committed::Refused(refusals) = transaction.commit().await? else { bail!("one side is taken") };
    let [None, Some(refusal)] = <[_; 2]>::try_from(refusals).ok().context("two writes")? else {
        bail!("the second was refused")
    };
    assert_eq!(refusal.read::<Probe>()?, Some(first.clone()));
    assert_eq!(world.table().get::<Probe>(&"b".into(), Read::Strong).await?, None);

    let mut transaction = world.table().transaction();
    let version = transaction.insert(&Probe::new("b", "new"))?;
    let next = transaction.replace(&first.clone().map(|probe| Probe { ver: "second".into(), ..probe }))?;
    assert!(matches!(transaction.commit().await?, Committed::Done));
    let b = world.table().get::<Probe>(&"b".into(), Read::Strong).await?.context("was inserted")?;
    let a = world.table().get::<Probe>(&"a".into(), Read::Strong).await?.context("was replaced")?;
    assert_eq!((b.version, a.version), (version, next));

    let mut transaction = world.table().transaction();
    transaction.delete(&b)?;
    transaction.delete(&first)?;
    assert!(matches!(transaction.commit().await?, Committed::Refused(_)), "the first version of a is gone");
    assert_eq!(world.table().get::<Probe>(&"b".into(), Read::Strong).await?, Some(b));
    Ok(())
}

/// A transaction happens only while a record that it does not write is as it was read.
pub async fn a_transaction_can_depend_on_a_record_that_it_does_not_write(world: &dyn World) -> Result<()> {
    let first = new_probe(world, "a", "first").await?;
    let insert = async |id: &str, version: Option<u64>| {
        let mut transaction = world.table().transaction();
        transaction.insert(&Probe::new(id, "new"))?;
        transaction.check::<Probe>(&"a".into(), version)?;
        anyhow::Ok(matches!(transaction.commit().await?, Committed::Done))
    };
    assert!(insert("b", Some(first.version)).await?);
    assert!(!insert("c", None).await?, "there is one");
    assert!(!insert("c", Some(first.version + 1)).await?, "it is not at this version");
    assert_eq!(world.table().get::<Probe>(&"c".into(), Read::Strong).await?, None);
    assert!(matches!(world.table().delete(&first).await?, Deleted::Done));
    assert!(!insert("c", Some(first.version)).await?, "it is gone");
    assert!(insert("c", None).await?);
    Ok(())
}

/// A record beyond 400 KB is refused as such.
pub async fn an_oversized_record_is_refused(world: &dyn World) -> Result<()> {
    let refused = world.table().insert(Probe::new("a", &"x".repeat(500_000))).await.err().context("must be refused")?;
    assert!(matches!(refused, Error::TooLarge { .. }), "{refused}");
    Ok(())
}
