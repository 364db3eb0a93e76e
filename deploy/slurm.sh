#!/bin/bash
# A shard for each task of the array. Tasks that are requeued resume where they stopped:
#
#   shards=$(sbatch --parsable slurm.sh /data/dump.jsonl.zst /data/tables)
#   sbatch --dependency=afterok:$shards slurm-merge.sh /data/tables
#
#SBATCH --job-name=blattwerk
#SBATCH --array=0-15
#SBATCH --cpus-per-task=8
#SBATCH --mem=4G
#SBATCH --time=04:00:00
#SBATCH --requeue
# SIGTERM to this script two minutes before the time is up, which is more than run.grace_seconds (20).
#SBATCH --signal=B:TERM@120
set -u
dump=${1:?usage: slurm.sh DUMP TABLES}
tables=${2:?usage: slurm.sh DUMP TABLES}

blattwerk run --quiet --resume --jobs "${SLURM_CPUS_PER_TASK:-0}" --input "$dump" \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --output "$tables/shard-$SLURM_ARRAY_TASK_ID" &
pid=$!
trap 'kill -TERM "$pid"' TERM INT
code=143
# A signal ends the first `wait`; the next one waits for the current chunk.
while kill -0 "$pid" 2> /dev/null; do
    wait "$pid"
    code=$?
done
# Out of time, and ready to resume.
if [ "$code" -eq 143 ] && [ -n "${SLURM_JOB_ID:-}" ]; then
    scontrol requeue "$SLURM_JOB_ID"
fi
# Complete, but some articles are in failures.csv: that must not prevent the merge.
[ "$code" -eq 1 ] && code=0
exit "$code"
