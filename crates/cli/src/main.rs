//! The program `blattwerk`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A run allocates and frees many small texts, on other threads than it made them on. docs/speed.md has what this gives.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    blattwerk_cli::main(std::env::args_os())
}
