#!/usr/bin/env bash
# Reads Parquet tables back with pyarrow, DuckDB and polars, which are downloaded from PyPI (130 MB), and compares them with CSV.
set -euo pipefail
cd "$(dirname "$0")/../.."
target="${CARGO_TARGET_DIR:-target}"
folder="$target/parquet-readers-1"
if [[ ! -d "$folder" ]]; then
    python3 -m pip install --quiet --root-user-action=ignore --target "$folder.new" pyarrow==26.0.1 duckdb==2.0.1 polars==2.1.0
    mv "$folder.new" "$folder"
fi
program="$target/debug/blattwerk"
# The tests have built it.
[[ -x "$program" ]] || cargo build --locked
PYTHONPATH="$folder" scripts/check/parquet.py --program "$program" \
    --set keywords.backend=keyness --set sentiment.explain=true --set dedup.backend=minhash --set output.articles=true \
    tests/articles tests/golden/news/articles.jsonl tests/golden/opinions/articles.jsonl tests/golden/pages/seite.html
