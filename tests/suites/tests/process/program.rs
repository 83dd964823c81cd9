//! Programs of this workspace as running processes.

use std::io::{BufRead as _, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver};

/// As promised for both programs.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// The folder of the programs, after they were built. Building is left to cargo, which knows whether there is anything to do.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let this = std::env::current_exe().unwrap();
    let folder = this.ancestors().nth(2).unwrap().to_owned();
    let mut build = Command::new(env!("CARGO"));
    build
        .args(["build", "--quiet", "-p", "local", "-p", "simulators"])
        .arg("--target-dir")
        .arg(folder.parent().unwrap());
    if folder.ends_with("release") {
        build.arg("--release");
    }
    assert!(build.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap().success(), "the programs cannot be built");
    folder
});

/// A running program. It is killed when this value goes.
pub struct Program {
    child: Child,
    /// What it printed until it was ready.
    pub printed: Vec<String>,
    errors: Arc<Mutex<String>>,
}

impl Program {
    /// Starts a program and waits until it says that it is ready.
    pub async fn start(name: &str, options: &[&str], environment: &[(&str, &str)]) -> Self {
        let (mut program, lines) = Self::begin(name, options, environment);
        program.read_until_ready(lines).await;
        program
    }

    /// Starts a program and kills it after a while, ready or not.
    pub async fn start_for(time: Duration, name: &str, options: &[&str], environment: &[(&str, &str)]) {
        let (program, _lines) = Self::begin(name, options, environment);
        tokio::time::sleep(time).await;
        program.kill();
    }

    fn begin(name: &str, options: &[&str], environment: &[(&str, &str)]) -> (Self, UnboundedReceiver<String>) {
        let mut command = Command::new(FOLDER.join(name));
        command.args(options).envs(environment.iter().copied()).env_remove("LOG_LEVEL");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (send, lines) = mpsc::unbounded_channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        let errors = Arc::<Mutex<String>>::default();
        let (mut from, into) = (child.stderr.take().unwrap(), Arc::clone(&errors));
        std::thread::spawn(move || {
            let mut text = [0; 4096];
            while let Ok(read @ 1..) = from.read(&mut text) {
                into.lock().unwrap().push_str(&String::from_utf8_lossy(&text[..read]));
            }
        });
        (Self { child, printed: Vec::new(), errors }, lines)
    }

    async fn read_until_ready(&mut self, mut lines: UnboundedReceiver<String>) {
        let read = async {
            while let Some(line) = lines.recv().await {
                if line == "ready" {
                    return true;
                }
                self.printed.push(line);
            }
            false
        };
        let is_ready = tokio::time::timeout(READY_WITHIN, read).await;
        assert_eq!(is_ready, Ok(true), "printed {:#?}, errors {}", self.printed, self.errors());
    }

    /// The value of a printed line `name: value`.
    pub fn value(&self, name: &str) -> &str {
        let value = self.printed.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        value.unwrap_or_else(|| panic!("no line {name} in {:#?}", self.printed))
    }

    /// What it wrote to its standard error so far.
    pub fn errors(&self) -> String {
        self.errors.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends it without any warning (SIGKILL).
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end (SIGTERM) and waits for that.
    pub async fn terminate(mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let ended = async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(15), ended).await.expect("it ends when asked to")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
