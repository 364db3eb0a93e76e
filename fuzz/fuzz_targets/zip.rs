//! Any bytes can be read as an archive, whose files are read in the format they have.

#![no_main]

mod read;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read::read("auto", bytes));
