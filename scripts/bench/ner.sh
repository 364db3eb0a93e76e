#!/usr/bin/env bash
# Measures how fast names are tagged, compared with spaCy's German pipeline on the same text, each on one thread.
#
# usage: scripts/bench/ner.sh ARTICLES.jsonl [RUNS]
#
# The peer is a blank German spaCy pipeline with its `ner` architecture: tokenizer and tagger, untrained, since
# its weights do not affect its speed. It is installed from PyPI into an environment under target/. Ours is the ner
# stage of a run (tokens, tags, memory of the article, scores), from run.json. Both are measured alternately, RUNS times
# (default 3); the best of each counts, in tokens as spaCy counts them.
set -euo pipefail
articles=$(realpath "${1:?usage: scripts/bench/ner.sh ARTICLES.jsonl [RUNS]}")
runs=${2:-3}
cd "$(dirname "$0")/../.."
venv=target/bench-ner
if ! [ -e "$venv/ready" ]; then
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet spacy==3.8.18
    touch "$venv/ready"
fi
cargo build --quiet --release
exec "$venv/bin/python" -W ignore - "$articles" "$runs" <<'PYTHON'
import json, os, pathlib, subprocess, sys, tempfile, time

os.environ["OMP_NUM_THREADS"] = "1"
import spacy

articles, runs = sys.argv[1], int(sys.argv[2])
texts = [json.loads(line)["text"] for line in open(articles, encoding="utf-8")]
nlp = spacy.blank("de")
tagger = nlp.add_pipe("ner")
for label in ("PER", "LOC", "ORG", "MISC"):
    tagger.add_label(label)
nlp.initialize()

tokens, peer, ours = 0, [], []
for _ in range(runs):
    start = time.perf_counter()
    tokens = sum(len(document) for document in nlp.pipe(texts))
    peer.append(time.perf_counter() - start)
    with tempfile.TemporaryDirectory() as folder:
        command = ["target/release/blattwerk", "run", "--quiet", "--jobs", "1", "--input", articles, "--output", folder]
        subprocess.run(command, check=True)
        record = json.loads(pathlib.Path(folder, "run.json").read_text())
        stage = next(stage for stage in record["stages"] if stage["stage"] == "ner")
        ours.append(stage["seconds"])
for name, seconds in (("spaCy ner", min(peer)), (f"blattwerk {stage['backend']}", min(ours))):
    print(f"{name:<16} {tokens / seconds:>12,.0f} tokens/s")
print(f"ratio            {min(peer) / min(ours):>12.1f}")
PYTHON
