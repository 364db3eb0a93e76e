//! Runs that are stopped, by whatever, and resumed: the tables are those of an undisturbed run.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::support::{
    Place, SMALL, assert_same, dump, gzip, record_without_times, run_on_a_small_disk, utf16,
};

fn csv() -> String {
    let record = |number: u32| match number % 29 {
        7 => format!("a{number};\"offen;Text.\n"),
        _ => format!("a{number};Titel;\"Ein Satz \"\"hier\"\".\nUnd Nr. {number}.\"\n"),
    };
    let records: String = (0..300).map(record).collect();
    format!("sep=;\nid;titel;text\n{records}")
}

#[test]
fn a_run_that_stops_anywhere_resumes_to_the_same_tables() {
    // Name, file, content, additional arguments.
    let cases: Vec<(&str, &str, Vec<u8>, &str)> = vec![
        ("JSON Lines", "d.jsonl", dump().into(), ""),
        (
            "with a mark",
            "d.jsonl",
            format!("\u{FEFF}{}", dump()).into(),
            "--limit 211",
        ),
        ("CSV", "d.csv", csv().into(), "--set output.bom=true"),
        ("a gzip archive", "d.jsonl.gz", gzip(dump().as_bytes()), ""),
        (
            "copies that are left out",
            "d.jsonl",
            dump().into(),
            "--set dedup.backend=minhash --set dedup.keep=first --set dedup.remember=20",
        ),
        (
            "copies that are kept",
            "d.jsonl",
            dump().into(),
            "--set dedup.backend=minhash --set output.compression=gzip --set output.bom=true",
        ),
        (
            "a cut archive",
            "d.jsonl.gz",
            {
                let mut archive = gzip(dump().as_bytes());
                archive.truncate(archive.len() - 300);
                archive
            },
            "",
        ),
        (
            "UTF-16 into gzip",
            "d.jsonl",
            utf16(&dump()),
            "--set output.compression=gzip",
        ),
        (
            "zstd into zstd",
            "d.csv.zst",
            zstd::encode_all(csv().as_bytes(), 3).unwrap(),
            "--set output.compression=zstd",
        ),
        (
            "Parquet beside CSV",
            "d.jsonl",
            dump().into(),
            "--set output.format=csv+parquet --set output.bom=true --set dedup.backend=minhash",
        ),
        (
            "Parquet alone",
            "d.csv",
            csv().into(),
            "--set output.format=parquet --set output.bom=true --set output.safe_cells=true",
        ),
    ];
    for (name, file, content, arguments) in cases {
        let place = Place::new();
        place.write(file, content);
        let arguments = format!("{SMALL} --input {file} {arguments}");
        let whole = place.blattwerk(&format!("run {arguments} --output whole"));
        assert_eq!(whole.code, 1, "{name}: {whole:?}");

        let (mut blocks, mut stops) = (12, 0);
        let outcome = loop {
            let arguments = format!("{arguments} --resume --output out");
            let output = run_on_a_small_disk(&place, &arguments, blocks);
            if output.status.code() != Some(2) {
                break output;
            }
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(stderr.contains("File too large"), "{name}: {stderr}");
            assert!(place.files("out").is_empty(), "{name}: no table appears");
            stops += 1;
            blocks += blocks / 2;
        };
        assert_eq!(outcome.status.code(), Some(1), "{name}: {outcome:?}");
        assert!(stops > 3, "{name}: {stops} stops");
        assert_same(&place, "whole", "out", name);
    }
}

#[test]
fn a_folder_of_files_is_resumed_at_the_right_one() {
    let place = Place::new();
    for number in 0..60 {
        place.write(&format!("d/{number:02}.txt"), format!("Artikel {number}."));
    }
    place
        .write("d/30.jsonl", dump())
        .write("d/45.png", b"\x89PNG\r\n\x1A\n");
    let arguments = format!("{SMALL} --input d");
    let whole = place.blattwerk(&format!("run {arguments} --output whole"));
    assert_eq!(whole.code, 1, "{whole:?}");
    for blocks in [20, 40, 80, 160] {
        run_on_a_small_disk(
            &place,
            &format!("{arguments} --resume --output out"),
            blocks,
        );
    }
    let outcome = place.blattwerk(&format!("run {arguments} --resume --output out"));
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert_same(&place, "whole", "out", "a folder");
}

/// A short version of scripts/check/kill-test.py.
#[test]
fn a_killed_run_resumes_to_the_same_tables() {
    let place = Place::new();
    place.write("d.jsonl", dump());
    let arguments = format!("run {SMALL} --input d.jsonl");
    let whole = place.blattwerk(&format!("{arguments} --output whole"));
    assert_eq!(whole.code, 1, "{whole:?}");
    for milliseconds in [0, 20, 60, 100, 150, 200, 300, 400] {
        let mut process = Command::new(env!("CARGO_BIN_EXE_blattwerk"))
            .current_dir(place.path())
            .args(arguments.split_whitespace())
            .args(["--resume", "--output", "out"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(milliseconds));
        process.kill().unwrap();
        process.wait().unwrap();
    }
    let outcome = place.blattwerk(&format!("{arguments} --resume --output out"));
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert_same(&place, "whole", "out", "killed");
}

/// A place with a run into `out` that was stopped in the middle.
fn stopped() -> Place {
    let place = Place::new();
    place
        .write("d.jsonl", dump())
        .write("words.tsv", "naß\t-1\n");
    let output = run_on_a_small_disk(&place, &arguments(""), 60);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("cannot write out/unfinished/"), "{stderr}");
    place
}

fn arguments(more: &str) -> String {
    format!(
        "{SMALL} --input d.jsonl --output out --set sentiment.backend=lexicon --set sentiment.lexicon=words.tsv {more}"
    )
}

#[test]
fn an_unfinished_run_is_named_and_not_touched() {
    let place = stopped();
    let before = place.files("out/unfinished");
    for more in ["", "--overwrite"] {
        let outcome = place.blattwerk(&format!("run {}", arguments(more)));
        assert_eq!(outcome.code, 2, "{outcome:?}");
        for word in ["out: contains an unfinished run", "--resume", "--restart"] {
            assert!(outcome.stderr.contains(word), "{word}: {outcome:?}");
        }
    }
    let check = place.blattwerk("check --input d.jsonl --output out");
    assert_eq!(check.code, 2, "{check:?}");
    assert_eq!(before, place.files("out/unfinished"));

    let again = place.blattwerk(&format!("run {}", arguments("--restart")));
    assert_eq!(again.code, 1, "{again:?}");
    let whole = place.blattwerk(&format!(
        "run {} --output whole",
        arguments("").replace("--output out", "")
    ));
    assert_eq!(whole.code, 1, "{whole:?}");
    assert_same(&place, "whole", "out", "restarted");
}

#[test]
fn what_changed_since_the_journal_is_refused_by_name() {
    // A change, additional arguments, part of the message.
    type Change = fn(&Place);
    let cases: &[(Change, &str, &str)] = &[
        (
            |_| {},
            "--set ner.backend=off",
            "`ner.backend` was `\"crf\"`, is `\"off\"`",
        ),
        (
            |_| {},
            "--set output.delimiter=;",
            "`output.delimiter` was not set",
        ),
        (|_| {}, "--limit 3", "`--limit` was none, is 3"),
        (
            |place| {
                place.write("words.tsv", "naß\t-0.5\n");
            },
            "",
            "[sentiment] words.tsv has changed",
        ),
        (
            |place| {
                place.write("d.jsonl", dump() + "{\"text\": \"Neu.\"}\n");
            },
            "",
            "the input d.jsonl had ",
        ),
        (
            |place| {
                thread::sleep(Duration::from_millis(20));
                place.write("d.jsonl", dump().replacen("Mai", "Mal", 1));
            },
            "",
            "the input d.jsonl was changed at 20",
        ),
        (
            |place| {
                place.write("e.jsonl", "{\"text\": \"Neu.\"}\n");
            },
            "--input e.jsonl",
            "the input e.jsonl is new",
        ),
    ];
    for (change, more, says) in cases {
        let place = stopped();
        let before = place.files("out/unfinished");
        change(&place);
        let outcome = place.blattwerk(&format!("run {}", arguments(&format!("--resume {more}"))));
        assert_eq!(outcome.code, 2, "{says}: {outcome:?}");
        assert!(outcome.stderr.contains(says), "{says}: {outcome:?}");
        assert!(outcome.stderr.contains("--restart"), "{outcome:?}");
        let after = place.files("out/unfinished");
        assert!(before == after, "{says}: nothing is touched");
    }
}

#[test]
fn settings_that_do_not_affect_the_tables_may_change() {
    let place = stopped();
    let changed = arguments("--resume --jobs 1").replace("chunk_articles=7", "chunk_articles=50");
    let outcome = place.blattwerk(&format!("run {changed}"));
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let whole = arguments("--jobs 1").replace("--output out", "--output whole");
    assert_eq!(place.blattwerk(&format!("run {whole}")).code, 1);
    assert!(place.tables("whole") == place.tables("out"));
    let (mut whole, mut out) = (
        record_without_times(&place, "whole"),
        record_without_times(&place, "out"),
    );
    for record in [&mut whole, &mut out] {
        record["config"]["run"].take();
    }
    assert_eq!(whole, out);
}

#[test]
fn resume_without_an_unfinished_run_starts_one_and_repeats_no_complete_one() {
    let place = Place::new();
    place.write("d.jsonl", dump());
    let run = |more: &str| place.blattwerk(&format!("run {SMALL} --input d.jsonl --resume {more}"));
    assert_eq!(run("").code, 1);
    let files = place.files("out");
    assert_eq!(run("").code, 1, "the exit code is that of the run");
    assert_eq!(files, place.files("out"), "it is complete: nothing runs");
    let other = run("--set ner.backend=off");
    assert_eq!(other.code, 2, "another run is in the way: {other:?}");
    assert_eq!(run("--set ner.backend=off --overwrite").code, 1);
    assert_ne!(files, place.files("out"));
}

#[test]
fn a_pipe_cannot_be_resumed() {
    let place = stopped();
    let fifo = place.path().join("fifo");
    let made = Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success());
    // Nothing is read from it, so nobody has to write to it.
    let outcome = place.blattwerk(&format!("run {}", arguments("--resume --input fifo")));
    assert_eq!(outcome.code, 2, "{outcome:?}");
    assert!(outcome.stderr.contains("read only once"), "{outcome:?}");
}

#[test]
fn a_table_that_is_shorter_than_in_the_journal_is_named() {
    let place = stopped();
    fs::write(place.path().join("out/unfinished/sentences.csv"), "").unwrap();
    let outcome = place.blattwerk(&format!("run {}", arguments("--resume")));
    assert_eq!(outcome.code, 2, "{outcome:?}");
    for word in ["sentences.csv", "journal", "found 0", "--restart"] {
        assert!(outcome.stderr.contains(word), "{word}: {outcome:?}");
    }
}

#[test]
fn a_second_run_into_the_same_folder_is_refused() {
    let place = Place::new();
    place.write("a.jsonl", "{\"text\": \"Ein Satz.\"}\n");
    let fifo = place.path().join("fifo");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    // The first run waits for its input.
    let mut first = Command::new(env!("CARGO_BIN_EXE_blattwerk"))
        .current_dir(place.path())
        .args(["run", "--quiet", "--input", "fifo", "--output", "out"])
        .spawn()
        .unwrap();
    while !place.path().join("out/unfinished/journal.jsonl").exists() {
        thread::sleep(Duration::from_millis(10));
    }
    for more in ["", "--resume", "--restart", "--overwrite"] {
        let second = place.blattwerk(&format!("run --input a.jsonl --output out {more}"));
        assert_eq!(second.code, 2, "{second:?}");
        let holder = format!("(process {} on ", first.id());
        assert!(second.stderr.contains(&holder), "{holder}: {second:?}");
        assert!(second.stderr.contains(", since 2"), "{second:?}");
    }
    first.kill().unwrap();
    first.wait().unwrap();
    // The lock of a dead process is ignored.
    let third = place.blattwerk("run --input a.jsonl --output out --restart");
    assert_eq!(third.code, 0, "{third:?}");
}

/// Starts a run with a slow program, and returns once that has been asked about the first article.
fn slow(place: &Place, more: &str) -> std::process::Child {
    let program = "import sys, time\nfor line in sys.stdin:\n    open('asked', 'w').close()\n    \
                   time.sleep(float(sys.argv[1]))\n    print('{\"entities\": []}', flush=True)\n";
    place.write("slow.py", program);
    let process = Command::new(env!("CARGO_BIN_EXE_blattwerk"))
        .current_dir(place.path())
        .args(["run", "--log", "json", "--input", "d.jsonl", "--jobs", "1"])
        .args([
            "--set",
            "run.chunk_articles=1",
            "--set",
            "ner.backend=command",
        ])
        .args(more.split_whitespace())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while !place.path().join("asked").exists() {
        thread::sleep(Duration::from_millis(5));
    }
    process
}

fn send(process: &std::process::Child, signal: &str) {
    let sent = Command::new("kill")
        .args([signal, &process.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

fn events(stderr: &[u8]) -> Vec<Value> {
    let lines = std::str::from_utf8(stderr).unwrap().lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_signal_stops_a_run_after_the_current_chunk() {
    for (flag, signal, code) in [
        ("-HUP", "SIGHUP", 129),
        ("-INT", "SIGINT", 130),
        ("-TERM", "SIGTERM", 143),
    ] {
        let place = Place::new();
        place.write(
            "d.jsonl",
            "{\"text\": \"Eins.\"}\n{\"text\": \"Zwei.\"}\n{\"text\": \"Drei.\"}\n",
        );
        let program = "ner.command=[\"python3\",\"slow.py\",\"0.3\"]";
        let process = slow(&place, &format!("--set {program}"));
        send(&process, flag);
        let output = process.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        let events = events(&output.stderr);
        let last = events.last().unwrap();
        assert_eq!(last["event"], "stopped", "{events:?}");
        assert_eq!(
            (&last["signal"], &last["exit"]),
            (&signal.into(), &code.into())
        );
        let done = last["articles"].as_u64().unwrap();
        assert!(
            (1..3).contains(&done),
            "the current chunk is finished: {events:?}"
        );
        assert!(place.files("out").is_empty());

        let again = place.blattwerk(&format!(
            "run --log json --input d.jsonl --resume --jobs 1 --set run.chunk_articles=1 --set ner.backend=command \
             --set {program}"
        ));
        assert_eq!(again.code, 0, "{again:?}");
        let again = self::events(again.stderr.as_bytes());
        assert_eq!(again[1]["event"], "resumed");
        assert_eq!(again[1]["articles"], done);
        assert_eq!(place.rows("out/normalized.csv").len(), 3);
    }
}

/// Shells let background processes ignore SIGINT, and `nohup` SIGHUP.
#[test]
fn a_signal_that_the_parent_ignores_is_taken_when_it_is_sent() {
    for (signal, code) in [("HUP", 129), ("INT", 130), ("TERM", 143)] {
        let place = Place::new();
        place.write("d.jsonl", "{\"text\": \"Eins.\"}\n".repeat(3));
        let program = "import sys, time\nfor line in sys.stdin:\n    open('asked', 'w').close()\n    \
                       time.sleep(0.3)\n    print('{\"entities\": []}', flush=True)\n";
        place.write("slow.py", program);
        let script = format!(
            "trap '' HUP INT TERM; exec {} run -q -i d.jsonl -j 1 --set run.chunk_articles=1 \
             --set ner.backend=command --set 'ner.command=[\"python3\",\"slow.py\"]'",
            env!("CARGO_BIN_EXE_blattwerk")
        );
        let process = Command::new("sh")
            .current_dir(place.path())
            .args(["-c", &script])
            .spawn()
            .unwrap();
        while !place.path().join("asked").exists() {
            thread::sleep(Duration::from_millis(5));
        }
        send(&process, &format!("-{signal}"));
        let output = process.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{signal}: {output:?}");
        assert!(place.path().join("out/unfinished/journal.jsonl").exists());
    }
}

#[test]
fn a_second_signal_and_the_end_of_the_grace_period_stop_at_once() {
    for (more, signals) in [("", 2), ("--set run.grace_seconds=0", 1)] {
        let place = Place::new();
        place.write("d.jsonl", "{\"text\": \"Eins.\"}\n");
        let program = "ner.command=[\"python3\",\"slow.py\",\"600\"]";
        let process = slow(
            &place,
            &format!("--set ner.timeout_seconds=900 --set {program} {more}"),
        );
        for _ in 0..signals {
            send(&process, "-TERM");
            thread::sleep(Duration::from_millis(100));
        }
        let output = process.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(143), "{output:?}");
        assert!(place.path().join("out/unfinished/journal.jsonl").exists());
    }
}

#[test]
fn no_program_outlives_a_run_and_none_of_its_articles_fails_with_it() {
    // What the programs do about signals, the signals that are sent, and more arguments.
    let deaf = "for name in ('SIGHUP', 'SIGINT', 'SIGTERM'): signal.signal(getattr(signal, name), signal.SIG_IGN)";
    let polite =
        "signal.signal(signal.SIGTERM, lambda *_: (open('farewell', 'w').close(), sys.exit()))";
    for (heeds, signals, more) in [
        (deaf, 2, ""),
        (deaf, 1, "--set run.grace_seconds=0"),
        (polite, 2, ""),
        ("", 2, ""),
    ] {
        let place = Place::new();
        place.write("d.jsonl", "{\"text\": \"Eins.\"}\n{\"text\": \"Zwei.\"}\n");
        // A second process, as those that a program starts, tells if it is left.
        let program = format!(
            "import os, signal, sys, time\n{heeds}\nfor line in sys.stdin:\n    if not os.path.exists('ready'):\n        \
             child = os.fork()\n        open('asked', 'w').close()\n        time.sleep(2 if child == 0 else 600)\n        \
             open('alive', 'w').close()\n    print('{{\"entities\": []}}', flush=True)\n"
        );
        place.write("program.py", program);
        let set = [
            "ner.backend=command",
            "ner.command=[\"python3\",\"program.py\"]",
            "ner.timeout_seconds=900",
            "run.chunk_articles=1",
        ];
        let set = set.map(|set| format!("--set {set}")).join(" ");
        let arguments = format!("run --quiet --input d.jsonl --jobs 1 {set} {more}");
        let process = Command::new(env!("CARGO_BIN_EXE_blattwerk"))
            .current_dir(place.path())
            .args(arguments.split_whitespace())
            .spawn()
            .unwrap();
        while !place.path().join("asked").exists() {
            thread::sleep(Duration::from_millis(5));
        }
        for _ in 0..signals {
            send(&process, "-TERM");
            thread::sleep(Duration::from_millis(50));
        }
        let output = process.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(143), "{heeds}: {output:?}");
        assert_eq!(place.path().join("farewell").exists(), heeds == polite);
        thread::sleep(Duration::from_millis(2500));
        assert!(!place.path().join("alive").exists(), "{heeds}");
        place.write("ready", "");
        let again = place.blattwerk(&format!("{arguments} --resume"));
        assert_eq!(again.code, 0, "{heeds}: {again:?}");
        assert_eq!(place.rows("out/normalized.csv").len(), 2, "{heeds}");
    }
}

#[test]
fn too_many_failures_stop_a_run_that_can_be_resumed() {
    let place = Place::new();
    place.write("d.jsonl", dump());
    let run = |more: &str, folder: &str| {
        place.blattwerk(&format!(
            "run {SMALL} --input d.jsonl --output {folder} {more}"
        ))
    };
    assert_eq!(run("", "whole").code, 1);
    // 27 of 300 fail.
    for (most, code) in [("3", 2), ("26", 2), ("27", 1), ("2%", 2), ("12%", 1)] {
        let stopped = run(&format!("--max-failures {most}"), "out");
        assert_eq!(stopped.code, code, "{most}: {stopped:?}");
        if code == 2 {
            let says = format!("more than `--max-failures {most}` allows");
            assert!(stopped.stderr.contains(&says), "{stopped:?}");
            assert!(place.files("out").is_empty(), "{most}");
            let still = run(&format!("--resume --max-failures {most}"), "out");
            assert_eq!(still.code, 2, "{most}: nothing has changed");
            assert_eq!(run("--resume", "out").code, 1, "{most}");
        }
        assert_same(&place, "whole", "out", most);
        fs::remove_dir_all(place.path().join("out")).unwrap();
    }
    let outcome = run("--max-failures viele", "out");
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("expected a number or a percentage"),
        "{outcome:?}"
    );
    let outcome = run("--set run.max_failures=101%", "out");
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("[run] max_failures"), "{outcome:?}");
}

#[test]
fn metrics_are_in_the_format_of_prometheus() {
    let place = Place::new();
    place.write("d.jsonl", dump());
    place.write("m/.keep", "");
    let arguments = format!("run {SMALL} --input d.jsonl --metrics m/blattwerk.prom");
    let stopped = place.blattwerk(&format!("{arguments} --max-failures 3"));
    assert_eq!(stopped.code, 2);
    let metrics = place.read("m/blattwerk.prom");
    assert!(metrics.contains("\nblattwerk_exit_code 2\n"), "{metrics}");
    assert_eq!(place.blattwerk(&format!("{arguments} --resume")).code, 1);
    let metrics = place.read("m/blattwerk.prom");
    for line in [
        "# TYPE blattwerk_articles gauge",
        "blattwerk_articles 273",
        "blattwerk_failures 27",
        "blattwerk_running 0",
        "blattwerk_exit_code 1",
    ] {
        assert!(
            metrics.lines().any(|found| found == line),
            "{line}: {metrics}"
        );
    }
    // Each sample has a valid name and a number, and its name is explained before.
    let mut explained = "";
    for line in metrics.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            let mut words = comment.split(' ');
            assert!(["HELP", "TYPE"].contains(&words.next().unwrap()), "{line}");
            explained = words.next().unwrap();
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').unwrap();
        let name = sample.split('{').next().unwrap();
        assert_eq!(name, explained, "{line}");
        assert!(
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        );
        value.parse::<f64>().unwrap();
    }
    let names: Vec<_> = fs::read_dir(place.path().join("m")).unwrap().collect();
    assert_eq!(names.len(), 2, "no temporary file is left: {names:?}");
    let nowhere = place.blattwerk("run --input d.jsonl --output b --metrics nirgends/m.prom");
    assert_eq!(nowhere.code, 2);
    assert!(nowhere.stderr.contains("nirgends/m.prom"), "{nowhere:?}");
}

#[test]
fn errors_are_events_in_the_json_log() {
    let place = Place::new();
    let outcome = place.blattwerk("run --log json --input nirgends");
    assert_eq!(outcome.code, 2);
    let events = events(outcome.stderr.as_bytes());
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(
        (&events[0]["event"], &events[0]["exit"]),
        (&"error".into(), &2.into())
    );
    assert!(events[0]["error"].as_str().unwrap().contains("nirgends"));
}

/// Flags for a run without the stages that take time to load.
const BARE: &str =
    "--quiet --set ner.backend=off --set sentiment.backend=off --set summarize.backend=off";

#[test]
fn a_complete_run_without_one_of_its_tables_is_told() {
    type Damage = fn(&std::path::Path);
    let damages: [(&str, Damage); 4] = [
        ("is missing", |path| fs::remove_file(path).unwrap()),
        ("has 0 bytes instead of ", |path| {
            fs::write(path, "").unwrap();
        }),
        ("has 20 bytes instead of ", |path| {
            let content = fs::read(path).unwrap();
            fs::write(path, &content[..20]).unwrap();
        }),
        (" bytes instead of ", |path| {
            let content = fs::read(path).unwrap();
            fs::write(path, [content.as_slice(), b"\n"].concat()).unwrap();
        }),
    ];
    for (arguments, table) in [
        ("", "normalized.csv"),
        ("", "failures.csv"),
        ("--set output.compression=gzip", "sentences.csv.gz"),
    ] {
        let place = Place::new();
        place.write("d.jsonl", dump());
        let run = format!("run {BARE} --input d.jsonl --output out {arguments}");
        let whole = place.blattwerk(&run);
        assert_eq!(whole.code, 1, "{whole:?}");
        let tables = place.tables("out");
        for (says, damage) in damages {
            damage(&place.path().join("out").join(table));
            let again = place.blattwerk(&format!("{run} --resume"));
            assert_eq!(again.code, 2, "{table}: {again:?}");
            let expected = format!("its table {table} ");
            assert!(
                again.stderr.contains(&expected) && again.stderr.contains(says),
                "{again:?}"
            );
            let again = place.blattwerk(&format!("{run} --resume --overwrite"));
            assert_eq!(again.code, 1, "{table}: {again:?}");
            assert!(place.tables("out") == tables, "{table} is made again");
            let again = place.blattwerk(&format!("{run} --resume"));
            assert_eq!(again.code, 1, "{table}: it is whole: {again:?}");
        }
    }
}

#[test]
fn a_run_in_which_all_failed_leaves_the_tables_of_an_earlier_one() {
    let bad = |count: usize| "{\"id\": \"a\", \"Nachricht\": \"Heute.\"}\n".repeat(count);
    let good = "{\"id\": \"gut\", \"text\": \"Ein Satz.\"}\n";
    for (name, dump, arguments, code) in [
        ("a small increment", bad(19), "", 1),
        ("all of many", bad(20), "", 2),
        (
            "all of more, in chunks",
            bad(500),
            "--set run.chunk_articles=7",
            2,
        ),
        ("all but one", bad(500) + good, "", 1),
        ("all of those read", bad(500) + good, "--limit 30", 2),
        (
            "all but one that is skipped",
            bad(30)
                + "{\"id\": \"b\", \"text\": \"The council has decided to repair the old bridge this year.\"}\n",
            "--set language.other=skip",
            1,
        ),
        (
            "too many failures come first",
            bad(500),
            "--max-failures 10",
            2,
        ),
    ] {
        let place = Place::new();
        place
            .write("gestern.jsonl", good)
            .write("heute.jsonl", dump);
        let yesterday = place.blattwerk(&format!("run {BARE} -i gestern.jsonl -o out"));
        assert_eq!(yesterday.code, 0, "{yesterday:?}");
        let tables = place.files("out");
        let run = format!("run {BARE} -i heute.jsonl -o out --overwrite {arguments}");
        let today = place.blattwerk(&run);
        assert_eq!(today.code, code, "{name}: {today:?}");
        assert_eq!(place.files("out") == tables, code == 2, "{name}");
        if code == 2 && !arguments.contains("max") {
            let table = "out/unfinished/failures.csv";
            assert!(today.stderr.contains(table), "{name}: {today:?}");
            assert!(
                today.stderr.contains("heute.jsonl:1: "),
                "{name}: {today:?}"
            );
            assert!(place.rows(table).len() >= 20, "{name}: they can be read");
            let resumed = place.blattwerk(&format!("{run} --resume"));
            assert_eq!(resumed.code, 2, "{name}: {resumed:?}");
            place.write("heute.jsonl", good.replace("gut", "neu"));
            let next = place.blattwerk(&run);
            assert_eq!(next.code, 0, "{name}: it is not in the way: {next:?}");
            assert!(!place.path().join("out/unfinished").exists());
        }
    }
}

#[test]
fn of_runs_that_start_at_once_exactly_one_succeeds() {
    // Whether the first still writes, or has just finished.
    for (trial, arguments) in ["", "", "--overwrite", "--resume", "--restart", ""]
        .into_iter()
        .enumerate()
    {
        let place = Place::new();
        let count = 30 * trial + 1;
        for run in 0..4 {
            let lines = (0..count)
                .map(|id| format!("{{\"id\": \"{run}-{id}\", \"text\": \"Ein Satz.\"}}\n"));
            place.write(&format!("{run}.jsonl"), lines.collect::<String>());
        }
        let start = |run: usize| {
            Command::new(env!("CARGO_BIN_EXE_blattwerk"))
                .current_dir(place.path())
                .args(format!("run {BARE} -i {run}.jsonl -o out {arguments}").split_whitespace())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        };
        let children: Vec<_> = (0..4).map(start).collect();
        let outputs = children
            .into_iter()
            .map(|child| child.wait_with_output().unwrap());
        let outputs: Vec<_> = outputs.collect();
        let codes: Vec<_> = outputs.iter().map(|output| output.status.code()).collect();
        let winner = codes.iter().position(|code| *code == Some(0));
        let winner = winner.unwrap_or_else(|| panic!("{arguments}: {outputs:?}"));
        let others = codes.iter().filter(|code| **code == Some(2)).count();
        // With `--overwrite`, a run may begin when another is complete.
        if arguments != "--overwrite" {
            assert_eq!(others, 3, "{arguments}: {outputs:?}");
            let rows = place.rows("out/normalized.csv");
            assert_eq!(rows.len(), count);
            assert_eq!(rows[0]["article_id"], format!("{winner}-0"));
        }
        assert!(!place.path().join("out/unfinished").exists(), "{arguments}");
    }
}

#[test]
fn metrics_replace_nothing_but_metrics() {
    let place = Place::new();
    place.write("d.jsonl", "{\"id\": \"a\", \"text\": \"Ein Satz.\"}\n");
    let refused = place.blattwerk(&format!("run {BARE} -i d.jsonl -o out --metrics d.jsonl"));
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("expected a metrics file"),
        "{refused:?}"
    );
    assert!(place.read("d.jsonl").starts_with("{\"id\""));
    place.write("m.prom", "");
    for _ in 0..2 {
        let run = place.blattwerk(&format!(
            "run {BARE} -i d.jsonl -o out --overwrite --metrics m.prom"
        ));
        assert_eq!(run.code, 0, "{run:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_limit_on_the_size_of_files_is_told() {
    let place = Place::new();
    let lines = (0..2000).map(|id| format!("{{\"id\": \"{id}\", \"text\": \"Ein Satz.\"}}\n"));
    place.write("d.jsonl", lines.collect::<String>());
    let program = env!("CARGO_BIN_EXE_blattwerk");
    let limited = Command::new("sh")
        .current_dir(place.path())
        .arg("-c")
        .arg(format!(
            "ulimit -f 8; exec {program} run {BARE} -i d.jsonl -o out"
        ))
        .output()
        .unwrap();
    assert_eq!(limited.status.code(), Some(2), "{limited:?}");
    let resumed = place.blattwerk(&format!("run {BARE} -i d.jsonl -o out --resume"));
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert_eq!(place.rows("out/normalized.csv").len(), 2000);
}
