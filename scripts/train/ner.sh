#!/usr/bin/env bash
# Rebuilds the embedded names model from a data folder and prints its scores on the dev files.
#
# usage: scripts/train/ner.sh DATA [MODEL_FILE]
#
# MODEL_FILE is models/ner-de/model.bin by default. Two threads, 4.5 GB of memory, half an hour of processor
# time. The same data gives the same file.
set -euo pipefail
data=$(realpath "${1:?usage: scripts/train/ner.sh DATA [MODEL_FILE]}")
cd "$(dirname "$0")/../.."
model=${2:-models/ner-de/model.bin}
cargo run --quiet --release -p blattwerk-ner --example build_names -- "$data" "$model"
for dev in readers/wikinews.dev.jsonl ner/germeval2014.dev.tsv ner/smartdata_newsonly.dev.tsv; do
    echo "$dev"
    cargo run --quiet --release -- eval ner "$data/$dev" --model "$model"
done
# These sentences do not belong together.
echo readers/written.dev.jsonl
cargo run --quiet --release -- eval ner "$data/readers/written.dev.jsonl" --model "$model" --together 1
