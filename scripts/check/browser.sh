#!/usr/bin/env bash
# Opens reports in Chromium: clicks, filters, prints, and looks for what assistive technology stumbles over.
#
# Chromium comes from Debian's packages, axe-core and the driver (playwright-core, without a browser of its own) from npm (15 MB).
set -euo pipefail
cd "$(dirname "$0")/../.."
target="${CARGO_TARGET_DIR:-target}"
missing=()
for program in chromium node npm; do
    command -v "$program" > /dev/null || missing+=("${program/node/nodejs}")
done
if ((${#missing[@]})); then
    apt-get update -qq
    apt-get install -y -qq "${missing[@]}" > /dev/null
fi
folder="$target/browser-1"
if [[ ! -d "$folder" ]]; then
    mkdir -p "$folder.new"
    npm install --silent --no-audit --no-fund --prefix "$folder.new" axe-core@4.14.1 playwright-core@1.65.1
    mv "$folder.new" "$folder"
fi
program="$target/debug/blattwerk"
# The tests have built it.
[[ -x "$program" ]] || cargo build --locked
node scripts/check/browser.mjs --program "$program" --modules "$folder" "$@"
