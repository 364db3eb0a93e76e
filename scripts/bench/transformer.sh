#!/usr/bin/env bash
# Measures how fast a transformer of the size of BERT-base runs, in Python's transformers and in each runtime.
#
#     python3 -m venv VENV
#     VENV/bin/pip install torch==2.4.1 transformers==4.57.1 onnx==1.17.0 onnxruntime==1.23.2 'numpy<2.5'
#     [WITH_ORT=1] [WITH_LIBTORCH=target/libtorch] scripts/bench/transformer.sh VENV [FOLDER]
#
# The model has random weights and is made once, in FOLDER (target/bench-transformer). It is measured on 200 sentences of
# about 34 tokens each, then on articles of mixed length through the whole program, compared with a Python program that
# does the same: sentences in batches of 8, padded. Nothing else should run on the machine.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=${1:?the folder of a Python environment}
folder=${2:-target/bench-transformer}
python="$venv/bin/python"
runtimes=(rten)
features=(onnx)
library=$("$python" -c 'import glob, onnxruntime, os; print(glob.glob(os.path.dirname(onnxruntime.__file__) + "/capi/libonnxruntime.so*")[0])')
export ORT_DYLIB_PATH="$library"
if [[ -n "${WITH_ORT:-}" ]]; then
    runtimes+=(ort)
    features+=(ort)
fi
# The folder written by scripts/setup-libtorch.sh.
if [[ -n "${WITH_LIBTORCH:-}" ]]; then
    runtimes+=(rust-bert)
    features+=(rust-bert)
    LIBTORCH=$(realpath "$WITH_LIBTORCH")
    export LIBTORCH LIBTORCH_CXX11_ABI=0 LD_LIBRARY_PATH="$LIBTORCH/lib"
fi
# The files of the model that a runtime can read.
files() {
    [[ "$1" == rust-bert ]] && echo model.safetensors || echo model.onnx model_quantized.onnx
}

[[ -e "$folder/model/model_quantized.onnx" ]] || "$python" scripts/bench/transformer.py make "$folder"
cargo build --release --quiet --features "$(IFS=,; echo "${features[*]}")"
cargo build --release --quiet --package blattwerk-transformer --example throughput --features "rten${WITH_ORT:+,ort}${WITH_LIBTORCH:+,rust-bert}"
target=${CARGO_TARGET_DIR:-target}

echo "runtime file batch threads sentences/s megabytes largest-difference"
for threads in 1 2; do
    for rows in 1 8 32; do
        "$python" scripts/bench/transformer.py sentences "$folder" "$rows" "$threads"
    done
done
for runtime in "${runtimes[@]}"; do
    for file in $(files "$runtime"); do
        for threads in 1 2; do
            for rows in 1 8 32; do
                read -r speed memory < <("$target/release/examples/throughput" "$folder/model" "$file" "$runtime" \
                    "$folder/sentences.txt" "$rows" "$threads" "$folder/logits")
                difference=$("$python" scripts/bench/transformer.py difference "$folder" "$folder/logits")
                echo "$runtime $file $rows $threads $speed $memory $difference"
            done
        done
    done
done

echo
echo "articles through the whole program: program file seconds entities"
"$python" scripts/bench/transformer.py articles "$folder" 2
for runtime in "${runtimes[@]}"; do
    for file in $(files "$runtime"); do
        model=("--set=ner.backend=onnx" "--set=ner.runtime=$runtime")
        [[ "$runtime" == rust-bert ]] && model=("--set=ner.backend=rust-bert")
        "$target/release/blattwerk" run --quiet --overwrite --config /dev/null --jobs 2 --input "$folder/articles.jsonl" \
            --output "$folder/out" "${model[@]}" --set "ner.model=$(realpath "$folder/model")" \
            --set "ner.file=$file" --set sentiment.backend=off
        "$python" - "$folder/out" "$runtime" "$file" <<'PYTHON'
import csv, json, sys
record = json.load(open(sys.argv[1] + "/run.json"))
print(sys.argv[2], sys.argv[3], f"{record['seconds']:.1f}", sum(1 for _ in csv.reader(open(sys.argv[1] + "/entities.csv"))) - 1)
PYTHON
    done
done
