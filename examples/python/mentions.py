"""Who is written about how, by month: from a Parquet file of articles to a small table, with DuckDB.

usage: python examples/python/mentions.py [ARTICLES.parquet]

Without a file, the articles in examples/articles are written to one first. Run it line by line in a notebook; each `# %%`
begins a cell.
"""

# %% Articles: a Parquet file with a column of texts, and one of dates.
import sys
import tempfile
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

import blattwerk

if len(sys.argv) > 1:
    path = Path(sys.argv[1])
else:
    # Files of any format become one of Parquet by a run that keeps the articles as they came in.
    examples = Path(__file__).resolve().parents[1] / "articles"
    folder = Path(tempfile.mkdtemp()) / "tables"
    settings = {"output.articles": True, "output.format": "parquet"}
    blattwerk.run(examples, folder, settings=settings, progress=False)
    path = folder / "articles.parquet"
articles = pq.read_table(path)
print(f"{articles.num_rows} articles with the columns {', '.join(articles.column_names)}")

# %% Annotate: one row an article, with lists of names and judgements.
annotate = blattwerk.Annotator(threads=0)
annotated = annotate(articles)
for error in annotated["error"].drop_null().unique():
    print(f"failed: {error}")

# %% One row a name, and one a judgement, as in the program's tables.
entities = annotate.explode(annotated, "entities")
sentiment = annotate.explode(annotated, "sentiment")
months = duckdb.sql(
    """
    select article_id, coalesce(
        regexp_extract(date, '^(\\d{4}-\\d{2})', 1),
        ''
    ) as iso, regexp_extract(date, '^\\d{1,2}\\.(\\d{2})\\.(\\d{4})', ['month', 'year']) as german
    from articles
    """
)

# %% A judgement about a name is about the entity with its index among those of its article.
mentions = duckdb.sql(
    """
    with numbered as (
        select *, row_number() over (partition by article_id order by start) - 1 as index from entities
    )
    select
        case when iso <> '' then iso when german.year <> '' then german.year || '-' || german.month else '?' end as month,
        numbered.text as name,
        numbered.label,
        count(*) as mentions,
        count(*) filter (sentiment.label = 'positive') as positive,
        count(*) filter (sentiment.label = 'negative') as negative
    from numbered
    join months using (article_id)
    left join sentiment
        on sentiment.article_id = numbered.article_id and sentiment.level = 'entity' and sentiment.index = numbered.index
    where numbered.label in ('PER', 'ORG')
    group by all
    order by mentions desc, month, name
    limit 15
    """
)
print(mentions)
