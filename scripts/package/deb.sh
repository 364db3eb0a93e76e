#!/usr/bin/env bash
# Builds the Debian package in dist/ with cargo-deb: the program, its manual page, completions, systemd units (not enabled), licences.
# It then installs it into a fresh root without Rust, Python or locales, made with debootstrap, and runs it there.
#
# usage: scripts/package/deb.sh
#
# The program is that of scripts/package/build.sh, which is called if there is none.
set -euo pipefail
cd "$(dirname "$0")/../.."
target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
program="$target/x86_64-unknown-linux-gnu/release/blattwerk"
tools="$target/cargo-deb-1"
if [[ ! -e "$program" ]]; then
    scripts/package/build.sh
fi
if [[ ! -x "$tools/bin/cargo-deb" ]]; then
    cargo install --quiet --locked --root "$tools" cargo-deb --version 3.8.0
fi
files="crates/cli/deb"
rm -rf "$files"
mkdir -p "$files" dist
"$program" man > "$files/blattwerk.1"
"$program" completions bash > "$files/blattwerk.bash"
"$program" completions zsh > "$files/_blattwerk"
"$program" completions fish > "$files/blattwerk.fish"
for unit in blattwerk.service blattwerk.timer; do
    sed 's#/usr/local/bin#/usr/bin#; s#/etc/systemd/system#/usr/lib/systemd/system#' "deploy/$unit" > "$files/$unit"
done
scripts/package/licences.py blattwerk "$files/THIRD-PARTY.txt"
gzip -9 -n "$files/THIRD-PARTY.txt"
rm -f dist/*.deb
"$tools/bin/cargo-deb" --quiet --no-build --package blattwerk --target x86_64-unknown-linux-gnu --output dist/
deb="$(echo dist/*.deb)"
echo "$deb: $(($(stat -c %s "$deb") / 1000000)) MB, $(dpkg-deb --field "$deb" Depends)"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
root="$work/root"
scripts/package/root.sh "$root"
cp "$deb" "$root/tmp/"
cp -r examples/articles "$root/tmp/articles"
chroot "$root" dpkg --install "/tmp/${deb#dist/}" > /dev/null
chroot "$root" env -i PATH=/usr/bin:/bin sh -c 'cd /tmp && blattwerk run articles --output tables --quiet && wc -l tables/entities.csv'
