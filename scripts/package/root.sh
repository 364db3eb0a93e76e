#!/usr/bin/env bash
# Makes a fresh root of Debian 12 in a folder: as small as that of the container, without Python, Rust, a compiler or a locale.
#
# usage: scripts/package/root.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/../.."
folder="${1:?expected a folder}"
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
kept="$target/root-bookworm.tar"
if ! command -v debootstrap > /dev/null; then
    apt-get update -qq && apt-get install -y -qq debootstrap
fi
if [[ ! -e "$kept" ]]; then
    work="$(mktemp -d)"
    trap 'rm -rf "$work"' EXIT
    debootstrap --variant=minbase bookworm "$work/root" > "$work/log" || { tail "$work/log" >&2; exit 1; }
    chroot "$work/root" apt-get clean
    tar -C "$work/root" -cf "$kept.part" .
    mv "$kept.part" "$kept"
fi
mkdir -p "$folder"
tar -C "$folder" -xpf "$kept"
for program in python3 cargo cc; do
    if [[ -e "$folder/usr/bin/$program" ]]; then
        echo "error: expected a root without $program" >&2
        exit 1
    fi
done
