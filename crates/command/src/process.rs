//! A process of a program, with the threads that serve its pipes.
//!
//! A program may answer before it has read everything, fill its standard error, or read nothing at all. Each pipe
//! has its own thread, so only that can block; the requesting thread waits for events, with a deadline.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError, channel, sync_channel,
};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::answer::Mismatch;
use crate::running;

/// The longest line that is accepted as an answer, in bytes. It holds the sentences of an article of about 100 MB.
const MAX_LINE: u64 = 16 << 20;

/// How many bytes of the end of standard error are kept.
const STDERR_TAIL: usize = 4 << 10;

/// How long to wait for a process that has closed its output to exit, and for the rest of its standard error.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// An event on the pipes of a process.
enum Event {
    /// The request is written, or the process has stopped reading; the output shows which.
    Written,
    /// A line, without its line end.
    Line {
        line: Vec<u8>,
        /// Whether there was more output directly after it.
        more: bool,
    },
    /// A line longer than [`MAX_LINE`]; reading has stopped.
    Endless,
    /// The end of the output, with what follows the last line end.
    End(Vec<u8>),
}

/// A running process. It is killed when dropped.
pub(crate) struct Process {
    child: Child,
    status: Option<ExitStatus>,
    requests: Option<Sender<Vec<u8>>>,
    events: Receiver<Event>,
    stderr: Arc<Mutex<Vec<u8>>>,
    /// Disconnected when standard error is closed.
    stderr_end: Receiver<()>,
}

impl Process {
    /// Starts a process for a command, whose three streams must be pipes.
    pub(crate) fn start(mut command: Command) -> io::Result<Self> {
        let mut child = running::spawn(&mut command)?;
        let stdin = child.stdin.take().expect("standard input is a pipe");
        let stdout = child.stdout.take().expect("standard output is a pipe");
        let stderr = child.stderr.take().expect("standard error is a pipe");
        let (requests, to_write) = channel();
        // Bounded, so that a process that never stops writing fills its pipe and not the memory.
        let (heard, events) = sync_channel(4);
        let written = heard.clone();
        let tail = Arc::default();
        let (stderr_open, stderr_end) = sync_channel(0);
        let process = Self {
            child,
            status: None,
            requests: Some(requests),
            events,
            stderr: Arc::clone(&tail),
            stderr_end,
        };
        // If a thread cannot be started, the process is dropped and so killed.
        spawn(move || write(stdin, &to_write, &written))?;
        spawn(move || listen(stdout, &heard))?;
        spawn(move || keep_tail(stderr, &tail, stderr_open))?;
        Ok(process)
    }

    /// Sends a line and returns the answer, without its line end.
    pub(crate) fn exchange(
        &mut self,
        request: Vec<u8>,
        timeout: Duration,
    ) -> Result<Vec<u8>, Mismatch> {
        let started = Instant::now();
        match self.events.try_recv() {
            Ok(event) => return Err(self.uncalled(event)),
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => return Err(self.end(&[])),
        }
        // If the writer is gone, the process has closed its input, and its end will be reported soon.
        let _ = self.requests.as_ref().map(|to| to.send(request));

        let mut answer = None;
        let mut is_written = false;
        while !(is_written && answer.is_some()) {
            let left = timeout.saturating_sub(started.elapsed());
            match self.events.recv_timeout(left) {
                Ok(Event::Written) => is_written = true,
                Ok(Event::Line { line, more: false }) if answer.is_none() => answer = Some(line),
                Ok(Event::Line { line, more: true }) => {
                    return Err(Mismatch::new(
                        "one line",
                        format!("more output after {}", quoted(&line)),
                    ));
                }
                Ok(event) => return Err(self.uncalled(event)),
                Err(RecvTimeoutError::Disconnected) => return Err(self.end(&[])),
                Err(RecvTimeoutError::Timeout) => {
                    let said = self.last_words();
                    return Err(Mismatch::new(
                        format!("a line within {} s", timeout.as_secs_f64()),
                        format!("none (does the program flush its output?){said}"),
                    ));
                }
            }
        }
        Ok(answer.expect("the loop ends with an answer"))
    }

    /// Waits whether a process exits that should not; if so, returns how.
    pub(crate) fn ended_by(&mut self, deadline: Instant) -> Option<String> {
        self.wait_until(deadline).map(|status| {
            self.wait_for_stderr();
            format!("{status}{}", self.last_words())
        })
    }

    /// Closes the input of the process: there will be no more requests.
    pub(crate) fn close_input(&mut self) {
        self.requests = None;
    }

    /// Waits for the process to exit; returns its status if it did so before the deadline.
    pub(crate) fn wait_until(&mut self, deadline: Instant) -> Option<ExitStatus> {
        let mut pause = Duration::from_millis(1);
        while self.status.is_none() {
            self.status = running::reap(&mut self.child);
            let left = deadline.saturating_duration_since(Instant::now());
            if self.status.is_some() || left.is_zero() {
                break;
            }
            thread::sleep(pause.min(left));
            pause = (pause * 2).min(Duration::from_millis(20));
        }
        self.status
    }

    /// Returns what is wrong with an unexpected event.
    fn uncalled(&mut self, event: Event) -> Mismatch {
        match event {
            Event::Line { line, .. } => Mismatch::new(
                "one line for each line sent",
                format!("one more, {}", quoted(&line)),
            ),
            Event::Endless => Mismatch::new(
                format!("a line of at most {} MiB", MAX_LINE >> 20),
                "a longer one",
            ),
            Event::End(rest) => self.end(&rest),
            Event::Written => unreachable!("a request is acknowledged before the next one is sent"),
        }
    }

    /// Returns what is wrong if the output has ended.
    fn end(&mut self, rest: &[u8]) -> Mismatch {
        let rest = if rest.is_empty() {
            String::new()
        } else {
            format!(" after {} without a line end", quoted(rest))
        };
        let how = self
            .wait_until(Instant::now() + LAST_WORDS)
            .map_or("while the program still runs".into(), |status| {
                status.to_string()
            });
        self.wait_for_stderr();
        Mismatch::new(
            "a line",
            format!("the end of the output{rest}, {how}{}", self.last_words()),
        )
    }

    /// Waits for the rest of standard error, but not for ever: a child that the program left running may hold it open.
    fn wait_for_stderr(&self) {
        let _ = self.stderr_end.recv_timeout(LAST_WORDS);
    }

    /// Returns the last line of standard error, to be appended to a message; empty if there is none.
    fn last_words(&self) -> String {
        let tail = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        let last = tail
            .split(|&byte| byte == b'\n')
            .rev()
            .map(<[u8]>::trim_ascii)
            .find(|line| !line.is_empty());
        last.map_or(String::new(), |line| format!(": {}", shown(line)))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        running::kill(&mut self.child);
    }
}

/// Returns the beginning of what the program wrote, quoted.
pub(crate) fn quoted(bytes: &[u8]) -> String {
    format!("`{}`", shown(bytes))
}

fn shown(bytes: &[u8]) -> String {
    const MAX_CHARS: usize = 160;
    let start = bytes.get(..4 * MAX_CHARS).unwrap_or(bytes);
    let text = String::from_utf8_lossy(start);
    let mut shown: String = text.chars().take(MAX_CHARS).collect();
    if shown.len() < text.len() || start.len() < bytes.len() {
        shown.push('…');
    }
    shown
}

fn spawn(run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new()
        .name("command".into())
        .stack_size(256 << 10)
        .spawn(run)
        .map(drop)
}

/// Writes requests until there are no more; then closes the pipe.
fn write(mut stdin: ChildStdin, requests: &Receiver<Vec<u8>>, written: &SyncSender<Event>) {
    for request in requests {
        let _ = stdin.write_all(&request);
        if written.send(Event::Written).is_err() {
            break;
        }
    }
}

fn listen(stdout: ChildStdout, heard: &SyncSender<Event>) {
    let mut stdout = BufReader::with_capacity(64 << 10, stdout);
    loop {
        let mut line = Vec::new();
        // An error on the pipe counts as its end.
        let _ = stdout
            .by_ref()
            .take(MAX_LINE + 1)
            .read_until(b'\n', &mut line);
        let event = if line.pop_if(|&mut byte| byte == b'\n').is_some() {
            Event::Line {
                line,
                more: !stdout.buffer().is_empty(),
            }
        } else if line.len() as u64 > MAX_LINE {
            Event::Endless
        } else {
            Event::End(line)
        };
        let is_line = matches!(event, Event::Line { .. });
        if heard.send(event).is_err() || !is_line {
            break;
        }
    }
}

/// Keeps the end of what is written; `open` is dropped when the pipe is closed.
fn keep_tail(mut stderr: ChildStderr, tail: &Mutex<Vec<u8>>, open: SyncSender<()>) {
    let mut piece = [0; 4 << 10];
    while let Ok(read) = stderr.read(&mut piece)
        && read > 0
    {
        let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.extend_from_slice(&piece[..read]);
        let excess = tail.len().saturating_sub(STDERR_TAIL);
        tail.drain(..excess);
    }
    drop(open);
}
