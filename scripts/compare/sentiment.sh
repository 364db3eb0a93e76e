#!/bin/sh
# Compares sentiment tools on a gold file with lines `label TAB sentence [TAB target]`.
#
#   scripts/compare/sentiment.sh GOLD
#
# Prints macro-F1 and accuracy of each, including ours. The others are installed from PyPI into an environment under
# target/; they judge the sentence and have no targets. None was tuned on the file.
set -eu
gold=$(realpath "${1:?usage: scripts/compare/sentiment.sh GOLD}")
cd "$(dirname "$0")/../.."

venv=${CARGO_TARGET_DIR:-target}/compare-sentiment
if ! [ -e "$venv/ready" ]; then
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet textblob==0.17.1 textblob-de==0.4.3 gersent==0.0.6 vaderSentiment==3.3.2
    touch "$venv/ready"
fi
for backend in linear lexicon; do
    cargo run --quiet --release -- eval sentiment "$gold" --set "sentiment.backend=$backend" | sed -n "1s/^/$backend  /p"
done
exec "$venv/bin/python" -W ignore scripts/compare/sentiment.py "$gold"
