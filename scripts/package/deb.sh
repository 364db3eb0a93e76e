#!/usr/bin/env bash
# Builds the Debian package in dist/ with dpkg-deb: the program, its manual page, completions, systemd units (not enabled), licences.
# It then installs it into a fresh root without Rust, Python or locales, made with debootstrap, and runs it there.
#
# usage: scripts/package/deb.sh [PROGRAM]
#
# PROGRAM is a release build; without it, one is made.
set -euo pipefail
cd "$(dirname "$0")/../.."
program="${1:-}"
if [[ -z "$program" ]]; then
    cargo build --release --locked --package blattwerk
    program="${CARGO_TARGET_DIR:-target}/release/blattwerk"
fi
version="$("$program" --version | cut -d ' ' -f 2)"
architecture="$(dpkg --print-architecture)"
# The oldest glibc that the program runs with.
glibc="$(objdump -T "$program" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1 | cut -d _ -f 2)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
root="$work/package"
doc="$root/usr/share/doc/blattwerk"

install -D -m 755 "$program" "$root/usr/bin/blattwerk"
strip "$root/usr/bin/blattwerk"
mkdir -p "$root/usr/share/man/man1" "$root/usr/share/bash-completion/completions" "$root/usr/share/zsh/vendor-completions" \
    "$root/usr/share/fish/vendor_completions.d" "$root/usr/lib/systemd/system" "$doc/examples" "$root/DEBIAN"
"$program" man > "$work/blattwerk.1"
gzip -9 -n < "$work/blattwerk.1" > "$root/usr/share/man/man1/blattwerk.1.gz"
"$program" completions bash > "$root/usr/share/bash-completion/completions/blattwerk"
"$program" completions zsh > "$root/usr/share/zsh/vendor-completions/_blattwerk"
"$program" completions fish > "$root/usr/share/fish/vendor_completions.d/blattwerk.fish"
sed 's#/usr/local/bin#/usr/bin#; s#/etc/systemd/system#/usr/lib/systemd/system#' deploy/blattwerk.service \
    > "$root/usr/lib/systemd/system/blattwerk.service"
sed 's#/etc/systemd/system#/usr/lib/systemd/system#' deploy/blattwerk.timer > "$root/usr/lib/systemd/system/blattwerk.timer"
cp pipeline.toml "$doc/examples/"
scripts/package/licences.py blattwerk "$doc/THIRD-PARTY.txt"
gzip -9 -n "$doc/THIRD-PARTY.txt"
cat > "$doc/copyright" <<COPYRIGHT
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Files: *
Copyright: the authors of blattwerk
License: MIT or Apache-2.0
 The libraries in the program, and their licences, are in THIRD-PARTY.txt.gz.

$(sed 's/^$/./; s/^/ /' LICENSE-MIT)
COPYRIGHT
cat > "$root/DEBIAN/control" <<CONTROL
Package: blattwerk
Version: $version
Section: text
Priority: optional
Architecture: $architecture
Maintainer: the authors of blattwerk <blattwerk@example.org>
Installed-Size: $(du -sk --exclude DEBIAN "$root" | cut -f 1)
Depends: libc6 (>= $glibc), libgcc-s1
Description: batch NLP for German news
 One offline program with its models inside that turns dumps of German news
 articles into tables: clean text, sentences, names, sentiment, summaries.
CONTROL
find "$root" -type d -exec chmod 755 {} +
find "$root" -type f ! -path '*/bin/*' -exec chmod 644 {} +
mkdir -p dist
deb="dist/blattwerk_${version}_$architecture.deb"
dpkg-deb --build --root-owner-group "$root" "$deb" > /dev/null
echo "$deb: $(($(stat -c %s "$deb") / 1000000)) MB, glibc $glibc or later"

# A fresh root, as small as that of the container.
if ! command -v debootstrap > /dev/null; then
    apt-get update -qq && apt-get install -y -qq debootstrap
fi
fresh="$work/root"
debootstrap --variant=minbase bookworm "$fresh" > "$work/debootstrap.log" || { tail "$work/debootstrap.log" >&2; exit 1; }
cp "$deb" "$fresh/tmp/"
cp -r examples/articles "$fresh/tmp/articles"
chroot "$fresh" dpkg --install "/tmp/${deb#dist/}" > /dev/null
chroot "$fresh" env -i PATH=/usr/bin:/bin sh -c '
    ! command -v python3 && ! command -v cargo
    cd /tmp && blattwerk run articles --output tables --quiet && wc -l tables/entities.csv'
