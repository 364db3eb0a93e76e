#!/usr/bin/env bash
# Compares summarizers on a gold file: JSON Lines with `text` and `summary`, which may be compressed with gzip.
#
#   scripts/compare/summaries.sh GOLD.jsonl[.gz] [--sentences N | --words N | --chars N]
#
# Prints ROUGE-1, ROUGE-2 and ROUGE-L, the mean number of words and the speed of the first sentences, of random ones, of
# our backends, and of LexRank, TextRank and LSA of sumy (installed from PyPI into an environment under target/). All get
# the same sentences, length and ROUGE; each runs on one thread.
set -euo pipefail
gold=$(realpath "${1:?usage: scripts/compare/summaries.sh GOLD.jsonl[.gz] [--sentences N | --words N | --chars N]}")
length=("${2:---sentences}" "${3:-3}")
cd "$(dirname "$0")/../.."

target=$(realpath "${CARGO_TARGET_DIR:-target}")
venv=$target/compare-summaries
if ! [ -e "$venv/ready" ]; then
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet sumy==0.11.0 numpy==2.4.6
    touch "$venv/ready"
fi
if [ "${gold##*.}" = gz ]; then
    gunzip --to-stdout "$gold" > "$venv/gold.jsonl"
    gold=$venv/gold.jsonl
fi
cargo build --quiet --release --no-default-features
eval=("$target/release/blattwerk" eval summarize "$gold" "${length[@]}")
"${eval[@]}"
export OPENBLAS_NUM_THREADS=1
for method in lexrank textrank lsa; do
    command='["'$venv/bin/python'", "'$PWD/scripts/compare/summaries.py'", "'$method'", "'${length[0]#--}'", "'${length[1]}'"]'
    "${eval[@]}" --rows command --set summarize.backend=command --set "summarize.command=$command" \
        --set summarize.timeout_seconds=3600 | sed -n "s/^command   /sumy $method  /p"
done
