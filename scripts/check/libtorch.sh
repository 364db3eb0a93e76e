#!/usr/bin/env bash
# Tests the cargo feature `rust-bert` with libtorch, which is downloaded (0.8 GB) unless it exists already.
# All packages are built in one command and in a target folder of their own, so that nothing is built twice.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
scripts/setup-libtorch.sh "$target/libtorch"
libtorch=$(realpath "$target/libtorch")
# Without it, the MKL in libtorch may sum numbers in another order from call to call on processors that are not Intel's.
export MKL_CBWR=COMPATIBLE
export LIBTORCH="$libtorch" LIBTORCH_CXX11_ABI=0 LD_LIBRARY_PATH="$libtorch/lib"
export CARGO_TARGET_DIR="$target/libtorch-build" CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_TEST_DEBUG=0
build=(--locked --features rust-bert --package blattwerk)
for name in rust-bert transformer ner sentiment summarize; do
    build+=(--package "blattwerk-$name")
done
cargo clippy "${build[@]}" --all-targets -- -D warnings
# Only the tests of the feature; check.sh runs the others.
cargo test "${build[@]}" -- rust_bert beam summar
