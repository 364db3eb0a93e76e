#!/usr/bin/env bash
# Tests the cargo feature `rust-bert` with libtorch, which is fetched (0.8 GB) unless it is there already.
# It is built apart, so that nothing of another build is built again for it; and at once, for the same reason.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
scripts/setup-libtorch.sh "$target/libtorch"
libtorch=$(realpath "$target/libtorch")
export LIBTORCH="$libtorch" LIBTORCH_CXX11_ABI=0 LD_LIBRARY_PATH="$libtorch/lib"
export CARGO_TARGET_DIR="$target/libtorch-build" CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_TEST_DEBUG=0
build=(--locked --features rust-bert --package blattwerk)
for name in rust-bert transformer ner sentiment summarize; do
    build+=(--package "blattwerk-$name")
done
cargo clippy "${build[@]}" --all-targets -- -D warnings
# The tests of what the feature brings; check.sh has run the others.
cargo test "${build[@]}" -- rust_bert beam summar
