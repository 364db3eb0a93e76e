//! Any bytes can be read as a WARC file.

#![no_main]

mod read;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read::read("warc", bytes));
