//! The tests of the whole program: golden runs, fault runs, and what the command line promises.

mod commands;
mod faults;
mod golden;
mod support;
mod tables;
