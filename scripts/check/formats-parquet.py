#!/usr/bin/env python3
"""Writes the Parquet files in tests/formats/parquet with pyarrow 26.0.1.

usage: formats-parquet.py FOLDER

All files but types.parquet and faults of their own contain the same articles.
"""

import datetime
import decimal
import sys
import uuid
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

ARTICLES = [
    ("a1", "Brücke gesperrt", "Die alte Brücke über die Fulda ist seit Montag gesperrt. Ein Gutachter fand Risse im Beton.", datetime.date(2024, 5, 6)),
    ("a2", "Bäckerei schließt", "Nach 98 Jahren schließt die Bäckerei Ohm am Markt. Eine Nachfolgerin hat sich nicht gefunden.", datetime.date(2024, 5, 7)),
    ("a3", "Schwimmbad öffnet", "Das Freibad in Wehlheiden öffnet am Samstag. Das Wasser hat 21 Grad.", None),
    ("a4", None, "Der Rat stimmte am Abend für den Haushalt. Die Opposition enthielt sich.", datetime.date(2024, 5, 8)),
    ("a5", "Zug entgleist", "In Guntershausen ist ein Güterzug entgleist. Verletzt wurde niemand.", datetime.date(2024, 5, 9)),
]


def table():
    ids, titles, texts, dates = zip(*ARTICLES)
    return pa.table({
        "id": pa.array(ids, pa.string()),
        "title": pa.array(titles, pa.string()),
        "text": pa.array(texts, pa.string()),
        "date": pa.array(dates, pa.date32()),
        "clicks": pa.array(range(len(ids)), pa.int64()),
    })


def types():
    ids, titles, texts, dates = zip(*ARTICLES)
    count = len(ids)
    keys = [uuid.UUID(int=0x550E8400E29B41D4A716446655440000 + i) for i in range(count)]
    noon = [datetime.datetime(2024, 5, 6, 12, 30, i, 250000 * (i % 2)) for i in range(count)]
    berlin = "Europe/Berlin"
    return pa.table({
        "large": pa.array(texts, pa.large_string()),
        "view": pa.array(texts, pa.string_view()),
        "bytes": pa.array([text.encode() for text in texts], pa.binary()),
        "latin": pa.array([text.encode("latin-1") for text in texts], pa.binary()),
        "dictionary": pa.array(texts).dictionary_encode(),
        "paragraphs": pa.array([text.split(". ") if i != 3 else None for i, text in enumerate(texts)], pa.list_(pa.string())),
        "parts": pa.array([[{"kind": "p", "text": part} for part in text.split(". ")] for text in texts],
                          pa.list_(pa.struct({"kind": pa.string(), "text": pa.string()}))),
        "article": pa.array([{"body": text, "meta": {"day": day}} if i != 3 else None for i, (text, day) in enumerate(zip(texts, dates))],
                            pa.struct({"body": pa.string(), "meta": pa.struct({"day": pa.date32()})})),
        "number": pa.array([7, 8, None, 10, 11], pa.int32()),
        "long": pa.array([2**40 + i for i in range(count)], pa.int64()),
        "unsigned": pa.array([2**64 - 1 - i for i in range(count)], pa.uint64()),
        "float": pa.array([1.0, 2.0, 3.5, None, 5.0], pa.float64()),
        "decimal": pa.array([decimal.Decimal(f"{i}.25") for i in range(count)], pa.decimal128(20, 2)),
        "typed": pa.array([key.bytes for key in keys], pa.uuid()),
        "key": pa.array([key.bytes for key in keys], pa.binary(16)),
        "fixed": pa.array([f"k{i}".encode() for i in range(count)], pa.binary(2)),
        "seconds": pa.array(noon, pa.timestamp("s")),
        "millis": pa.array(noon, pa.timestamp("ms", tz=berlin)),
        "micros": pa.array(noon, pa.timestamp("us", tz="UTC")),
        "nanos": pa.array(noon, pa.timestamp("ns")),
        "epoch": pa.array([1714979289 + i for i in range(count)], pa.int64()),
        "yes": pa.array([True] * count, pa.bool_()),
        "nothing": pa.nulls(count),
        "map": pa.array([[("a", "b")]] * count, pa.map_(pa.string(), pa.string())),
    })


class Plain(pe.KmsClient):
    """Keeps keys as they are: nothing here is secret."""

    def __init__(self, config):
        super().__init__()

    def wrap_key(self, key, master):
        return bytes(key).hex()

    def unwrap_key(self, key, master):
        return bytes.fromhex(key)


def encrypted(path, plaintext_footer):
    config = pe.EncryptionConfiguration(
        footer_key="footer", column_keys={"column": ["text"]}, plaintext_footer=plaintext_footer)
    factory = pe.CryptoFactory(Plain)
    properties = factory.file_encryption_properties(pe.KmsConnectionConfig(), config)
    with pq.ParquetWriter(path, table().schema, encryption_properties=properties) as writer:
        writer.write_table(table())


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    articles = table()

    def write(name, what=articles, **options):
        pq.write_table(what, folder / f"{name}.parquet", store_schema=False, **options)

    for codec in ["none", "snappy", "gzip", "zstd", "lz4", "brotli"]:
        write(codec, compression=codec)
    write("v2", data_page_version="2.0", compression="zstd")
    plain = {"use_dictionary": False}
    for encoding in ["PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"]:
        for version in ["1.0", "2.0"]:
            columns = {"id": encoding, "title": encoding, "text": encoding,
                       "clicks": "DELTA_BINARY_PACKED", "date": "DELTA_BINARY_PACKED"}
            name = f"{encoding.lower().replace('_', '-')}-v{version[0]}"
            write(name, column_encoding=columns, data_page_version=version, **plain)
    # Several row groups of several pages each, with checksums.
    write("groups", row_group_size=3, data_page_size=1, write_batch_size=1, write_page_checksum=True,
          compression="none", **plain)
    write("types", types())
    write("int96", pa.table({"text": articles["text"], "date": types()["nanos"]}), use_deprecated_int96_timestamps=True)
    write("no-rows", articles.slice(0, 0))
    write("no-text", articles.drop(["text"]))
    encrypted(folder / "encrypted.parquet", False)
    encrypted(folder / "encrypted-columns.parquet", True)


if __name__ == "__main__":
    main()
