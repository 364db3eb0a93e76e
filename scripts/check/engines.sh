#!/usr/bin/env bash
# Tries the Python package on a local Ray cluster and on Spark, both from PyPI (1.2 GB of disk), and compares what they return with the
# program's tables: see scripts/check/engines.py. Spark needs Java 17. It uses the wheel that scripts/check/python.sh has built, or
# the one in $WHEEL.
#
# usage: scripts/check/engines.sh [--articles DUMP] [--speed MEGABYTES]
set -euo pipefail
cd "$(dirname "$0")/../.."
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
venv="$target/engines-1"
if ! command -v java > /dev/null; then
    apt-get update -qq && apt-get install -y -qq openjdk-17-jre-headless
fi
if [[ ! -e "$venv/complete" ]]; then
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet "ray[data]==2.60.0" pyspark==4.3.0 pyarrow==26.0.1
    touch "$venv/complete"
fi
"$venv/bin/python" -m pip install --quiet --force-reinstall --no-deps "${WHEEL:-$(echo "$target"/wheels-test/*.whl)}"
"$venv/bin/python" scripts/check/engines.py "$@"
