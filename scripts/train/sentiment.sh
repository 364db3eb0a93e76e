#!/usr/bin/env bash
# Rebuilds the embedded sentiment model from a data folder and prints its scores on the dev files.
#
# usage: scripts/train/sentiment.sh DATA [MODEL_FILE]
#
# MODEL_FILE is models/sentiment-de/model.bin by default. Two threads, 1.5 GB of memory, a minute and a half of
# processor time. The same data gives the same file. How well each part of the labelled sentences is judged by what was
# learned from the others is printed too.
set -euo pipefail
data=$(realpath "${1:?usage: scripts/train/sentiment.sh DATA [MODEL_FILE]}")
cd "$(dirname "$0")/../.."
model=${2:-models/sentiment-de/model.bin}
cargo run --quiet --release -p blattwerk-sentiment --example build_sentiment -- "$data" "$model"
for dev in wikinews.dev written.dev; do
    echo "$dev"
    cargo run --quiet --release -- eval sentiment "$data/readers/$dev.jsonl" \
        --set sentiment.backend=linear --set sentiment.model="$model" --set sentiment.least_score=0
done
