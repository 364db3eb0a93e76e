#!/bin/bash
# Merges the shards of slurm.sh.
#SBATCH --job-name=blattwerk-merge
#SBATCH --time=01:00:00
set -u
tables=${1:?usage: slurm-merge.sh TABLES}

blattwerk merge --quiet --overwrite "$tables"/shard-* --output "$tables/whole"
code=$?
[ "$code" -eq 1 ] && code=0
exit "$code"
