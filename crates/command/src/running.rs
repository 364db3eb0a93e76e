//! The processes that are running, so that they end with ours even if nobody is left to drop them.

use std::collections::BTreeSet;
use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

/// The process groups, by the id of the process that leads them.
struct Running {
    groups: BTreeSet<u32>,
    /// Whether our process is about to exit.
    is_over: bool,
}

static RUNNING: Mutex<Running> = Mutex::new(Running {
    groups: BTreeSet::new(),
    is_over: false,
});

fn running() -> MutexGuard<'static, Running> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends all programs that are running, with all they have started: asks them, and after half a second kills them.
///
/// Is to be called right before the process exits: no program can be started any more, and whoever waits for an answer waits
/// for ever, so that no article is a failure because of this.
pub fn end_all() {
    let mut running = running();
    running.is_over = true;
    #[cfg(unix)]
    unix::end(&mut running.groups);
}

/// Starts a process at the head of a group of its own.
pub(crate) fn spawn(command: &mut Command) -> io::Result<Child> {
    let mut running = running();
    if running.is_over {
        return Err(io::Error::other("blattwerk is about to exit"));
    }
    // The children of the program are killed with it, and the Ctrl-C that stops a run after its current chunk does not end
    // the program before that.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let child = command.spawn()?;
    running.groups.insert(child.id());
    Ok(child)
}

/// Returns how a process has exited, if it has. Its id may then be that of another one.
pub(crate) fn reap(child: &mut Child) -> Option<ExitStatus> {
    let mut running = running();
    let status = child.try_wait().unwrap_or_default();
    if status.is_some() {
        running.groups.remove(&child.id());
    }
    status
}

/// Kills a process with all it has started, and waits for it.
pub(crate) fn kill(child: &mut Child) {
    let mut running = running();
    if running.groups.remove(&child.id()) {
        // An error means that there is nothing left to kill.
        #[cfg(unix)]
        unix::kill(child.id());
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Waits for the end of our process if it is about to exit.
pub(crate) fn wait_if_over() {
    while running().is_over {
        thread::park();
    }
}

#[cfg(unix)]
mod unix {
    use std::collections::BTreeSet;
    use std::thread;
    use std::time::{Duration, Instant};

    use rustix::process::{
        Pid, Signal, WaitOptions, kill_process_group, test_kill_process_group, waitpid,
    };

    /// How long programs may take to exit when they are asked to.
    const GRACE: Duration = Duration::from_millis(500);

    fn group(id: u32) -> Option<Pid> {
        i32::try_from(id).ok().and_then(Pid::from_raw)
    }

    pub(super) fn kill(id: u32) {
        if let Some(group) = group(id) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    /// Asks groups to exit, and kills those that do not.
    pub(super) fn end(groups: &mut BTreeSet<u32>) {
        for group in groups.iter().copied().filter_map(group) {
            let _ = kill_process_group(group, Signal::TERM);
            // One that is stopped hears nothing.
            let _ = kill_process_group(group, Signal::CONT);
        }
        let deadline = Instant::now() + GRACE;
        let is_left = |id: &u32| {
            let Some(group) = group(*id) else {
                return false;
            };
            // A process that has exited belongs to its group until it is waited for.
            let _ = waitpid(Some(group), WaitOptions::NOHANG);
            test_kill_process_group(group).is_ok()
        };
        loop {
            groups.retain(is_left);
            if groups.is_empty() || Instant::now() >= deadline {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        groups.iter().copied().for_each(kill);
    }
}
