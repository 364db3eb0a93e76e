#!/usr/bin/env bash
# Measures a run over a dump and each of its stages, on one thread and on all.
#
# usage: scripts/bench/run.sh DUMP [RUNS]
#
# Prints words/s and MB/s of text for the whole run and MB/s for each stage, from run.json: the best
# of RUNS runs (default 3), since other load can only make a run slower. Settings can be given as environment
# variables, such as BLATTWERK__NER__BACKEND=off.
set -euo pipefail
dump=$(realpath "${1:?usage: scripts/bench/run.sh DUMP [RUNS]}")
runs=${2:-3}
cd "$(dirname "$0")/../.."
cargo build --release --quiet
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for jobs in 1 0; do
    for run in $(seq "$runs"); do
        # There is no config here, so the defaults are measured.
        (cd "$scratch" && "$OLDPWD/target/release/blattwerk" run --quiet --input "$dump" --jobs "$jobs" \
            --output "$scratch/$jobs-$run") || [ $? -eq 1 ]
    done
done
python3 - "$scratch" <<'PYTHON'
import json, pathlib, sys

def best(jobs):
    records = [json.loads(p.read_text()) for p in pathlib.Path(sys.argv[1]).glob(f"{jobs}-*/run.json")]
    return min(records, key=lambda record: record["seconds"])

records = [best(1), best(0)]
print(f"{'':<12}" + "".join(f"{r['jobs']:>9} thread{'s' if r['jobs'] > 1 else ' '}" for r in records))
def row(name, values, unit):
    print(f"{name:<12}" + "".join(f"{value:>17,.1f}" for value in values) + f"  {unit}")
row("run", [r["counts"]["words"] / r["seconds"] for r in records], "words/s")
row("run", [r["counts"]["bytes"] / 1e6 / r["seconds"] for r in records], "MB/s")
for stages in zip(*(r["stages"] for r in records)):
    row(stages[0]["stage"], [s["bytes"] / 1e6 / max(s["seconds"], 1e-9) for s in stages], "MB/s")
for key in ("seconds", "seconds_waiting_for_input", "seconds_waiting_for_output"):
    row(key.replace("seconds_", "").replace("_", " ")[:11], [r[key] for r in records], "s")
print(f"speed-up of all threads: {records[0]['seconds'] / records[1]['seconds']:.2f}")
PYTHON
