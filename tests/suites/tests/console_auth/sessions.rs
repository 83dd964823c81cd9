//! How long a session lasts, and who sees and ends it.

use anyhow::{Context as _, Result};
use console::auth::{Actor, sessions};
use jiff::SignedDuration;

use super::browser::Browser;
use super::stage::{Stage, administrator, viewer};

#[tokio::test(start_paused = true)]
async fn a_session_that_is_used_lasts_half_a_day_and_an_idle_one_two_hours() -> Result<()> {
    let stage = Stage::new().await?;
    let mut used = Browser::of(&stage, administrator()).await?;
    let mut idle = Browser::of(&stage, viewer()).await?;
    for hour in 1..12 {
        stage.advance(SignedDuration::from_hours(1));
        assert_eq!(used.get("/api/v1/settings").await?.status, 200, "after {hour} h");
        if hour >= 2 {
            assert_eq!(idle.get("/api/v1/settings").await?.status, 401, "after {hour} h");
        }
    }
    stage.advance(SignedDuration::from_hours(1));
    assert_eq!(used.get("/api/v1/settings").await?.status, 401);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_use_is_written_down_once_in_ten_minutes() -> Result<()> {
    let stage = Stage::new().await?;
    let mut browser = Browser::of(&stage, administrator()).await?;
    let by = Actor::administrator("test");
    let mut seen = Vec::new();
    for _ in 0..12 {
        stage.advance(SignedDuration::from_mins(3));
        browser.get("/api/v1/settings").await?.expect(200)?;
        seen.push(sessions::list(&stage.deps(), &by).await?[0].seen_at);
    }
    seen.dedup();
    assert_eq!(seen.len(), 4, "as it began, after 12, 24 and 36 minutes: {seen:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn sessions_are_listed_and_each_can_be_ended_from_another() -> Result<()> {
    let stage = Stage::new().await?;
    let mut lost = Browser::of(&stage, viewer()).await?;
    stage.advance(SignedDuration::from_mins(1));
    let mut own = Browser::of(&stage, administrator()).await?;
    let (deps, by) = (stage.deps(), Actor::administrator("ann"));
    let listed = sessions::list(&deps, &by).await?;
    let shown: Vec<_> =
        listed.iter().map(|session| (session.name.as_str(), session.may_edit, session.is_own)).collect();
    assert_eq!(shown, [("ann", true, false), ("victor", false, false)]);
    let mine = Actor { session: Some(listed[0].id.clone()), ..by.clone() };
    assert!(sessions::list(&deps, &mine).await?[0].is_own);

    sessions::revoke(&deps, &by, &listed[1].id).await?;
    assert_eq!(lost.get("/api/v1/settings").await?.status, 401);
    assert_eq!(own.get("/api/v1/settings").await?.status, 200);
    assert!(sessions::revoke(&deps, &by, &listed[1].id).await.is_err(), "it has ended already");
    let activity = own.get("/api/v1/activity").await?.json()?;
    let latest = &activity["items"][0];
    assert_eq!(
        (latest["actor"].as_str(), latest["what"].as_str()),
        (Some("ann"), Some("the session of victor was ended"))
    );
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_session_goes_on_in_another_process() -> Result<()> {
    let mut stage = Stage::new().await?;
    let cookie = Browser::of(&stage, administrator()).await?.cookie_header();
    stage.begin_anew();
    let answer = stage.call("GET", "/api/v1/settings", &[("cookie", &cookie)], "").await?;
    answer.expect(200).map(drop).context("the session is a record")
}
