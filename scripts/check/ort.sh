#!/usr/bin/env bash
# Tests the cargo feature `ort` with the library of the ONNX Runtime, which is downloaded from PyPI (17 MB).
set -euo pipefail
cd "$(dirname "$0")/../.."
folder="${CARGO_TARGET_DIR:-target}/onnxruntime-1.23.2"
if [[ ! -e "$folder/libonnxruntime.so" ]]; then
    mkdir -p "$folder"
    python3 -m pip download --quiet --no-deps --dest "$folder" onnxruntime==1.23.2
    python3 - "$folder" <<'PYTHON'
import pathlib, sys, zipfile
folder = pathlib.Path(sys.argv[1])
wheel = zipfile.ZipFile(next(folder.glob("*.whl")))
name = next(name for name in wheel.namelist() if "/libonnxruntime.so" in name)
(folder / "libonnxruntime.so").write_bytes(wheel.read(name))
PYTHON
fi
library="$(realpath "$folder/libonnxruntime.so")"
ORT_DYLIB_PATH="$library" cargo test --locked --package blattwerk-transformer --features rten,ort --test golden -- --ignored
