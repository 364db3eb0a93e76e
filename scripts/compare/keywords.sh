#!/bin/sh
# Compares keywords with the headlines of articles, given as JSON Lines with "id", "title" and "text".
#
#   scripts/compare/keywords.sh WIKINEWS.jsonl [tune|report]
#
# Prints the share of the nouns of the headlines that are among the first 5 and 10 keywords of the text, for ours, plain
# tf-idf and YAKE, on one half of the articles: constants were chosen on `tune`, and `report` (default) was not used.
# The other programs are installed from PyPI into an environment under target/.
set -eu
articles=$(realpath "${1:?usage: scripts/compare/keywords.sh WIKINEWS.jsonl [tune|report]}")
half=${2:-report}
cd "$(dirname "$0")/../.."

target=${CARGO_TARGET_DIR:-target}
venv=$target/compare-keywords
if ! [ -e "$venv/ready" ]; then
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet yake==0.7.3 snowballstemmer==3.1.1
    touch "$venv/ready"
fi
out=$venv/out
cargo run --quiet --release -- run --quiet --overwrite --input "$articles" --output "$out" \
    --set keywords.backend=keyness --set sentiment.backend=off --set summarize.backend=off
exec "$venv/bin/python" scripts/compare/keywords.py "$articles" "$out/keywords.csv" "$half"
