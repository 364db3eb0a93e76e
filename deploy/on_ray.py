"""Annotates Parquet files of articles on Ray: python on_ray.py ARTICLES OUTPUT

On a cluster, submit it with `ray job submit`; the nodes need `pip install blattwerk "ray[data]"`.
"""

import sys

import ray

import blattwerk

articles, output = sys.argv[1:]
ray.init()
# One actor for each processor but one in eight, which read and write.
actors = max(1, int(ray.cluster_resources()["CPU"] * 7 / 8))
# A block is the work of one actor at a time; files of less than 128 MB are one block each otherwise.
blocks = ray.data.read_parquet(articles).repartition(target_num_rows_per_block=1024)
annotated = blocks.map_batches(
    blattwerk.Annotator,
    fn_constructor_kwargs={"settings": {"sentiment.explain": True}},
    batch_format="pyarrow",
    batch_size=256,
    compute=ray.data.ActorPoolStrategy(size=actors),
)
annotated.write_parquet(output)
