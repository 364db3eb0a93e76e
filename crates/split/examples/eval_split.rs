//! Evaluates the rules on gold files: `eval_split GOLD...` prints a report and the mistakes of each.

use std::path::Path;

use blattwerk_split::eval::{Gold, evaluate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config: blattwerk_split::Config = serde_json::from_str(r#"{"backend": "rules"}"#)?;
    let built = config.build(Path::new("."))?;
    for path in std::env::args().skip(1) {
        let gold = Gold::read(Path::new(&path))?;
        let report = evaluate(&gold, &*built.stage)?;
        for mistake in &report.mistakes {
            eprintln!("{mistake}");
        }
        eprintln!("{path}: {report}");
    }
    Ok(())
}
