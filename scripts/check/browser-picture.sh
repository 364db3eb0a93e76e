#!/usr/bin/env bash
# Makes the pictures of a report in the README and in docs/report.md from the examples.
set -euo pipefail
cd "$(dirname "$0")/../.."
program="${CARGO_TARGET_DIR:-target}/debug/blattwerk"
folder="$(mktemp -d)"
trap 'rm -r "$folder"' EXIT
"$program" run --quiet --input examples/articles --output "$folder/out" --set keywords.backend=keyness \
    --set normalize.title=true --set normalize.date=true
"$program" report "$folder/out" --quiet --language en --title "Twenty articles" --output "$folder/report.html"
scripts/check/browser.sh --picture "$folder/report.html" docs/report.png docs/report-article.png
