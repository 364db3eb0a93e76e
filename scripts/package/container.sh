#!/usr/bin/env bash
# Builds the container and runs it on the examples. Where neither podman nor docker runs, it makes the same root with debootstrap:
# what deploy/Containerfile copies into an image of Debian, with its user, folder and entry point.
#
# usage: scripts/package/container.sh
#
# The program of that root is the one of scripts/package/build.sh, which is called if there is none.
set -euo pipefail
cd "$(dirname "$0")/../.."
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir "$work/out"
chmod 777 "$work/out"
for engine in podman docker none; do
    if [[ "$engine" == none ]] || "$engine" info > /dev/null 2>&1; then
        break
    fi
done
if [[ "$engine" != none ]]; then
    "$engine" build -f deploy/Containerfile -t blattwerk .
    "$engine" run --rm --network none -v "$PWD/examples/articles:/work/articles:ro" -v "$work/out:/work/out" blattwerk \
        run articles --output out/tables --quiet
    wc -l "$work/out/tables/entities.csv"
    exit
fi
program="$target/x86_64-unknown-linux-gnu/release/blattwerk"
if [[ ! -e "$program" ]]; then
    scripts/package/build.sh
fi
root="$work/root"
scripts/package/root.sh "$root"
mkdir -p "$root/usr/share/doc/blattwerk" "$root/work/out"
chmod 777 "$root/work/out"
cp "$program" "$root/usr/bin/blattwerk"
scripts/package/licences.py blattwerk "$root/usr/share/doc/blattwerk/THIRD-PARTY.txt"
cp LICENSE-MIT LICENSE-APACHE "$root/usr/share/doc/blattwerk/"
cp -r examples/articles "$root/work/articles"
echo "the root of the container: $(du -sm "$root" | cut -f 1) MB, the program $(($(stat -c %s "$program") / 1000000)) MB"
inside() {
    chroot --userspec=65534:65534 "$root" env -i PATH=/usr/bin:/bin sh -c 'cd /work && exec "$@"' sh "$@"
}
inside blattwerk --version
inside blattwerk run articles --output out/tables --quiet
wc -l "$root/work/out/tables/entities.csv"
