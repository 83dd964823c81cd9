//! The whole integration in one process on this machine: the same functions as on AWS, invoked with the same events.
//!
//! | module | stands in for |
//! | --- | --- |
//! | [`front_door`] | API Gateway |
//! | [`schedule`] | EventBridge Scheduler |
//! | [`event_source`] | Lambda's event source mappings |
//! | [`functions`] | Lambda |
//! | [`simulated`] | Acronis and Autotask, where they are not the real ones |
//! | [`local`] | DynamoDB, SQS and Secrets Manager |

mod announce;
mod arguments;
mod demo;
mod event_source;
mod front_door;
mod functions;
mod keys;
mod schedule;
mod settle;
mod simulated;
mod stop;
mod storage;
mod sweep;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser as _;
use jiff::SignedDuration;
use local::queue::LocalQueue;
use runtime::clock::Clock;
use runtime::config::Environment;
use runtime::http::{BaseUrl, Outbound};
use runtime::random::Random;
use runtime::telemetry::{self, Format};
use systems::{Options, Systems};
use tokio::task::JoinSet;
use tracing::level_filters::LevelFilter;

use arguments::Arguments;
use demo::Stage;
use event_source::EventSource;
use functions::Functions;
use keys::Keys;
use schedule::{Schedule, Scheduled};
use settle::Settle;
use simulated::{Simulated, listen};
use stop::Stop;
use storage::{Myself, Storage};
use store::queue::QueueName;

/// Where the real Autotask is asked for a database's zone.
const AUTOTASK_DISCOVERY: &str = "https://webservices.autotask.net";
/// How long work in progress may take after the signal to stop. What is not finished then is taken up at the next start.
const GRACE: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let environment = Environment::from_process();
    log_to_stderr(&environment)?;
    let stop = Stop::on_signal()?;
    let clock = Clock::system();
    // Open until the last task has ended: it is what keeps other processes away from the folder.
    let storage = Storage::open(arguments.data.as_deref(), &clock).await?;
    let mut tasks = JoinSet::new();
    tokio::select! {
        started = start(&arguments, &environment, &storage, clock, &stop, &mut tasks) => {
            started?;
            announce::ready();
            stop.clone().raised().await;
        }
        () = stop.clone().raised() => {}
    }
    if tokio::time::timeout(GRACE, tasks.join_all()).await.is_err() {
        tracing::warn!("stopped in the middle of some work; it is taken up at the next start");
    }
    Ok(())
}

/// Wires and starts everything, and plays the demonstration if there is to be one.
async fn start(
    arguments: &Arguments,
    environment: &Environment,
    storage: &Storage,
    clock: Clock,
    stop: &Stop,
    tasks: &mut JoinSet<()>,
) -> anyhow::Result<()> {
    let random = Random::from_os();
    clock.advance(SignedDuration::from_secs(Myself::read(&storage.table).await?.clock_ahead_s));
    let keys = Keys::new(environment, storage.secrets.as_ref()).await?;
    let simulated = simulated::start(arguments.acronis()?, arguments.autotask()?, stop, tasks).await?;
    let (listener, url) = listen(arguments.port, "--port").await?;

    let queue = LocalQueue::open(&storage.engine, "queue", event_source::POLICY, clock.clone(), random.clone()).await?;
    queue.recover().await?;
    let systems = Systems::new(
        storage.table.clone(),
        Arc::clone(&storage.secrets),
        Arc::new(Outbound::new()?),
        clock,
        random,
        options(&simulated)?,
    );
    let functions = Functions::new(systems.clone(), queue.clone());
    let schedules = Scheduled::ALL.map(|what| Schedule::new(functions.clone(), what));
    let tickets = EventSource::new(functions.clone(), QueueName::Alerts);
    let accounts = EventSource::new(functions.clone(), QueueName::Accounts);
    let settle = Settle::new(functions.clone(), schedules.clone(), Arc::clone(&tickets), Arc::clone(&accounts));
    let console = console::router(console::Deps {
        systems,
        queue: Arc::new(queue.clone()),
        dead_letters: Arc::new(queue),
        auth: console::auth::Auth::Local { token: Some(keys.console_token.clone()), one_time: keys.one_time.clone() },
        public_url: simulated.autotask.as_ref().map(|_| url.clone()),
        recent: console::Recent::default(),
    });
    let door = front_door::router(functions.clone(), Arc::clone(&settle), console.clone());

    announce::addresses(&url, &simulated);
    let server = axum::serve(listener, door).with_graceful_shutdown(stop.clone().raised());
    tasks.spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(error = &error as &dyn std::error::Error, "the front door has closed");
        }
    });
    tasks.spawn(tickets.work(stop.clone()));
    tasks.spawn(accounts.work(stop.clone()));
    for schedule in schedules {
        let until = stop.clone();
        tasks.spawn(async move { schedule.keep(until).await });
    }
    tasks.spawn(sweep::keep(storage.engine.clone(), stop.clone()));

    if demo::is_wanted(&storage.table, !arguments.no_demo).await?
        && let Simulated { acronis: Some(acronis), autotask: Some(autotask) } = simulated
    {
        let token = keys.console_token.clone();
        let stage = Stage { console, token, functions, settle, acronis, autotask };
        announce::shown(&demo::play(stage).await.context("the demonstration stopped")?);
    }
    announce::doors(&url, &keys, environment, arguments.data.as_deref());
    Ok(())
}

/// Simulators are on this machine, without TLS; real systems never are.
fn options(simulated: &Simulated) -> anyhow::Result<Options> {
    let discovery_url = match &simulated.autotask {
        Some(simulator) => simulator.clone(),
        None => BaseUrl::parse(AUTOTASK_DISCOVERY)?,
    };
    Ok(Options {
        discovery_url,
        loopback: simulated.acronis.is_some() || simulated.autotask.is_some(),
        autotask_calls_per_hour: autotask::CALLS_PER_HOUR,
    })
}

/// What goes wrong is told on standard error, so that standard output is for people and scripts. `LOG_LEVEL` asks for more.
fn log_to_stderr(environment: &Environment) -> anyhow::Result<()> {
    let filter = match environment.text("LOG_LEVEL") {
        Some(levels) => telemetry::filter(levels).context("LOG_LEVEL cannot be read")?,
        None => telemetry::filter("warn")?.with_target("metric", LevelFilter::OFF),
    };
    tracing::subscriber::set_global_default(telemetry::subscriber(Format::Text, filter, std::io::stderr))?;
    Ok(())
}
