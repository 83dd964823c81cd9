//! A person's browser: it keeps cookies and says where its requests come from. It follows no redirect by itself.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use axum::body::Body;
use http::{HeaderMap, Request};
use simulators::openid::Person;
use suites::console::{Answer, PUBLIC_URL};
use tower::ServiceExt as _;

use super::stage::{ISSUER, Stage};

pub const PAGE: (&str, &str) = ("accept", "text/html");

pub struct Browser<'a> {
    pub stage: &'a Stage,
    pub cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    pub fn new(stage: &'a Stage) -> Self {
        Self { stage, cookies: BTreeMap::new() }
    }

    /// A browser in which this person has signed in.
    pub async fn of(stage: &'a Stage, person: Person) -> Result<Self> {
        let mut browser = Self::new(stage);
        stage.openid.browser_is(Some(person));
        let (location, _) = browser.sign_in("/sign-in").await?;
        ensure!(location == "/", "signed in, and sent to {location}");
        Ok(browser)
    }

    pub async fn get(&mut self, path: &str) -> Result<Answer> {
        self.send("GET", path, &[PAGE], "").await
    }

    /// What a form of a page sends: its fields, and the page's token.
    pub async fn submit(&mut self, path: &str, fields: &str) -> Result<Answer> {
        let token = self.csrf().await?;
        let form = ("content-type", "application/x-www-form-urlencoded");
        let headers = [PAGE, form, ("origin", PUBLIC_URL), ("sec-fetch-site", "same-origin")];
        self.send("POST", path, &headers, &format!("csrf={token}&{fields}")).await
    }

    pub async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer> {
        let cookies = self.cookie_header();
        let mut headers = headers.to_vec();
        if !cookies.is_empty() {
            headers.push(("cookie", &cookies));
        }
        let answer = self.stage.call(method, path, &headers, body).await?;
        self.keep(&answer.headers)?;
        Ok(answer)
    }

    /// The token in the forms of this session's pages.
    pub async fn csrf(&mut self) -> Result<String> {
        let page = self.get("/").await?.expect(200)?;
        let (_, rest) = page.text.split_once("name=\"csrf\" value=\"").context("a form with a token")?;
        Ok(rest.split('"').next().context("its end")?.to_owned())
    }

    /// Goes through the sign-in from this path on. Returns where the console sends the browser in the end, and what it answered.
    pub async fn sign_in(&mut self, path: &str) -> Result<(String, Answer)> {
        let callback = self.authorized(path).await?;
        let answer = self.get(&callback).await?;
        Ok((location(&answer.headers).unwrap_or_default(), answer))
    }

    /// Goes through the sign-in up to the way back, which it returns.
    pub async fn authorized(&mut self, path: &str) -> Result<String> {
        let away = location(&self.get(path).await?.expect(303)?.headers).context("the service's address")?;
        self.back_from(&away).await
    }

    /// Where the service sends the browser: a path of the console.
    pub async fn back_from(&self, away: &str) -> Result<String> {
        let path = away.strip_prefix(ISSUER).with_context(|| format!("sent to {away}"))?;
        let request = Request::builder().uri(path).body(Body::empty())?;
        let answer = self.stage.openid.router().oneshot(request).await?;
        let back = location(answer.headers()).with_context(|| format!("the service answers {}", answer.status()))?;
        Ok(back.strip_prefix(PUBLIC_URL).with_context(|| format!("sent back to {back}"))?.to_owned())
    }

    pub fn cookie_header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, headers: &HeaderMap) -> Result<()> {
        for cookie in headers.get_all("set-cookie") {
            let cookie = cookie.to_str()?;
            let (name, rest) = cookie.split_once('=').context("a name")?;
            let value = rest.split(';').next().unwrap_or_default();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(())
    }
}

pub fn location(headers: &HeaderMap) -> Option<String> {
    headers.get("location").and_then(|value| value.to_str().ok()).map(str::to_owned)
}
