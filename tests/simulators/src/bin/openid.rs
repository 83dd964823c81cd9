//! Runs the OpenID provider on a loopback port, for a product that runs in another process.

use clap::Parser;
use simulators::control::{Clock, Control};
use simulators::openid::{Client, OpenId, Person};
use simulators::process::{listen, stop_signal, stopped};
use simulators::serve_until;

/// A stand-in for an OpenID provider, at which one person is always signed in.
///
/// Prints its URL, which is the issuer, then `ready`.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Port on 127.0.0.1; 0 takes any free one.
    #[arg(long, default_value_t = 8083)]
    port: u16,
    /// The one program that it knows, which has no secret.
    #[arg(long)]
    client_id: String,
    /// Where it sends people back to, to the letter.
    #[arg(long)]
    redirect_uri: String,
    /// The group of the person, in the claim `cognito:groups`.
    #[arg(long, default_value = "administrators")]
    group: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let (listener, url) = listen(arguments.port).await?;
    let client = Client { id: arguments.client_id, secret: None, redirect_uris: vec![arguments.redirect_uri] };
    let provider = OpenId::new(Control::new(Clock::system()), &url, client)?;
    let ann =
        Person::in_groups("p-1", &[&arguments.group]).with("email", "ann@msp.example").with("email_verified", true);
    provider.browser_is(Some(ann));
    let stop = stop_signal()?;
    announce(&url);
    serve_until(provider.router(), listener, stopped(stop)).await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "scripts read the URL and `ready` from standard output")]
fn announce(url: &str) {
    println!("issuer: {url}");
    println!("ready");
}
