#!/usr/bin/env bash
# Writes what is generated from the config types: pipeline.toml and the reference of keys in docs/config.md.
#
# The doc comment of a key is its text in both. A test compares the files with what this script writes.
set -euo pipefail
cd "$(dirname "$0")/.."
BLESS=1 cargo test --quiet -p blattwerk --lib manual
git diff --stat -- pipeline.toml docs/config.md
