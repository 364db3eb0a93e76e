#!/usr/bin/env bash
# Rebuilds the embedded names model from a data folder and prints its scores on the dev files.
#
# usage: scripts/train/ner.sh DATA [MODEL_FILE [TAUGHT]]
#
# MODEL_FILE is models/ner-de/model.bin by default. TAUGHT is the file of sentences that the encoder labels, together with the tagger of the
# program; one that exists is used again. 6 GB of memory, an hour and a half of processor time, half of it for these
# sentences. The same DATA and TAUGHT give the same file.
set -euo pipefail
data=$(realpath "${1:?usage: scripts/train/ner.sh DATA [MODEL_FILE [TAUGHT]]}")
cd "$(dirname "$0")/../.."
model=${2:-models/ner-de/model.bin}
taught=${3:-target/taught.jsonl}
if [[ ! -s "$taught" ]]; then
    cargo run --quiet --release -p blattwerk-ner --example label_raw -- "$data" "$taught.part"
    mv "$taught.part" "$taught"
fi
cargo run --quiet --release -p blattwerk-ner --example build_names -- "$data" "$taught" "$model"
for dev in readers/wikinews.dev.jsonl ner/germeval2014.dev.tsv ner/smartdata_newsonly.dev.tsv; do
    echo "$dev"
    cargo run --quiet --release -- eval ner "$data/$dev" --model "$model"
done
# These sentences do not belong together.
echo readers/written.dev.jsonl
cargo run --quiet --release -- eval ner "$data/readers/written.dev.jsonl" --model "$model" --together 1
