#!/usr/bin/env bash
# Puts into FOLDER what a build with the cargo feature `rust-bert` needs of libtorch 2.4, without an installation.
#
#     scripts/setup-libtorch.sh FOLDER
#     LIBTORCH=$(realpath FOLDER) LIBTORCH_CXX11_ABI=0 cargo build --release --features rust-bert
#     LD_LIBRARY_PATH=FOLDER/lib target/release/blattwerk …
#
# It comes from PyPI's wheels for Linux on x86_64 (0.8 GB to download, 0.5 GB in FOLDER), which are deleted
# afterwards. It needs pip for Python 3 and gcc. If FOLDER is complete already, nothing is done.
set -euo pipefail
folder=${1:?the folder that libtorch goes into}
if [[ -e "$folder/lib/libtorch.so" ]]; then
    exit
fi
if [[ "$(uname -sm)" != "Linux x86_64" ]]; then
    echo "expected Linux on x86_64, found $(uname -sm)" >&2
    exit 1
fi

mkdir -p "$folder/lib"
wheels="$folder/wheels"
trap 'rm -rf "$wheels"' EXIT
# The Python version of the wheels does not matter: only their libraries are used.
python3 -m pip download --quiet --no-deps --dest "$wheels" --only-binary=:all: --implementation cp \
    --python-version 3.11 --abi cp311 --abi none --platform manylinux1_x86_64 \
    torch==2.4.1 nvidia-cuda-cupti-cu12==12.1.105 nvidia-cuda-runtime-cu12==12.1.105
python3 - "$folder" <<'PYTHON'
import pathlib, re, shutil, sys, zipfile
folder = pathlib.Path(sys.argv[1])
# The CPU libraries. libtorch_cpu is linked against two libraries of CUDA, but never calls them.
libraries = re.compile(r"(?:libtorch_cpu|libc10|libgomp-\w+|libcupti|libcudart)\.so(?:[.\d]*)")
for path in (folder / "wheels").glob("*.whl"):
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            file = name.rpartition("/")[2]
            if libraries.fullmatch(file):
                target = folder / "lib" / file
            elif name.startswith("torch/include/") and file:
                target = folder / name.removeprefix("torch/")
            else:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with wheel.open(name) as source, open(target, "wb") as copy:
                shutil.copyfileobj(source, copy)
PYTHON
# The original would load the libraries of CUDA.
gcc -shared -o "$folder/lib/libtorch.so" -L"$folder/lib" -Wl,--no-as-needed -ltorch_cpu -lc10 -Wl,--allow-shlib-undefined
