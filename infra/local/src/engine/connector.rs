//! The seam: an HTTP client for the AWS SDK that asks the engine.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use dynoxide::Database;
use dynoxide::errors::DynoxideError;
use serde_json::{Value, json};

use super::calls;
use super::seam::{Call, Cut, Interceptor};
use super::units::Units;

const CAPACITY: &str = "ConsumedCapacity";
const WANT_CAPACITY: &str = "ReturnConsumedCapacity";

/// One engine's HTTP side. Clones share everything.
#[derive(Clone)]
pub(super) struct Connector {
    database: Database,
    interceptor: Arc<RwLock<Option<Arc<dyn Interceptor>>>>,
    units: Units,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

impl HttpClient for Connector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        HttpConnectorFuture::new(async move { connector.answer(&request).await })
    }
}

impl Connector {
    pub(super) fn new(database: Database) -> Self {
        Self { database, interceptor: Arc::default(), units: Units::default() }
    }

    pub(super) fn intercept(&self, interceptor: Option<Arc<dyn Interceptor>>) {
        *self.interceptor.write().unwrap_or_else(PoisonError::into_inner) = interceptor;
    }

    pub(super) fn units(&self) -> &Units {
        &self.units
    }

    async fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let (call, body) = parse(request)?;
        let interceptor = self.interceptor.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(interceptor) = interceptor else {
            return respond(self.run(&call, body));
        };
        if let Err(cut) = interceptor.before(&call).await {
            return cut_off(cut).await;
        }
        let answer = self.run(&call, body);
        match interceptor.after(&call).await {
            Ok(()) => respond(answer),
            Err(cut) => cut_off(cut).await,
        }
    }

    /// Asks the engine, always for the units too, and takes those out again where the caller did not want them.
    fn run(&self, call: &Call, mut body: Value) -> Result<Value, DynoxideError> {
        let Some(is_write) = calls::is_billed_write(&call.operation) else {
            return calls::run(&self.database, &call.operation, body);
        };
        let wanted = body.get(WANT_CAPACITY).is_some();
        if !wanted {
            body[WANT_CAPACITY] = json!("TOTAL");
        }
        let mut answer = calls::run(&self.database, &call.operation, body).inspect_err(|error| {
            if let (DynoxideError::ConditionalCheckFailedException(..), Some(table)) = (error, &call.table) {
                self.units.add_refused(table);
            }
        })?;
        if let Some(reported) = answer.get(CAPACITY) {
            self.units.add(reported, is_write);
        }
        if let (false, Some(fields)) = (wanted, answer.as_object_mut()) {
            fields.remove(CAPACITY);
        }
        Ok(answer)
    }
}

fn parse(request: &HttpRequest) -> Result<(Call, Value), ConnectorError> {
    let malformed = |what: &str| ConnectorError::user(what.to_owned().into());
    let target = request.headers().get("x-amz-target").and_then(|target| target.split_once('.'));
    let (_, operation) = target.ok_or_else(|| malformed("a request without an operation"))?;
    let bytes = request.body().bytes().ok_or_else(|| malformed("a request with a streamed body"))?;
    let body: Value = serde_json::from_slice(bytes).map_err(|error| ConnectorError::user(error.into()))?;
    let table = body["TableName"].as_str().map(str::to_owned);
    let request = String::from_utf8_lossy(bytes).into_owned();
    Ok((Call { operation: operation.to_owned(), table, request }, body))
}

fn respond(answer: Result<Value, DynoxideError>) -> Result<HttpResponse, ConnectorError> {
    match answer {
        Ok(answer) => response(200, answer.to_string()),
        Err(error) => response(error.status_code(), error.to_json()),
    }
}

async fn cut_off(cut: Cut) -> Result<HttpResponse, ConnectorError> {
    let error =
        |name: &str| json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{name}"), "message": "injected" });
    match cut {
        Cut::Throttled => response(400, error("ProvisionedThroughputExceededException").to_string()),
        Cut::InternalError => response(500, error("InternalServerError").to_string()),
        Cut::Reset => Err(ConnectorError::io(std::io::Error::from(std::io::ErrorKind::ConnectionReset).into())),
        Cut::Silence => std::future::pending().await,
    }
}

fn response(status: u16, body: String) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(status).map_err(|error| ConnectorError::other(error.into(), None))?;
    Ok(HttpResponse::new(status, SdkBody::from(body)))
}
