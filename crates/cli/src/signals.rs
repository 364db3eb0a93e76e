//! SIGHUP, SIGINT and SIGTERM: the first one stops a run after the current chunk, the second one at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use blattwerk_pipeline::run::Stop;

/// The effect of signals on a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Signals {
    /// Asks the run to stop; the run checks it.
    pub(crate) stop: Stop,
    /// The first signal received, or 0.
    first: Arc<AtomicI32>,
}

impl Signals {
    /// Starts to listen. After a signal, the process exits when the grace period is over, if not before.
    ///
    /// A signal that the parent has ignored, as `nohup` and shells do for background processes, is taken when somebody
    /// sends it to the process, but not when the terminal does.
    #[cfg(unix)]
    pub(crate) fn listen(grace: Duration) -> io::Result<Self> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
        use signal_hook::iterator::SignalsInfo;
        use signal_hook::iterator::exfiltrator::origin::WithOrigin;
        use signal_hook::low_level::siginfo::Cause;

        // A limit on the size of files is then an error like that of a full disk.
        signal_hook::flag::register(SIGXFSZ, std::sync::Arc::default())?;
        let listening = Self::default();
        let Self { stop, first } = listening.clone();
        let ignored = ignored();
        let session = session();
        let mut signals = SignalsInfo::<WithOrigin>::new([SIGHUP, SIGINT, SIGTERM])?;
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                for origin in &mut signals {
                    let signal = origin.signal;
                    // A shell passes the hangup of its terminal on to its jobs.
                    let sender = origin.process.map(|process| process.pid);
                    let is_passed_on = signal == SIGHUP && sender.is_some() && sender == session;
                    let is_from_terminal = matches!(origin.cause, Cause::Kernel) || is_passed_on;
                    if is_from_terminal && ignored & 1 << (signal - 1) != 0 {
                        continue;
                    }
                    let exit = move || {
                        // Nothing is dropped, so programs would be left that ignore the end of their input.
                        blattwerk_command::end_all();
                        std::process::exit(code(signal))
                    };
                    first.store(signal, Ordering::Relaxed);
                    if stop.ask() {
                        exit();
                    }
                    let timer = std::thread::Builder::new().name("grace".into());
                    let timer = timer.spawn(move || {
                        std::thread::sleep(grace);
                        exit();
                    });
                    if timer.is_err() {
                        exit();
                    }
                }
            })?;
        Ok(listening)
    }

    /// Other systems have no such signals; the journal is enough to resume a run.
    #[cfg(not(unix))]
    pub(crate) fn listen(_: Duration) -> io::Result<Self> {
        Ok(Self::default())
    }

    /// Returns the name and the exit code of the signal that stopped the run.
    pub(crate) fn heard(&self) -> (&'static str, u8) {
        match self.first.load(Ordering::Relaxed) {
            1 => ("SIGHUP", 129),
            2 => ("SIGINT", 130),
            _ => ("SIGTERM", 143),
        }
    }
}

/// Returns the signals that the parent has ignored, as a mask; none where the system does not tell.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

/// Returns the process that leads the session: the shell of the terminal.
#[cfg(unix)]
fn session() -> Option<i32> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_whitespace().nth(3)?.parse().ok()
}

/// Returns the exit code of a process that was ended by a signal, as in shells.
#[cfg(unix)]
fn code(signal: i32) -> i32 {
    128 + signal
}
