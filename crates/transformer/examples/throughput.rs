//! Measures the speed of a token classifier, for `scripts/bench/transformer.sh`.
//!
//!     throughput MODEL FILE RUNTIME SENTENCES ROWS THREADS LOGITS
//!
//! `SENTENCES` has one sentence per line; `ROWS` is the number of sequences in a batch. The logits are written to the
//! file `LOGITS` as little-endian floats, sentence after sentence. Prints sentences per second and peak memory in
//! megabytes.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use blattwerk_transformer::{Config, Runtime, TokenClassifier};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, file, runtime, sentences, rows, threads, logits] = &arguments[..] else {
        return Err("expected MODEL FILE RUNTIME SENTENCES ROWS THREADS LOGITS".into());
    };
    let runtime = Runtime::ALL
        .into_iter()
        .find(|known| known.as_str() == runtime)
        .ok_or("unknown runtime")?;
    let config = Config {
        model: model.into(),
        file: Some(file.into()),
        runtime,
        ..Config::default()
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.parse()?)
        .build()?;
    let content = std::fs::read_to_string(sentences)?;
    let sentences: Vec<&str> = content.lines().collect();
    let model = pool
        .install(|| TokenClassifier::load(&config, Path::new("")))?
        .with_rows(rows.parse()?);

    let started = Instant::now();
    let found = pool.install(|| model.find(&sentences));
    let seconds = started.elapsed().as_secs_f64();
    found.into_iter().collect::<Result<Vec<_>, _>>()?;

    let mut out = std::io::BufWriter::new(std::fs::File::create(logits)?);
    for sentence in &sentences {
        for value in model.logits(sentence)?.iter().flat_map(|(_, row)| row) {
            out.write_all(&value.to_le_bytes())?;
        }
    }
    out.flush()?;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or(0);
    #[expect(clippy::cast_precision_loss, reason = "a few hundred sentences")]
    let speed = sentences.len() as f64 / seconds;
    writeln!(std::io::stdout(), "{speed:.1} {}", peak / 1024)?;
    Ok(())
}
