#!/usr/bin/env bash
# Tests the Python package: builds a wheel that is fast to compile, installs it into an environment of its own with pandas, polars and
# DuckDB (300 MB from PyPI), runs its tests and the example.
set -euo pipefail
cd "$(dirname "$0")/../.."
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
venv="$target/python-1"
if [[ ! -x "$venv/bin/pytest" ]]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet maturin==1.16.0 pytest==9.2.0 pyarrow==26.0.1 pandas==3.1.1 polars==2.1.0 duckdb==2.0.1
fi
rm -rf "$target/wheels-test"
# With the optimization of the tests, it shares what they have compiled.
CARGO_PROFILE_DEV_OPT_LEVEL=1 "$venv/bin/maturin" build --quiet --locked --profile dev --auditwheel skip --interpreter "$venv/bin/python" \
    --manifest-path crates/python/Cargo.toml --out "$target/wheels-test"
"$venv/bin/pip" install --quiet --force-reinstall --no-deps "$target"/wheels-test/*.whl
(cd crates/python && "$venv/bin/pytest" "$@")
if [[ $# -eq 0 ]]; then
    "$venv/bin/python" examples/python/mentions.py
fi
