#!/usr/bin/env bash
# Rebuilds the embedded sentiment model from a data folder and prints its scores on the dev file.
#
# usage: scripts/train/sentiment.sh DATA [MODEL_FILE]
#
# MODEL_FILE is models/sentiment-de/model.bin by default. One thread, 1.5 GB of memory, half a minute of
# processor time. The same data gives the same file. How each labelled sentence is judged by a model learned from
# others is written to target/sentiment-folds.tsv.
set -euo pipefail
data=$(realpath "${1:?usage: scripts/train/sentiment.sh DATA [MODEL_FILE]}")
cd "$(dirname "$0")/../.."
model=${2:-models/sentiment-de/model.bin}
folds=${CARGO_TARGET_DIR:-target}/sentiment-folds.tsv
cargo run --quiet --release -p blattwerk-sentiment --example build_sentiment -- "$data" "$model" "$folds"
cargo run --quiet --release -- eval sentiment "$data/sentiment/gerntsa_news.dev.tsv" \
    --set sentiment.backend=linear --set sentiment.model="$model"
