#!/usr/bin/env python3
"""Writes the licences of all crates that are linked into a package, with their texts, to a file or standard output.

usage: scripts/package/licences.py PACKAGE [FILE]

PACKAGE is that of the workspace that is built: `blattwerk` or `blattwerk-python`. Texts that are the same stand there once.
"""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

NAMES = ("LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT", "UNLICENSE")


def linked(package):
    """Returns the packages that are linked into one of the workspace, without those of the workspace."""
    metadata = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", "x86_64-unknown-linux-gnu"]
    known = json.loads(subprocess.run(metadata, check=True, capture_output=True, text=True).stdout)
    by_key = {(found["name"], found["version"]): found for found in known["packages"]}
    tree = ["cargo", "tree", "--locked", "--package", package, "--edges", "normal", "--prefix", "none", "--format", "{p}"]
    lines = subprocess.run(tree, check=True, capture_output=True, text=True).stdout.splitlines()
    keys = {(name, version.removeprefix("v")) for name, version in (line.split()[:2] for line in lines if line.strip())}
    found = [by_key[key] for key in sorted(keys)]
    return [package for package in found if package["source"]]


def texts(package):
    """Returns the texts of the licences in a package."""
    folder = Path(package["manifest_path"]).parent
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name.upper().startswith(NAMES))
    return ["\n".join(path.read_text(encoding="utf-8", errors="replace").split("\r\n")).strip() for path in files]


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.strip())
    packages = linked(sys.argv[1])
    users = defaultdict(list)
    lines = ["blattwerk contains these libraries, under these licences:", ""]
    for package in packages:
        name = f"{package['name']} {package['version']}"
        licence = package["license"] or package["license_file"]
        if not licence:
            sys.exit(f"{name}: expected a licence, found none")
        lines.append(f"{name}: {licence}{'; ' + package['repository'] if package['repository'] else ''}")
        for text in texts(package):
            users[text].append(name)
    for text, names in users.items():
        lines += ["", "=" * 100, ", ".join(names), "", text]
    whole = "\n".join(lines) + "\n"
    if len(sys.argv) == 3:
        Path(sys.argv[2]).write_text(whole, encoding="utf-8")
    else:
        sys.stdout.write(whole)


if __name__ == "__main__":
    main()
