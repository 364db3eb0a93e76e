#!/usr/bin/env bash
# Builds the wheel in dist/ (scripts/package/build.sh) and tries it in fresh environments, with nothing in them but what pip, uv and pipx
# install, and no compiler: the example of the README, and the command.
#
# usage: scripts/package/wheel.sh [WHEEL]
#
# WHEEL is one that was built before.
set -euo pipefail
cd "$(dirname "$0")/../.."
root="$PWD"
if [[ $# -eq 0 ]]; then
    scripts/package/build.sh
fi
wheel="$(realpath "${1:-$(echo dist/*.whl)}")"
megabytes="$(($(stat -c %s "$wheel") / 1000000))"
echo "$wheel: $megabytes MB"
if ((megabytes >= 60)); then
    echo "error: expected less than 60 MB" >&2
    exit 1
fi
python3 - "$wheel" <<'PYTHON'
import sys, zipfile
files = {info.filename: info.file_size for info in zipfile.ZipFile(sys.argv[1]).infolist()}
large = [name for name, size in files.items() if size > 1_000_000 and not name.endswith(".txt")]
assert len(large) == 1, f"expected one file with the models, found {large}"
assert any(name.endswith("licenses/THIRD-PARTY.txt") for name in files), "expected the licences of the libraries"
print(f"{large[0]}: {files[large[0]] / 1e6:.0f} MB")
PYTHON

fresh="$(mktemp -d)"
trap 'rm -rf "$fresh"' EXIT
# The settings of pip and uv are those of this machine.
install() {
    env HOME="$fresh" PATH=/usr/bin:/bin PIP_ONLY_BINARY=:all: UV_NO_BUILD=1 "$@" "$wheel"
}
# No settings, no locale, no Rust, no other Python.
bare() {
    env -i HOME="$fresh" PATH=/usr/bin:/bin "$@"
}
sed -n '/^### Python/,/^## /p' README.md | sed -n '/^```python/,/^```/p' | grep -v '^```' > "$fresh/example.py"
test -s "$fresh/example.py"
SECONDS=0
python3 -m venv "$fresh/venv"
install "$fresh/venv/bin/pip" install --quiet
bare "$fresh/venv/bin/python" "$fresh/example.py"
echo "pip: a new environment, the wheel and the example of the README in $SECONDS s"

run() {
    bare "$1" --version
    bare "$1" run "$root/examples/articles" --output "$fresh/tables-$2" --quiet
    echo "$2: $(wc -l < "$fresh/tables-$2/entities.csv") lines in entities.csv"
}
run "$fresh/venv/bin/blattwerk" pip
python3 -m venv "$fresh/tools"
"$fresh/tools/bin/pip" install --quiet uv pipx
python="$(python3 -c 'import sys; print(sys.executable)')"
install "$fresh/tools/bin/uv" tool install --quiet --python "$python"
run "$fresh/.local/bin/blattwerk" uv
rm -r "$fresh/.local"
install "$fresh/tools/bin/pipx" install --quiet --python "$python"
run "$fresh/.local/bin/blattwerk" pipx
