//! Measures a state of many articles: `cargo run --release -p blattwerk-state --example measure -- FILE [ARTICLES]`.
//!
//! Prints how many seconds it takes to record them in one run, to add a day's articles, and to query articles of which
//! half are known; the size of the file; and, where the system reports it, the peak memory of the process.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "the output of an example is for people"
)]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use blattwerk_state::{Content, Key, Processed, Run, State};

const DAY: u64 = 50_000;
const ASKED: u64 = 1_000_000;
const CHUNK: u64 = 1000;

fn entry(number: u64) -> Processed {
    let id = format!("https://zeitung.example/artikel/{number}");
    Processed {
        key: Key::new(&id),
        content: Content::new([Some(id.as_str())]),
    }
}

fn run(id: &str) -> Run {
    Run {
        id: id.into(),
        ..Run::default()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("usage: measure FILE [ARTICLES]")?;
    let articles: u64 = arguments
        .next()
        .map_or(Ok(10_000_000), |number| number.parse())?;
    let path = Path::new(&file);
    let mut state = State::open(path, "recipe")?;

    let start = Instant::now();
    state.record(&run("first"), (0..articles).map(entry))?;
    println!(
        "record {articles} articles: {:.1} s",
        start.elapsed().as_secs_f64()
    );

    let start = Instant::now();
    state.record(&run("next"), (articles..articles + DAY).map(entry))?;
    println!("add {DAY}: {:.2} s", start.elapsed().as_secs_f64());

    let start = Instant::now();
    let step = (2 * articles / ASKED).max(1);
    for chunk in 0..ASKED / CHUNK {
        let numbers = chunk * CHUNK..(chunk + 1) * CHUNK;
        // A stride that visits the articles in no particular order.
        let entries: Vec<Processed> = numbers
            .map(|n| entry(n.wrapping_mul(7_919) % ASKED * step))
            .collect();
        state.due(&entries)?;
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "ask for {ASKED}: {seconds:.1} s, {:.1} µs each",
        seconds * 1e6 / ASKED as f64
    );
    println!(
        "size: {} bytes an article",
        std::fs::metadata(path)?.len() / (articles + DAY)
    );
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find(|line| line.starts_with("VmHWM"));
        println!("memory: {}", peak.unwrap_or("unknown"));
    }
    Ok(())
}
