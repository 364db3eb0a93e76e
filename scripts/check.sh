#!/usr/bin/env bash
# Every check that a change must pass: format, imports, lints, tests, docs. Continuous integration runs this file.
set -euo pipefail
cd "$(dirname "$0")/.."
# All features but `rust-bert`, which needs libtorch: scripts/check/libtorch.sh.
features=contract,onnx,ort,rten

cargo fmt --all --check
scripts/check/imports.py --self-test
scripts/check/imports.py
cargo clippy --workspace --all-targets --features "$features" --locked -- -D warnings
cargo test --workspace --features "$features" --locked
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
