#!/usr/bin/env bash
# Rebuilds the embedded background of keywords from a data folder.
#
# usage: scripts/train/keywords.sh DATA [MODEL_FILE]
#
# MODEL_FILE is models/keywords-de/model.bin by default. The same data gives the same file.
set -euo pipefail
data=$(realpath "${1:?usage: scripts/train/keywords.sh DATA [MODEL_FILE]}")
cd "$(dirname "$0")/../.."
model=${2:-models/keywords-de/model.bin}
cargo run --quiet --release -p blattwerk-keywords --example build_keywords -- "$data" "$model"
