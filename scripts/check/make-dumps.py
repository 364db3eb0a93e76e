#!/usr/bin/env python3
"""Writes the articles of a dump in every format that blattwerk reads, with the libraries that others write them with.

usage: make-dumps.py ARTICLES.jsonl FOLDER [--megabytes N]     (needs: pip install warcio pyarrow)

ARTICLES.jsonl has a JSON object a line with the fields `id`, `title`, `date` and `text`. With --megabytes, the articles are
repeated, under other ids, until their texts have that size. kill-test.py and a look at the memory take the dumps:

  for dump in FOLDER/*; do kill-test.py --kills 20 $dump; done
  /usr/bin/time -v blattwerk run FOLDER/news.warc.gz -o out
"""

import argparse
import html
import io
import json
import pathlib
import sqlite3
import tarfile
import zipfile

PAGE = """<!doctype html><html lang="de"><head><meta charset="utf-8"><title>{title} | Tagesanzeiger</title>
<meta property="article:published_time" content="{date}"></head><body><nav><a href="/">Startseite</a> <a href="/sport">Sport</a></nav>
<main><article><h1>{title}</h1>{paragraphs}</article></main><footer>Impressum Datenschutz</footer></body></html>"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--megabytes", type=float, default=0.0)
    parser.add_argument("--only", nargs="*", default=sorted(WRITERS), choices=sorted(WRITERS), metavar="FORMAT")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.only:
        WRITERS[name](options.folder, lambda: articles(options))
        print(name, flush=True)


def articles(options):
    """Yields the articles, repeated until they have the wanted size."""
    lines = options.articles.read_text("utf-8").splitlines()
    size = 0
    for turn in range(1 if not options.megabytes else 1 << 30):
        for line in lines:
            article = json.loads(line)
            text = article.get("text") or ""
            if not text.strip():
                continue
            size += len(text.encode())
            yield {
                "id": f"{article.get('id')}-{turn}",
                "title": article.get("title") or "",
                "date": article.get("date") or "",
                "text": text,
            }
            if options.megabytes and size > options.megabytes * 1e6:
                return


def page(article):
    paragraphs = "".join(f"<p>{html.escape(line)}</p>\n" for line in article["text"].splitlines() if line.strip())
    title, date = html.escape(article["title"]), html.escape(article["date"])
    return PAGE.format(title=title, date=date, paragraphs=paragraphs).encode()


def array(folder, articles):
    with open(folder / "array.json", "w", encoding="utf-8") as out:
        out.write("[\n")
        for number, article in enumerate(articles()):
            out.write((",\n" if number else "") + json.dumps(article, ensure_ascii=False, indent=2))
        out.write("\n]\n")


def parquet(folder, articles):
    import pyarrow
    import pyarrow.parquet

    schema = pyarrow.schema([(name, pyarrow.string()) for name in ("id", "title", "date", "text")])
    with pyarrow.parquet.ParquetWriter(folder / "news.parquet", schema) as out:
        rows = []
        for article in articles():
            rows.append(article)
            if len(rows) == 20_000:
                out.write_table(pyarrow.Table.from_pylist(rows, schema))
                rows = []
        out.write_table(pyarrow.Table.from_pylist(rows, schema))


def pages_zip(folder, articles):
    with zipfile.ZipFile(folder / "pages.zip", "w", zipfile.ZIP_DEFLATED) as out:
        for article in articles():
            out.writestr(f"pages/{article['id']}.html", page(article))


def pages_tar(folder, articles):
    with tarfile.open(folder / "pages.tar.gz", "w:gz") as out:
        for article in articles():
            content = page(article)
            entry = tarfile.TarInfo(f"pages/{article['id']}.html")
            entry.size = len(content)
            out.addfile(entry, io.BytesIO(content))


def warc(folder, articles):
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    with open(folder / "news.warc.gz", "wb") as file:
        out = WARCWriter(file, gzip=True)
        for article in articles():
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            address = f"https://example.org/{article['id']}"
            record = out.create_warc_record(address, "response", io.BytesIO(page(article)), http_headers=headers)
            out.write_record(record)


def rss(folder, articles):
    with open(folder / "feed.xml", "w", encoding="utf-8") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>\n')
        out.write("<title>Tagesanzeiger</title><language>de</language>\n")
        for article in articles():
            body = "".join(f"<p>{html.escape(line)}</p>" for line in article["text"].splitlines() if line.strip())
            body = body.replace("]]>", "]]&gt;")
            out.write(f"<item><guid>{html.escape(article['id'])}</guid><title>{html.escape(article['title'])}</title>")
            out.write(f"<pubDate>{html.escape(article['date'])}</pubDate><content:encoded><![CDATA[{body}]]></content:encoded></item>\n")
        out.write("</channel></rss>\n")


def sqlite(folder, articles):
    path = folder / "news.sqlite"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.execute("create table articles (id text, title text, date text, text text)")
        rows = ((a["id"], a["title"], a["date"], a["text"]) for a in articles())
        database.executemany("insert into articles values (?, ?, ?, ?)", rows)
    database.close()


WRITERS = {
    "array": array,
    "parquet": parquet,
    "pages.zip": pages_zip,
    "pages.tar.gz": pages_tar,
    "warc": warc,
    "rss": rss,
    "sqlite": sqlite,
}

if __name__ == "__main__":
    main()
