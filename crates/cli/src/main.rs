//! The program `blattwerk`.

use std::process::ExitCode;

fn main() -> ExitCode {
    blattwerk_cli::main(std::env::args_os())
}
