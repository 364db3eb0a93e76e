#!/usr/bin/env python3
"""Makes the archives in tests/formats with Python's zipfile and tarfile.

usage: scripts/check/make-archives.py

What zipfile does not write (names in the encoding of DOS, overlapping entries) is changed in what it wrote. The same
Python writes the same bytes.
"""

import io
import struct
import tarfile
import zipfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "tests/formats"

STORY = (
    "Der Gemeinderat von Hohenfels hat am Dienstag beschlossen, das alte Freibad zu sanieren. Die Arbeiten sollen im "
    "Herbst beginnen und rund zwei Millionen Euro kosten. Bürgermeisterin Anke Lorenz sprach von einem guten Tag für "
    "die Stadt."
)
PAGE = f"""<!doctype html>
<html lang="de"><head><meta charset="utf-8"><title>Freibad wird saniert</title></head>
<body><nav><a href="/">Startseite</a></nav><article><p>{STORY}</p></article></body></html>
"""
LINES = (
    '{"id": "wahl", "text": "Die Wahl ist entschieden."}\n'
    '{"id": "kaputt", "te\n'
    '{"id": "regen", "text": "Es regnet seit Tagen."}\n'
)
LONG_NAME = "archiv/" + "sehr-lange-namen/" * 8 + "notiz.txt"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
TIME = (2024, 5, 6, 8, 0, 0)


class DosInfo(zipfile.ZipInfo):
    """An entry whose name is in the encoding of DOS."""

    def _encodeFilenameFlags(self):
        return self.filename.encode("cp437"), self.flag_bits & ~0x800


def add(archive, name, content, method=zipfile.ZIP_DEFLATED, kind=zipfile.ZipInfo):
    info = kind(name, TIME)
    info.compress_type = method
    archive.writestr(info, content)


def save(name, entries):
    """Writes an archive of names and contents, each with a method and a kind if it is not the usual one."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for entry in entries:
            add(archive, *entry)
    (FOLDER / name).write_bytes(target.getvalue())
    return target.getvalue()


def tar(entries, kind=tarfile.GNU_FORMAT, **more):
    """Returns an archive of names and contents; a content that is text is the target of a link."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=kind, **more) as archive:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.mtime = 1714975200
            if content is None:
                info.type = tarfile.DIRTYPE
                archive.addfile(info)
            elif isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return target.getvalue()


def zips():
    inner = tar([("tief.txt", "Ein Text im inneren Archiv.".encode())])
    third = io.BytesIO()
    with zipfile.ZipFile(third, "w") as archive:
        add(archive, "c.tar", tar([("tiefer.txt", b"Zu tief.")]))
    save(
        "pages.zip",
        [
            ("seiten/", ""),
            ("seiten/freibad.html", PAGE),
            ("seiten/stil.css", "body { margin: 0 }"),
            ("seiten/bild.png", PNG),
            ("seiten/logo", PNG),
            ("__MACOSX/seiten/._freibad.html", b"\0\5\x16\7"),
            (".DS_Store", b"\0\0\0\1Bud1"),
            ("Thumbs.db", b"\xd0\xcf\x11\xe0"),
            ("meldungen.jsonl", LINES, zipfile.ZIP_BZIP2),
            ("notiz.txt", "Eine Notiz.", zipfile.ZIP_STORED),
            ("größe.txt", "Ein Name in UTF-8."),
            ("größe-dos.txt", "Ein Name in CP437.", zipfile.ZIP_STORED, DosInfo),
            ("../../etc/a.txt", "Ein Name, der nach oben führt."),
            ("/tmp/b.txt", "Ein Name von der Wurzel."),
            ("bericht.pdf", b"%PDF-1.7\n"),
            ("innen.tar", inner),
            ("innen.zip", third.getvalue()),
        ],
    )
    save("empty.zip", [])
    save("folders.zip", [("a/", ""), ("a/b/", "")])
    save("bomb.zip", [("bombe.txt", "x" * 2_000_000), ("gut.txt", "Ein Text.")])
    save("letter.docx", [("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w:document/>")])
    opened = "application/vnd.oasis.opendocument.text"
    save("letter.odt", [("mimetype", opened, zipfile.ZIP_STORED), ("content.xml", "<office/>")])
    book = "application/epub+zip"
    save("book.epub", [("mimetype", book, zipfile.ZIP_STORED), ("a.xhtml", PAGE)])

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(zipfile.ZipInfo("a.txt", TIME), "w", force_zip64=True) as entry:
            entry.write("Ein Text.".encode())
    small = target.getvalue()
    # The same with the numbers of the directory in 64 bits, as in an archive of many gigabytes.
    at = small.index(b"PK\1\2")
    end = small.rindex(b"PK\5\6")
    entry = bytearray(small[at:end])
    packed, size = struct.unpack("<II", entry[20:28])
    entry[20:28] = b"\xff" * 8
    entry[30:32] = struct.pack("<H", 28)
    entry[42:46] = b"\xff" * 4
    entry[46 + 5 :] = struct.pack("<HHQQQ", 1, 24, size, packed, 0)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(entry), at)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, at + len(entry), 1)
    last = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    large = small[:at] + bytes(entry) + record + locator + last
    with zipfile.ZipFile(io.BytesIO(large)) as archive:
        assert archive.read("a.txt").decode() == "Ein Text."
    (FOLDER / "zip64.zip").write_bytes(large)

    # A hundred entries of the directory that are all the same file.
    small = save("overlap.zip", [("a.txt", "Ein Text, der viele Male gelesen werden soll.", zipfile.ZIP_STORED)])
    at, end = small.index(b"PK\1\2"), small.rindex(b"PK\5\6")
    entries = small[at:end] * 100
    last = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 100, 100, len(entries), at, 0)
    (FOLDER / "overlap.zip").write_bytes(small[:at] + entries + last)


def tars():
    entries = [
        ("./", None),
        ("./seiten/freibad.html", PAGE.encode()),
        ("./seiten/verweis.html", "freibad.html"),
        ("./seiten/bild.png", PNG),
        ("./._notiz.txt", b"\0\5\x16\7"),
        ("./meldungen.jsonl", LINES.encode()),
        (LONG_NAME, "Ein langer Name.".encode()),
        ("größe.txt", "Ein Umlaut im Namen.".encode()),
        ("bericht.pdf", b"%PDF-1.7\n"),
        ("leer.txt", b""),
    ]
    (FOLDER / "gnu.tar").write_bytes(tar(entries))
    (FOLDER / "pax.tar").write_bytes(tar(entries, tarfile.PAX_FORMAT))
    (FOLDER / "ustar.tar").write_bytes(tar(entries, tarfile.USTAR_FORMAT, encoding="latin-1"))
    (FOLDER / "empty.tar").write_bytes(tar([]))


FOLDER.mkdir(exist_ok=True)
zips()
tars()
