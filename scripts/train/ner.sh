#!/usr/bin/env bash
# Rebuilds the embedded names model from a data folder and prints its scores on the dev files.
#
# usage: scripts/train/ner.sh DATA [MODEL_FILE]
#
# MODEL_FILE is models/ner-de/model.bin by default. Two threads, 3.5 GB of memory, 20 minutes of processor
# time. The same data gives the same file.
set -euo pipefail
data=$(realpath "${1:?usage: scripts/train/ner.sh DATA [MODEL_FILE]}")
cd "$(dirname "$0")/../.."
model=${2:-models/ner-de/model.bin}
cargo run --quiet --release -p blattwerk-ner --example build_names -- "$data" "$model"
for dev in germeval2014.dev smartdata_newsonly.dev; do
    echo "$dev"
    cargo run --quiet --release -- eval ner "$data/ner/$dev.tsv" --model "$model"
done
