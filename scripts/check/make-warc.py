#!/usr/bin/env python3
"""Makes the WARC files in tests/formats with Python's warcio.

    python3 -m venv VENV
    VENV/bin/pip install warcio==1.8.1 zstandard==0.25.0
    VENV/bin/python scripts/check/make-warc.py

With these versions, every run gives the same files.
"""

import gzip
import io
import zlib
from pathlib import Path

import zstandard
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

FOLDER = Path(__file__).resolve().parents[2] / "tests/formats"

TEXTS = {
    "freibad": "Der Gemeinderat von Hohenfels hat beschlossen, das alte Freibad zu sanieren.",
    "bahn": "Ab Montag fahren die Regionalbahnen wieder nach Plan.",
    "ernte": "Die Ernte fällt in diesem Jahr größer aus als erwartet.",
    "schule": "Eine Grundschule in Bad Königsau bekommt eine neue Turnhalle.",
    "brücke": "Die Brücke über die Lohr bleibt bis zum Frühjahr gesperrt.",
    "wetter": "Am Wochenende wird es kühl, aber trocken.",
    "museum": "Das Museum öffnet nach zwei Jahren Umbau wieder.",
    "bücherei": "Die Bücherei verleiht nun auch Werkzeug.",
}


def page(name):
    return f"<!doctype html><html><head><title>{name}</title></head><body><article><p>{TEXTS[name]}</p></article></body></html>"


def chunked(body):
    parts = [body[:7], body[7:40], body[40:]]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def raw_deflate(body):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


class Maker:
    """Writes records, each with the next number as its id."""

    def __init__(self, **more):
        self.target = io.BytesIO()
        self.writer = WARCWriter(self.target, **more)
        self.count = 0
        self.ends = []

    def add(self, kind, uri, payload=b"", http=None, minute=0, **headers):
        self.count += 1
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers["WARC-Record-ID"] = f"<urn:uuid:00000000-0000-4000-8000-{self.count:012}>"
        headers["WARC-Date"] = f"2024-05-06T08:{minute:02}:00Z"
        if http is not None:
            status, *lines = http
            protocol = "" if kind == "request" else "HTTP/1.1"
            http = StatusAndHeaders(status, [tuple(line.split(": ")) for line in lines], protocol=protocol)
        record = self.writer.create_warc_record(
            uri, kind, payload=io.BytesIO(payload), http_headers=http, warc_headers_dict=headers,
            warc_content_type=headers.pop("Content-Type", "")
        )
        self.writer.write_record(record)
        self.ends.append(self.target.tell())

    def response(self, name, body, *lines, status="200 OK", minute=0, **headers):
        self.add("response", f"https://example.org/{name}", body, [status, *lines], minute, **headers)


def fill(maker):
    html = "Content-Type: text/html; charset=utf-8"
    maker.add("warcinfo", "", b"software: none\r\n", Content_Type="application/warc-fields")
    maker.add("request", "https://example.org/freibad", http=["GET /freibad HTTP/1.1", "Host: example.org"])
    maker.response("freibad", page("freibad").encode(), html)
    maker.response("bild.png", b"\x89PNG\r\n\x1a\n", "Content-Type: image/png")
    maker.response("stil.css", b"body { margin: 0 }", "Content-Type: text/css")
    maker.response("weg", b"<html>weg</html>", html, status="404 Not Found")
    maker.response("alt", b"", "Location: /neu", status="301 Moved Permanently")
    maker.response("robots.txt", b"User-agent: *\n", "Content-Type: text/plain")
    body = chunked(gzip.compress(page("bahn").encode("latin-1"), mtime=0))
    latin = "Content-Type: text/html; charset=iso-8859-1"
    maker.response("bahn", body, latin, "Transfer-Encoding: chunked", "Content-Encoding: gzip")
    maker.response("ernte", zlib.compress(page("ernte").encode()), html, "Content-Encoding: deflate")
    maker.response("schule", raw_deflate(page("schule").encode()), html, "Content-Encoding: deflate")
    packed = zstandard.ZstdCompressor().compress(page("brücke").encode())
    maker.response("br%C3%BCcke", packed, html, "Content-Encoding: zstd")
    maker.response("brotli", b"\x0b\x02\x80\x83\xe4\x12" + bytes(range(128, 200)), html, "Content-Encoding: br")
    # Its head says what the body is no longer.
    maker.response("museum", page("museum").encode(), html, "Transfer-Encoding: chunked", "Content-Encoding: gzip")
    maker.response("wetter.txt", TEXTS["wetter"].encode("latin-1"), "Content-Type: text/plain; charset=iso-8859-1")
    maker.response("freibad", page("freibad").encode(), html, minute=1)
    maker.response("freibad", page("bücherei").encode(), html, minute=2)
    maker.add("revisit", "https://example.org/freibad", http=["200 OK", html], minute=3)
    maker.add("metadata", "https://example.org/freibad", b"fetchTimeMs: 3", Content_Type="application/warc-fields")
    maker.add("resource", "https://example.org/archiv", page("bücherei").encode(), Content_Type="text/html")
    maker.add("resource", "urn:text:https://example.org/freibad", b"Ein Auszug.", Content_Type="text/plain")
    maker.add("conversion", "https://example.org/wet", TEXTS["wetter"].encode(), Content_Type="text/plain")


def made(**more):
    maker = Maker(**more)
    fill(maker)
    return maker.target.getvalue(), maker.ends


def main():
    FOLDER.mkdir(exist_ok=True)
    members, _ = made(gzip=True)
    plain, ends = made(gzip=False, warc_version="WARC/1.1")
    (FOLDER / "members.warc.gz").write_bytes(members)
    (FOLDER / "plain.warc").write_bytes(plain)
    (FOLDER / "one-member.warc.gz").write_bytes(gzip.compress(plain, mtime=0))
    records = [plain[start:end] for start, end in zip([0, *ends], ends)]
    dictionary = zstandard.train_dictionary(1024, records * 20)
    packer = zstandard.ZstdCompressor(dict_data=dictionary)
    raw = dictionary.as_bytes()
    frame = b"\x5d\x2a\x4d\x18" + len(raw).to_bytes(4, "little") + raw
    (FOLDER / "dictionary.warc.zst").write_bytes(frame + b"".join(map(packer.compress, records)))
    packed = zstandard.ZstdCompressor().compress(raw)
    frame = b"\x5d\x2a\x4d\x18" + len(packed).to_bytes(4, "little") + packed
    (FOLDER / "packed-dictionary.warc.zst").write_bytes(frame + b"".join(map(packer.compress, records)))


main()
