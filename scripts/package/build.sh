#!/usr/bin/env bash
# Builds what the packages hold: the wheel in dist/, and the program. Both come from one compilation of all crates, for glibc 2.17 or
# later (manylinux2014), with zig from PyPI as the C compiler and linker. It prints the path of the program.
#
# usage: scripts/package/build.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
tools="$target/package-2"
if [[ ! -e "$tools/complete" ]]; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet maturin==1.16.0 cargo-zigbuild==0.24.0 ziglang==0.15.2
    # What `--zig` of maturin and `cargo zigbuild` do, each with a compiler at a path of its own: Cargo would compile everything twice.
    for tool in cc c++ ar; do
        script="$tools/bin/zig-$tool"
        for_glibc=$([[ "$tool" == ar ]] || echo "-g -fno-sanitize=all -target x86_64-linux-gnu.2.17")
        printf '#!/bin/sh\nexec "%s" zig %s -- %s "$@"\n' "$tools/bin/cargo-zigbuild" "$tool" "$for_glibc" > "$script"
        chmod +x "$script"
    done
    touch "$tools/complete"
fi
mkdir -p dist crates/python/licenses
rm -f dist/*.whl
scripts/package/licences.py blattwerk-python crates/python/licenses/THIRD-PARTY.txt
cp LICENSE-MIT LICENSE-APACHE crates/python/licenses/

export CARGO_ZIGBUILD_ZIG_VERSION=0.15.2 CARGO_ZIGBUILD_ZIG_COMMAND="$tools/bin/python" CARGO_ZIGBUILD_ZIG_COMMAND_ARGS="-m ziglang"
export CC_x86_64_unknown_linux_gnu="$tools/bin/zig-cc" CXX_x86_64_unknown_linux_gnu="$tools/bin/zig-c++"
export AR_x86_64_unknown_linux_gnu="$tools/bin/zig-ar" CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER="$tools/bin/zig-cc"
"$tools/bin/maturin" build --release --locked --target x86_64-unknown-linux-gnu --compatibility manylinux2014 \
    --interpreter "$tools/bin/python" --manifest-path crates/python/Cargo.toml --out dist >&2
# With the features of the module, so that all crates but the program itself are those of the wheel.
cargo build --release --locked --target x86_64-unknown-linux-gnu --package blattwerk-python --package blattwerk --bin blattwerk \
    --no-default-features --features blattwerk-python/onnx,blattwerk/onnx >&2
echo "$target/x86_64-unknown-linux-gnu/release/blattwerk"
