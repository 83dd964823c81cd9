//! A console whose people sign in with the simulated service.

use std::sync::Arc;

use anyhow::Result;
use axum::body::Body;
use console::auth::{Auth, openid};
use http::Request;
use jiff::SignedDuration;
use simulators::control::{Clock, Control};
use simulators::openid::{Client, OpenId, Person};
use store::secrets::SecretName;
use suites::console::{Answer, Console, PUBLIC_URL, TOKEN};
use suites::in_process::InProcess;

pub const ISSUER: &str = "https://id.msp.test/pool";
const HOST: &str = "id.msp.test";
pub const CLIENT: &str = "console-client";
/// With letters that mean something in a form and in a header.
pub const CLIENT_SECRET: &str = "canary:client secret+1%";

/// The console and the service.
pub struct Stage {
    pub console: Console,
    pub openid: OpenId,
    settings: openid::Settings,
}

impl Stage {
    /// The console is a client with a secret, and the service behaves as Amazon Cognito does.
    pub async fn new() -> Result<Self> {
        Self::with(openid::Settings::new(ISSUER, CLIENT), Some(CLIENT_SECRET)).await
    }

    pub async fn with(settings: openid::Settings, secret: Option<&str>) -> Result<Self> {
        let console = Console::fresh().await?;
        let secrets = &console.systems.secrets;
        secrets.put(&SecretName::ConsoleToken, TOKEN.into()).await?;
        if let Some(secret) = secret {
            secrets.put(&SecretName::OpenIdClient, secret.into()).await?;
        }
        let client = Client {
            id: CLIENT.to_owned(),
            secret: secret.map(str::to_owned),
            redirect_uris: vec![format!("{PUBLIC_URL}/sign-in/callback")],
        };
        let openid = OpenId::new(Control::new(Clock::manual(console.clock.now())), ISSUER, client)?;
        let mut stage = Self { console, openid, settings };
        let network = InProcess::new(stage.console.acronis.router(), stage.console.autotask.router());
        let network = network.host(HOST, axum::Router::new().nest("/pool", stage.openid.router()));
        stage.console.systems.transport = Arc::new(network);
        stage.begin_anew();
        Ok(stage)
    }

    /// Another process takes over.
    pub fn begin_anew(&mut self) {
        let auth = Auth::OpenId(Box::new(self.settings.clone()));
        self.console.router = self.console.router_with(auth, self.console.systems.clone(), Some(PUBLIC_URL));
    }

    /// What the functions behind the pages are called with.
    pub fn deps(&self) -> console::Deps {
        self.console.deps(Auth::OpenId(Box::new(self.settings.clone())))
    }

    /// Time passes, here and there.
    pub fn advance(&self, by: SignedDuration) {
        self.console.clock.advance(by);
        self.openid.control().clock().advance(by);
    }

    /// A request with these headers.
    pub async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer> {
        let request = Request::builder().method(method).uri(path).header("host", "bridge.msp.example");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.console.send(request.body(Body::from(body.to_owned()))?).await
    }

    /// A request that shows this token.
    pub async fn call_with(&self, token: &str, method: &str, path: &str) -> Result<Answer> {
        self.call(method, path, &[("authorization", &format!("Bearer {token}"))], "{}").await
    }
}

pub fn administrator() -> Person {
    Person::in_groups("ann", &["staff", "administrators"])
}

pub fn viewer() -> Person {
    Person::in_groups("victor", &["viewers"])
}

pub fn stranger() -> Person {
    Person::in_groups("sam", &["staff"])
}

/// A path of a route, with something in place of its parameters.
pub fn filled(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/")
}
