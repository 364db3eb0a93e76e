#!/usr/bin/env bash
# Builds the wheel in dist/, for glibc 2.17 or later (manylinux2014) with zig from PyPI as the linker, and tries it in fresh environments: a
# venv with nothing but what pip installs, and the command alone.
#
# usage: scripts/package/wheel.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
tools="$target/package-1"
if [[ ! -x "$tools/bin/maturin" ]]; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet maturin==1.16.0 ziglang==0.15.2
fi
mkdir -p dist
rm -f dist/*.whl
mkdir -p crates/python/licenses
scripts/package/licences.py blattwerk-python crates/python/licenses/THIRD-PARTY.txt
cp LICENSE-MIT LICENSE-APACHE crates/python/licenses/
PATH="$tools/bin:$PATH" maturin build --release --locked --compatibility manylinux2014 --zig \
    --manifest-path crates/python/Cargo.toml --out dist
wheel="$(echo dist/*.whl)"
bytes="$(stat -c %s "$wheel")"
echo "$wheel: $((bytes / 1000000)) MB"
if ((bytes > 30000000)); then
    echo "error: expected at most 30 MB" >&2
    exit 1
fi

# A new user: a venv, pip, and the five lines of the README.
fresh="$(mktemp -d)"
trap 'rm -rf "$fresh"' EXIT
python3 -m venv "$fresh/venv"
"$fresh/venv/bin/pip" install --quiet "$wheel"
(
    cd "$fresh"
    env -i PATH=/usr/bin:/bin HOME="$fresh" LC_ALL=C "$fresh/venv/bin/blattwerk" --version
    env -i PATH=/usr/bin:/bin HOME="$fresh" "$fresh/venv/bin/python" - <<'PYTHON'
import blattwerk, pyarrow as pa
annotate = blattwerk.Annotator()
articles = pa.table({"id": ["a7"], "text": ["Angela Merkel war am Montag in Köln."]})
names = annotate.explode(articles, "entities")
assert names["text"].to_pylist() == ["Angela Merkel", "Köln"], names
print(names.select(["label", "text"]).to_pylist())
PYTHON
)
"$fresh/venv/bin/blattwerk" run examples/articles --output "$fresh/tables" --quiet
wc -l "$fresh/tables/entities.csv"
