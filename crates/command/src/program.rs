//! The program and its pool of processes.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use blattwerk_core::{Document, Error, Result};
use serde_json::Value;

use crate::answer::{Answer, Mismatch};
use crate::process::{Process, quoted};
use crate::request;
use crate::running;

/// How long a new process is watched: within that time, an interpreter notices that its script is missing.
const WATCHED_AT_START: Duration = Duration::from_millis(250);

/// How long processes may take to exit by themselves after their input is closed.
const FAREWELL: Duration = Duration::from_secs(2);

/// A program of the user, with as many processes as there are requests at the same time.
pub struct Program {
    /// The command as written in the config, for messages.
    name: String,
    executable: PathBuf,
    arguments: Vec<String>,
    root: PathBuf,
    timeout: Duration,
    idle: Mutex<Vec<Process>>,
}

impl Program {
    pub(crate) fn start(
        name: String,
        executable: PathBuf,
        arguments: Vec<String>,
        root: PathBuf,
        timeout: Duration,
    ) -> Result<Self> {
        let program = Self {
            name,
            executable,
            arguments,
            root,
            timeout,
            idle: Mutex::default(),
        };
        let mut first = program.spawn()?;
        if let Some(end) = first.ended_by(Instant::now() + WATCHED_AT_START) {
            return Err(
                program.not_started(std::io::Error::other(format!("it exited at once, {end}")))
            );
        }
        program.idle().push(first);
        Ok(program)
    }

    /// Sends an article to the program and returns the layer that it answers.
    ///
    /// # Errors
    ///
    /// [`Error::Answer`] if there is no valid answer in time; [`Error::Start`] if another process was needed
    /// and could not be started.
    pub fn ask<A: Answer>(&self, document: &Document) -> Result<A::Layer> {
        let idle = self.idle().pop();
        let mut process = match idle {
            Some(process) => process,
            None => self.spawn().inspect_err(|_| running::wait_if_over())?,
        };
        // A process returns to the pool only if its answer was valid; otherwise it ends here.
        let outcome = process
            .exchange(request::line(document), self.timeout)
            .map_err(Refusal::Nonsense)
            .and_then(|line| read::<A>(&line, document))
            .inspect_err(|_| running::wait_if_over());
        if matches!(outcome, Ok(_) | Err(Refusal::GivenUp(_))) {
            self.idle().push(process);
        }
        outcome.map_err(|refusal| {
            let (Refusal::GivenUp(mismatch) | Refusal::Nonsense(mismatch)) = refusal;
            Error::Answer {
                program: self.name.clone(),
                expected: mismatch.expected,
                found: mismatch.found,
            }
        })
    }

    fn spawn(&self) -> Result<Process> {
        let mut command = Command::new(&self.executable);
        command
            .args(&self.arguments)
            .current_dir(&self.root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Process::start(command).map_err(|source| self.not_started(source))
    }

    fn not_started(&self, source: std::io::Error) -> Error {
        Error::Start {
            program: self.name.clone(),
            source,
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Process>> {
        self.idle
            .lock()
            .expect("nothing panics while it holds the pool")
    }
}

impl Drop for Program {
    /// Gives the processes a moment to exit by themselves; the others are killed.
    fn drop(&mut self) {
        let Ok(idle) = self.idle.get_mut() else {
            return;
        };
        for process in idle.iter_mut() {
            process.close_input();
        }
        let deadline = Instant::now() + FAREWELL;
        for process in idle {
            process.wait_until(deadline);
        }
    }
}

/// Why there is no layer.
enum Refusal {
    /// The program reported an error, and is ready for the next article.
    GivenUp(Mismatch),
    /// The answer is invalid, so later answers of the process cannot be trusted either.
    Nonsense(Mismatch),
}

fn read<A: Answer>(line: &[u8], document: &Document) -> Result<A::Layer, Refusal> {
    let nonsense = |expected: &str, why: &dyn std::fmt::Display| {
        Refusal::Nonsense(Mismatch::new(expected, format!("{} ({why})", quoted(line))))
    };
    let line = str::from_utf8(line).map_err(|error| nonsense("UTF-8", &error))?;
    let mut value: Value =
        serde_json::from_str(line).map_err(|error| nonsense("a line of JSON", &error))?;
    if let Some(object) = value.as_object_mut() {
        match object.remove("error") {
            None | Some(Value::Null) => {}
            Some(error) => {
                let error = error.as_str().map_or(error.to_string(), str::to_owned);
                return Err(Refusal::GivenUp(Mismatch::new(
                    "an answer",
                    format!("the error {}", quoted(error.as_bytes())),
                )));
            }
        }
        if let Some(id) = object.remove("id")
            && id != document.id.as_str()
        {
            return Err(Refusal::Nonsense(Mismatch::new(
                format!("the answer for article `{}`", document.id),
                format!("the answer for {id}"),
            )));
        }
    }
    let answer: A = serde_json::from_value(value)
        .map_err(|error| nonsense(&format!("an answer like `{}`", A::EXAMPLE), &error))?;
    answer.layer(document).map_err(Refusal::Nonsense)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use blattwerk_core::Built;
    use serde::Deserialize;
    use tempfile::TempDir;

    use super::*;
    use crate::Config;

    /// The answer `{"n": 1}`; a negative number is invalid.
    #[derive(Deserialize)]
    struct Number {
        n: i64,
    }

    impl Answer for Number {
        type Layer = i64;
        const EXAMPLE: &'static str = r#"{"n":1}"#;

        fn layer(self, _: &Document) -> Result<i64, Mismatch> {
            if self.n < 0 {
                return Err(Mismatch::new("a number from 0", self.n.to_string()));
            }
            Ok(self.n)
        }
    }

    /// A shell script, each process of which writes its id to the file `started`.
    fn shell(script: &str) -> (TempDir, Config) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("program.sh"),
            format!("echo $$ >> started\n{script}\n"),
        )
        .unwrap();
        let config = Config {
            command: vec!["sh".into(), "program.sh".into()],
            timeout_seconds: 20.0,
        };
        (folder, config)
    }

    fn started(folder: &TempDir) -> Vec<u32> {
        let numbers = fs::read_to_string(folder.path().join("started")).unwrap();
        numbers.lines().map(|line| line.parse().unwrap()).collect()
    }

    fn ask(program: &Program, text: &str) -> Result<i64, String> {
        program
            .ask::<Number>(&Document::new("a1", text))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn one_process_answers_one_article_after_the_other() {
        let (folder, config) =
            shell(r#"while read -r _; do n=$((n + 1)); echo "{\"n\": $n}"; done"#);
        let program = config.start(folder.path()).unwrap();
        assert_eq!([1, 2, 3].map(|_| ask(&program, "Ja.").unwrap()), [1, 2, 3]);
        assert_eq!(started(&folder).len(), 1);
    }

    #[test]
    fn articles_asked_at_the_same_time_have_a_process_each() {
        // No process answers until there are two.
        let (folder, config) = shell(
            r#"while read -r _; do
                 until [ "$(wc -l < started)" -ge 2 ]; do sleep 0.02; done
                 echo '{"n": 1}'
               done"#,
        );
        let program = config.start(folder.path()).unwrap();
        let answers = std::thread::scope(|scope| {
            let asking = [1, 2].map(|_| scope.spawn(|| ask(&program, "Ja.")));
            asking.map(|asking| asking.join().unwrap())
        });
        assert_eq!(answers, [Ok(1), Ok(1)]);
        assert_eq!(ask(&program, "Ja."), Ok(1));
        assert_eq!(started(&folder).len(), 2);
    }

    #[test]
    fn what_is_no_answer_costs_its_article_and_the_next_one_gets_a_fresh_process() {
        // What the program does when the text asks for it, and the message.
        let cases: &[(&str, &str)] = &[
            (
                "echo Modell fehlt >&2; exit 3",
                "expected a line, found the end of the output, exit status: 3: Modell fehlt",
            ),
            (
                "kill -9 $$",
                "expected a line, found the end of the output, signal: 9 (SIGKILL)",
            ),
            (
                "printf '{\"n\"'; exit 0",
                "expected a line, found the end of the output after `{\"n\"` without a line end, exit status: 0",
            ),
            (
                "exec >&-; sleep 60",
                "expected a line, found the end of the output, while the program still runs",
            ),
            (
                "echo Hallo",
                "expected a line of JSON, found `Hallo` (expected value at line 1 column 1)",
            ),
            (
                "echo",
                "expected a line of JSON, found `` (EOF while parsing a value at line 1 column 0)",
            ),
            (
                "printf '\\374\\n'",
                "expected UTF-8, found `\u{FFFD}` (invalid utf-8 sequence of 1 bytes from index 0)",
            ),
            (
                "echo '{\"m\": 1}'",
                "expected an answer like `{\"n\":1}`, found `{\"m\": 1}` (missing field `n`)",
            ),
            (
                "echo '{\"n\": \"1\"}'",
                "expected an answer like `{\"n\":1}`, found `{\"n\": \"1\"}` (invalid type: string \"1\", expected i64)",
            ),
            ("echo '{\"n\": -1}'", "expected a number from 0, found -1"),
            (
                "printf '{\"n\":1}\\n{\"n\":2}\\n'",
                "expected one line, found more output after `{\"n\":1}`",
            ),
            (
                "echo '{\"id\": \"a0\", \"n\": 1}'",
                "expected the answer for article `a1`, found the answer for \"a0\"",
            ),
            (
                "head -c 17000000 /dev/zero | tr '\\0' x; sleep 60",
                "expected a line of at most 16 MiB, found a longer one",
            ),
        ];
        let try_case = |fault: &str, message: &str| {
            let (folder, config) = shell(&format!(
                r#"while read -r line; do
                     case $line in *Fehler*) {fault};; *) echo '{{"n": 7}}';; esac
                   done"#
            ));
            let program = config.start(folder.path()).unwrap();
            assert_eq!(ask(&program, "Gut."), Ok(7), "{fault}");
            assert_eq!(
                ask(&program, "Fehler."),
                Err(format!("`sh program.sh`: {message}")),
                "{fault}"
            );
            assert_eq!(ask(&program, "Gut."), Ok(7), "{fault}");
            assert_eq!(started(&folder).len(), 2, "{fault}");
        };
        // All at the same time, since they mostly wait.
        std::thread::scope(|scope| {
            for (fault, message) in cases {
                scope.spawn(|| try_case(fault, message));
            }
        });
    }

    #[test]
    fn an_article_can_be_given_up_without_a_restart() {
        let (folder, config) =
            shell(r#"while read -r _; do echo '{"error": "zu kurz", "n": null}'; done"#);
        let program = config.start(folder.path()).unwrap();
        for _ in 0..2 {
            assert_eq!(
                ask(&program, "Ja."),
                Err("`sh program.sh`: expected an answer, found the error `zu kurz`".into())
            );
        }
        assert_eq!(started(&folder).len(), 1);
    }

    #[test]
    fn the_id_and_no_error_may_be_repeated() {
        let (folder, config) = shell(
            r#"while read -r _; do echo '{"id": "a1", "error": null, "n": 5, "m": 6}'; done"#,
        );
        assert_eq!(ask(&config.start(folder.path()).unwrap(), "Ja."), Ok(5));
    }

    #[test]
    fn a_line_that_nobody_asked_for_is_not_taken_for_an_answer() {
        let (folder, config) = shell(r#"echo Bereit; while read -r _; do echo '{"n": 1}'; done"#);
        let program = config.start(folder.path()).unwrap();
        assert_eq!(
            ask(&program, "Ja."),
            Err(
                "`sh program.sh`: expected one line for each line sent, found one more, `Bereit`"
                    .into()
            )
        );
    }

    #[test]
    fn a_program_that_hangs_is_killed_with_all_it_started() {
        let hang = |text: &str| {
            let (folder, mut config) = shell("echo lade >&2; (sleep 2; touch alive) & wait");
            config.timeout_seconds = 0.3;
            let program = config.start(folder.path()).unwrap();
            let began = Instant::now();
            assert_eq!(
                ask(&program, text),
                Err("`sh program.sh`: expected a line within 0.3 s, found none (does the program flush its output?): lade".into())
            );
            assert!(!runs(started(&folder)[0]));
            std::thread::sleep(Duration::from_millis(2500).saturating_sub(began.elapsed()));
            assert!(!folder.path().join("alive").exists());
        };
        std::thread::scope(|scope| {
            scope.spawn(|| hang("Ja."));
            scope.spawn(|| hang(&"Ja. ".repeat(1 << 18)));
        });
    }

    #[test]
    fn full_pipes_in_all_directions_block_nobody() {
        // It writes a megabyte to standard error and another, as spaces before the answer, to standard output,
        // before it reads the first byte of a text of a megabyte.
        let (folder, config) = shell(
            r#"while :; do
                 head -c 1000000 /dev/zero | tr '\0' '\n' >&2
                 head -c 1000000 /dev/zero | tr '\0' ' '
                 head -n 1 | grep -q . || exit
                 echo '{"n": 1}'
               done"#,
        );
        let program = config.start(folder.path()).unwrap();
        let text = "Köln. ".repeat(150_000);
        assert_eq!(ask(&program, &text), Ok(1));
    }

    #[test]
    fn processes_end_with_the_program_that_holds_them() {
        let scripts = [
            r#"while read -r _; do echo '{"n": 1}'; done; echo done > farewell"#,
            r#"while :; do read -r _ && echo '{"n": 1}'; done"#,
        ];
        for (script, says_farewell) in scripts.into_iter().zip([true, false]) {
            let (folder, config) = shell(script);
            let program = config.start(folder.path()).unwrap();
            assert_eq!(ask(&program, "Ja."), Ok(1));
            drop(program);
            assert_eq!(folder.path().join("farewell").exists(), says_farewell);
            assert!(started(&folder).into_iter().all(|process| !runs(process)));
        }
    }

    /// Tells whether a process exists, even as a zombie.
    fn runs(process: u32) -> bool {
        let check = Command::new("sh")
            .args(["-c", &format!("kill -0 {process}")])
            .stderr(Stdio::null())
            .status();
        check.unwrap().success()
    }

    #[test]
    fn what_cannot_work_is_told_before_the_first_article() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("notes.txt"), "kein Programm").unwrap();
        let cases: &[(&[&str], f64, &str)] = &[
            (
                &[],
                1.0,
                r#"`command`: expected a program and its arguments, such as ["python3", "ner.py"], found an empty list"#,
            ),
            (
                &["sh"],
                0.0,
                "`timeout_seconds`: expected a positive number of seconds, found 0",
            ),
            (
                &["sh"],
                f64::NAN,
                "`timeout_seconds`: expected a positive number of seconds, found NaN",
            ),
            (
                &["no-such-program-of-ours", "-x"],
                1.0,
                "cannot start `no-such-program-of-ours -x`: No such file or directory (os error 2)",
            ),
            (
                &["./missing"],
                1.0,
                "cannot start `./missing`: No such file or directory (os error 2)",
            ),
            (
                &["./notes.txt"],
                1.0,
                "cannot start `./notes.txt`: Permission denied (os error 13)",
            ),
            (
                &["sh", "-c", "echo Modell fehlt >&2; exit 2"],
                1.0,
                "cannot start `sh -c echo Modell fehlt >&2; exit 2`: it exited at once, exit status: 2: Modell fehlt",
            ),
        ];
        for &(command, timeout_seconds, message) in cases {
            let config = Config {
                command: command.iter().copied().map(str::to_owned).collect(),
                timeout_seconds,
            };
            let Err(error) = config.start(folder.path()) else {
                panic!("{command:?} starts");
            };
            let mut chain = error.to_string();
            if let Some(source) = std::error::Error::source(&error) {
                chain = format!("{chain}: {source}");
            }
            assert_eq!(chain, message);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_program_with_a_slash_is_found_beside_the_config_and_recorded() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir_in(".").unwrap();
        let program = folder.path().join("bin/program");
        fs::create_dir(folder.path().join("bin")).unwrap();
        fs::write(
            &program,
            "#!/bin/sh\nwhile read -r _; do [ -e bin/program ] && echo '{\"n\": 1}'; done\n",
        )
        .unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let config = Config {
            command: vec!["bin/program".into()],
            ..Config::default()
        };
        let root = Path::new(folder.path().file_name().unwrap());
        assert!(root.is_relative());
        let Built { stage, assets } = config.build::<Number>(root).unwrap();
        assert_eq!(stage.process(&Document::new("a1", "Ja.")).unwrap(), 1);
        assert_eq!(assets.len(), 1);
        assert_eq!(
            assets[0].name,
            root.join("bin/program").display().to_string()
        );
    }
}
