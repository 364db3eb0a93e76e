//! SIGINT and SIGTERM: the first one stops a run after the current chunk, the second one at once.

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
    #[cfg(unix)]
    pub(crate) fn listen(grace: Duration) -> io::Result<Self> {
        use signal_hook::consts::{SIGINT, SIGTERM};

        let listening = Self::default();
        let Self { stop, first } = listening.clone();
        let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                for signal in &mut signals {
                    let exit = move || std::process::exit(code(signal));
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
            2 => ("SIGINT", 130),
            _ => ("SIGTERM", 143),
        }
    }
}

/// Returns the exit code of a process that was ended by a signal, as in shells.
#[cfg(unix)]
fn code(signal: i32) -> i32 {
    128 + signal
}
