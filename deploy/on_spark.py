"""Annotates Parquet files of articles on Spark: spark-submit on_spark.py ARTICLES OUTPUT

The nodes need Java 17 and `pip install blattwerk pyspark`.
"""

import sys

from pyspark.sql import SparkSession
from pyspark.sql.functions import explode

import blattwerk

articles, output = sys.argv[1:]
session = SparkSession.builder.appName("blattwerk").getOrCreate()
# Articles are large; a worker has this many in memory at a time, twice.
session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "500")

annotate = blattwerk.Annotator(settings={"sentiment.explain": True})
annotated = annotate.spark(session.read.parquet(articles))
annotated.write.parquet(output)

# One row a name, from what was written.
names = session.read.parquet(output).select("id", explode("entities").alias("entity")).select("id", "entity.*")
names.groupBy("label", "text").count().orderBy("count", ascending=False).show(20, truncate=False)
