#!/usr/bin/env python3
"""Makes the XML files in tests/formats/xml with libraries that programs for feeds and corpora use.

usage: make-xml.py OUT

Needs Python's feedgen and lxml (pip install feedgen lxml). What is expected of the files is in
crates/pipeline/src/input/tests/xml.rs.
"""

import sys
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timedelta, timezone
from pathlib import Path

from feedgen.feed import FeedGenerator
from lxml import etree

SUMMER = timezone(timedelta(hours=2))

ARTICLES = [
    {
        "id": "https://bote.example/muehle",
        "title": "Mühle & Wehr: Der Streit geht weiter",
        "date": datetime(2024, 5, 6, 8, 0, tzinfo=SUMMER),
        "paragraphs": [
            "Der Müller von Erlenbach will das alte Wehr behalten.",
            "Die Gemeinde sieht das anders; sie verweist auf zwei Gutachten.",
        ],
    },
    {
        "id": "https://bote.example/schule",
        "title": "Neue Schule öffnet später",
        "date": datetime(2024, 5, 7, 17, 30, tzinfo=SUMMER),
        "paragraphs": ["In Seedorf fehlen noch Türen.", "Der Unterricht beginnt deshalb erst im Herbst."],
    },
]


def html(article):
    return "".join(f"<p>{paragraph}</p>" for paragraph in article["paragraphs"])


def feed():
    generator = FeedGenerator()
    generator.load_extension("dc")
    generator.id("https://bote.example/")
    generator.title("Erlenbacher Bote")
    generator.link(href="https://bote.example/", rel="alternate")
    generator.description("Nachrichten")
    generator.language("de")
    for article in ARTICLES:
        entry = generator.add_entry(order="append")
        entry.id(article["id"])
        entry.title(article["title"])
        entry.link(href=article["id"] + ".html")
        entry.published(article["date"])
        entry.updated(article["date"] + timedelta(days=1))
        entry.summary("Kurz gesagt.")
        entry.content(html(article), type="CDATA")
    return generator


def newsml(out):
    """A message of NewsML-G2 with prefixes, written by ElementTree."""
    g2, xhtml = "http://iptc.org/std/nar/2006-10-01/", "http://www.w3.org/1999/xhtml"
    ElementTree.register_namespace("nar", g2)
    ElementTree.register_namespace("html", xhtml)
    message = ElementTree.Element(f"{{{g2}}}newsMessage")
    items = ElementTree.SubElement(message, f"{{{g2}}}itemSet")
    for number, article in enumerate(ARTICLES):
        item = ElementTree.SubElement(items, f"{{{g2}}}newsItem", guid=f"urn:newsml:bote.example:{number}", version="1")
        about = ElementTree.SubElement(item, f"{{{g2}}}itemMeta")
        ElementTree.SubElement(about, f"{{{g2}}}itemClass", qcode="ninat:text")
        ElementTree.SubElement(about, f"{{{g2}}}provider", literal="Bote")
        ElementTree.SubElement(about, f"{{{g2}}}versionCreated").text = article["date"].isoformat()
        meta = ElementTree.SubElement(item, f"{{{g2}}}contentMeta")
        ElementTree.SubElement(meta, f"{{{g2}}}headline", role="hl:main").text = article["title"]
        ElementTree.SubElement(meta, f"{{{g2}}}language", tag="de")
        content = ElementTree.SubElement(item, f"{{{g2}}}contentSet")
        inline = ElementTree.SubElement(content, f"{{{g2}}}inlineXML", contenttype="application/xhtml+xml")
        page = ElementTree.SubElement(inline, f"{{{xhtml}}}html")
        body = ElementTree.SubElement(page, f"{{{xhtml}}}body")
        for paragraph in article["paragraphs"][:1]:
            ElementTree.SubElement(body, f"{{{xhtml}}}p").text = paragraph
    ElementTree.ElementTree(message).write(out, encoding="utf-16", xml_declaration=True)


def nitf(article, out):
    root = etree.Element("nitf")
    head = etree.SubElement(root, "head")
    docdata = etree.SubElement(head, "docdata")
    etree.SubElement(docdata, "date.issue", norm=article["date"].strftime("%Y%m%dT%H%M%S%z"))
    etree.SubElement(docdata, "doc-id", {"id-string": "bote-1"})
    body = etree.SubElement(root, "body")
    headline = etree.SubElement(etree.SubElement(body, "body.head"), "hedline")
    etree.SubElement(headline, "hl1").text = article["title"]
    content = etree.SubElement(body, "body.content")
    for paragraph in article["paragraphs"]:
        etree.SubElement(content, "p").text = paragraph
    tree = etree.ElementTree(root)
    doctype = '<!DOCTYPE nitf SYSTEM "nitf-3-4.dtd">'
    tree.write(out, encoding="ISO-8859-1", xml_declaration=True, pretty_print=True, doctype=doctype)


def tei(out):
    name = "http://www.tei-c.org/ns/1.0"
    corpus = etree.Element(f"{{{name}}}teiCorpus", nsmap={None: name})
    for number, article in enumerate(ARTICLES):
        root = etree.SubElement(corpus, f"{{{name}}}TEI")
        root.set("{http://www.w3.org/XML/1998/namespace}id", f"t{number}")
        root.set("{http://www.w3.org/XML/1998/namespace}lang", "de")
        header = etree.SubElement(root, f"{{{name}}}teiHeader")
        file = etree.SubElement(header, f"{{{name}}}fileDesc")
        statement = etree.SubElement(file, f"{{{name}}}titleStmt")
        etree.SubElement(statement, f"{{{name}}}title").text = article["title"]
        publication = etree.SubElement(file, f"{{{name}}}publicationStmt")
        etree.SubElement(publication, f"{{{name}}}publisher").text = "Erlenbacher Bote"
        etree.SubElement(publication, f"{{{name}}}date", when=article["date"].date().isoformat())
        body = etree.SubElement(etree.SubElement(root, f"{{{name}}}text"), f"{{{name}}}body")
        for paragraph in article["paragraphs"]:
            etree.SubElement(body, f"{{{name}}}p").text = paragraph
    etree.ElementTree(corpus).write(out, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    # The time of making is left out, so that the files stay the same.
    generator = feed()
    generator.updated(ARTICLES[-1]["date"])
    generator.lastBuildDate(ARTICLES[-1]["date"])
    generator.rss_file(str(out / "feedgen.rss"), pretty=True)
    generator.atom_file(str(out / "feedgen.atom"), pretty=True)
    newsml(out / "elementtree-utf16.newsml")
    nitf(ARTICLES[0], out / "lxml-latin1.nitf")
    tei(out / "lxml.tei")


main()
