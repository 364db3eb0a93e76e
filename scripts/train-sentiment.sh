#!/usr/bin/env bash
# Rebuilds the embedded sentiment model from a data folder and prints its scores on the dev file.
#
# usage: scripts/train-sentiment.sh DATA_DIR [MODEL_FILE]
#
# MODEL_FILE is models/sentiment-de/model.bin if it is not given. One thread, 1.5 GB of memory, half a minute of
# processor time. The same data gives the same file.
set -euo pipefail
data=$(realpath "${1:?usage: scripts/train-sentiment.sh DATA_DIR [MODEL_FILE]}")
cd "$(dirname "$0")/.."
model=${2:-models/sentiment-de/model.bin}
cargo run --quiet --release -p blattwerk-sentiment --example build_sentiment -- "$data" "$model"
cargo run --quiet --release -- eval sentiment "$data/sentiment/gerntsa_news.dev.tsv" \
    --set sentiment.backend=linear --set sentiment.model="$model"
