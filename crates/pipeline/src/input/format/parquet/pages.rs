//! The pages of a column in a row group, read one at a time.
//!
//! The library has a reader of pages too. It allocates what the header of a page claims, inflates without a limit, and panics
//! at some counts that are wrong. This one checks them first, and verifies the checksum of a page that has one.

use std::io::{self, Read, SeekFrom};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use parquet::basic::{Compression, Encoding, Type};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;

use super::thrift::{self, Cursor, Malformed, PageHeader, page_header};
use crate::input::source::Seekable;

/// A file that all columns read, or one of several that were concatenated.
pub(super) struct File {
    bytes: Arc<Mutex<Box<dyn Seekable>>>,
    /// Where it begins.
    start: u64,
    pub(super) len: u64,
}

impl File {
    pub(super) fn new(mut bytes: Box<dyn Seekable>) -> io::Result<Self> {
        let len = bytes.seek(SeekFrom::End(0))?;
        Ok(Self {
            bytes: Arc::new(Mutex::new(bytes)),
            start: 0,
            len,
        })
    }

    /// Splits a file in two.
    pub(super) fn split_at(&self, at: u64) -> [Self; 2] {
        [(0, at), (at, self.len - at)].map(|(start, len)| Self {
            bytes: Arc::clone(&self.bytes),
            start: self.start + start,
            len,
        })
    }

    /// Appends the bytes at a place; fewer where the file ends.
    pub(super) fn read(&self, at: u64, len: u64, out: &mut Vec<u8>) -> io::Result<()> {
        let bytes = self.bytes.lock();
        let mut bytes = bytes.map_err(|_| io::Error::other("an earlier read has failed"))?;
        bytes.seek(SeekFrom::Start(self.start + at))?;
        let len = len.min(self.len.saturating_sub(at));
        bytes.as_mut().take(len).read_to_end(out)?;
        Ok(())
    }
}

/// The most values on a page, and in a dictionary. Libraries write thousands; each takes some bytes even if it is null.
const MOST_VALUES: u32 = 1 << 24;
const MOST_IN_DICTIONARY: u32 = 1 << 22;

/// The size of a page that is read whatever the limit of an article is. Pages usually have a megabyte; DuckDB makes one of a whole
/// row group, up to 100 MB.
const PAGE: u64 = 256 << 20;

/// The longest header; it may contain the least and the greatest value.
const MOST_HEADER: usize = 16 << 20;

/// How much is read at once to find the end of a header.
const STEP: u64 = 8 << 10;

/// How much a record may load, in bytes of pages; it is set back before each record.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    loaded: Arc<AtomicU64>,
    most: u64,
}

impl Budget {
    /// Returns the budget for records of at most so many bytes.
    pub(super) fn new(max_bytes: usize) -> Self {
        Self {
            loaded: Arc::default(),
            most: PAGE.max((max_bytes as u64).saturating_mul(2)),
        }
    }

    pub(super) fn reset(&self) {
        self.loaded.store(0, Ordering::Relaxed);
    }

    fn load(&self, bytes: u64) -> Result<()> {
        let loaded = self.loaded.fetch_add(bytes, Ordering::Relaxed);
        if loaded.saturating_add(bytes) > self.most {
            return Err(broken(format!(
                "a row in it needs more than {} bytes of pages",
                self.most
            )));
        }
        Ok(())
    }
}

/// The pages of a column in a row group.
pub(super) struct Pages {
    file: Arc<File>,
    /// Where the header or, if it is known already, the body of the next page starts.
    at: u64,
    /// Where the last page ends.
    end: u64,
    /// The bytes from `at` on, as far as they are read.
    ahead: Vec<u8>,
    next: Option<PageHeader>,
    has_dictionary: bool,
    column: Layout,
    budget: Budget,
}

/// What the pages of a column must be like.
#[derive(Debug, Clone, Copy)]
struct Layout {
    compression: Compression,
    physical: Type,
    /// The length of values of a fixed length.
    width: u64,
    max_definition: i16,
    max_repetition: i16,
}

impl Pages {
    /// Opens the pages of a column in a row group.
    pub(super) fn new(
        file: &Arc<File>,
        column: &ColumnChunkMetaData,
        budget: Budget,
    ) -> Result<Self> {
        let data = column.data_page_offset();
        // Some writers put 0 where there is no dictionary.
        let start = match column.dictionary_page_offset() {
            Some(dictionary) if 0 < dictionary && dictionary < data => dictionary,
            _ => data,
        };
        let start = u64::try_from(start).map_err(|_| outside())?;
        let len = u64::try_from(column.compressed_size()).map_err(|_| outside())?;
        let end = start.checked_add(len).ok_or_else(outside)?;
        if end > file.len {
            return Err(outside());
        }
        let descriptor = column.column_descr();
        let physical = descriptor.physical_type();
        let width = match physical {
            Type::FIXED_LEN_BYTE_ARRAY => u64::try_from(descriptor.type_length()).unwrap_or(0),
            // The length comes before a value of its own length.
            Type::INT32 | Type::FLOAT | Type::BYTE_ARRAY => 4,
            Type::INT64 | Type::DOUBLE => 8,
            Type::INT96 => 12,
            Type::BOOLEAN => 0,
        };
        Ok(Self {
            file: Arc::clone(file),
            at: start,
            end,
            ahead: Vec::new(),
            next: None,
            has_dictionary: false,
            column: Layout {
                compression: column.compression(),
                physical,
                width,
                max_definition: descriptor.max_def_level(),
                max_repetition: descriptor.max_rep_level(),
            },
            budget,
        })
    }

    /// Reads up to a number of bytes ahead.
    fn ahead(&mut self, len: u64) -> Result<()> {
        let have = self.ahead.len() as u64;
        let len = len.min(self.end - self.at);
        if have < len {
            let (at, missing) = (self.at + have, len - have);
            let read = self.file.read(at, missing, &mut self.ahead);
            read.map_err(|error| ParquetError::External(Box::new(error)))?;
        }
        Ok(())
    }

    /// Skips bytes, read ahead or not.
    fn advance(&mut self, len: u64) {
        self.at += len;
        let read = usize::try_from(len).unwrap_or(usize::MAX);
        self.ahead.drain(..read.min(self.ahead.len()));
    }

    /// Returns the header of the next page with values.
    fn header(&mut self) -> Result<Option<PageHeader>> {
        while self.next.is_none() {
            if self.at >= self.end {
                return Ok(None);
            }
            let (header, len) = self.read_header()?;
            self.advance(len as u64);
            let body = u64::from(header.compressed);
            if body > self.end - self.at {
                return Err(broken("a page of it is longer than the column"));
            }
            match header.page {
                thrift::Page::Other
                | thrift::Page::Data { values: 0, .. }
                | thrift::Page::DataV2 { values: 0, .. } => self.advance(body),
                _ => self.next = Some(header),
            }
        }
        Ok(self.next)
    }

    fn read_header(&mut self) -> Result<(PageHeader, usize)> {
        let mut len = STEP;
        loop {
            self.ahead(len)?;
            match page_header(&self.ahead) {
                Ok(found) => return Ok(found),
                Err(Malformed::Ends | Malformed::Count)
                    if self.ahead.len() as u64 == len && self.ahead.len() < MOST_HEADER =>
                {
                    len *= 8;
                }
                Err(error) => {
                    return Err(broken(format!("the header of a page is damaged: {error}")));
                }
            }
        }
    }

    /// Reads the page of a header and decompresses it.
    fn body(&mut self, header: PageHeader) -> Result<Vec<u8>> {
        let (compressed, size) = (u64::from(header.compressed), header.uncompressed as usize);
        let values = match header.page {
            thrift::Page::Dictionary { values, .. } => u64::from(values) * 32,
            thrift::Page::Data { values, .. } | thrift::Page::DataV2 { values, .. } => {
                u64::from(values) * 4
            }
            thrift::Page::Other => 0,
        };
        self.budget
            .load(compressed.max(size as u64).saturating_add(values))?;
        self.ahead(compressed)?;
        self.next = None;
        self.at += compressed;
        if (self.ahead.len() as u64) < compressed {
            return Err(broken("the file ends within a page"));
        }
        let rest = self.ahead.split_off(header.compressed as usize);
        let bytes = std::mem::replace(&mut self.ahead, rest);
        if let Some(crc) = header.crc
            && crc32fast::hash(&bytes) != crc
        {
            return Err(broken("the checksum of a page is wrong"));
        }
        let levels = match header.page {
            thrift::Page::DataV2 {
                definitions,
                repetitions,
                nulls,
                values,
                is_compressed,
                ..
            } => {
                let levels = definitions as usize + repetitions as usize;
                if levels > size.min(bytes.len()) || nulls > values {
                    return Err(broken("the header of a page contradicts itself"));
                }
                if is_compressed { levels } else { bytes.len() }
            }
            _ => 0,
        };
        let body = match self.column.compression {
            Compression::UNCOMPRESSED => bytes,
            _ if levels == bytes.len() => bytes,
            compression => {
                let (levels, packed) = bytes.split_at(levels);
                let values = unpack(compression, packed, size - levels.len())?;
                if levels.is_empty() {
                    values
                } else {
                    [levels, &values].concat()
                }
            }
        };
        if body.len() != size {
            return Err(broken("a page of it has another size than it claims"));
        }
        Ok(body)
    }

    fn page(&mut self) -> Result<Option<Page>> {
        let Some(header) = self.header()? else {
            return Ok(None);
        };
        let body = self.body(header)?;
        let page = match header.page {
            thrift::Page::Dictionary { values, encoding } => {
                if values > MOST_IN_DICTIONARY
                    || u64::from(values) * self.column.width > body.len() as u64
                {
                    return Err(broken("its dictionary claims more values than it has"));
                }
                self.has_dictionary = true;
                Page::DictionaryPage {
                    buf: body.into(),
                    num_values: values,
                    encoding: encoding_of(encoding)?,
                    is_sorted: false,
                }
            }
            thrift::Page::Data {
                values,
                encoding,
                definitions,
                repetitions,
            } => {
                let encoding = encoding_of(encoding)?;
                let definitions = level_encoding_of(definitions)?;
                let repetitions = level_encoding_of(repetitions)?;
                let mut levels = 0;
                for (max, encoding) in [
                    (self.column.max_repetition, repetitions),
                    (self.column.max_definition, definitions),
                ] {
                    levels += levels_len(max, encoding, values, &body[levels..])?;
                }
                self.check(values, encoding, &body[levels..])?;
                Page::DataPage {
                    buf: body.into(),
                    num_values: values,
                    encoding,
                    def_level_encoding: definitions,
                    rep_level_encoding: repetitions,
                    statistics: None,
                }
            }
            thrift::Page::DataV2 {
                values,
                nulls,
                rows,
                encoding,
                definitions,
                repetitions,
                is_compressed,
            } => {
                let encoding = encoding_of(encoding)?;
                let levels = definitions as usize + repetitions as usize;
                self.check(values, encoding, &body[levels..])?;
                Page::DataPageV2 {
                    buf: body.into(),
                    num_values: values,
                    encoding,
                    num_nulls: nulls,
                    num_rows: rows,
                    def_levels_byte_len: definitions,
                    rep_levels_byte_len: repetitions,
                    is_compressed,
                    statistics: None,
                }
            }
            thrift::Page::Other => return Err(broken("a page of it is of an unknown kind")),
        };
        Ok(Some(page))
    }

    /// Checks the number of values on a page, and the lengths that an encoding states.
    fn check(&self, values: u32, encoding: Encoding, body: &[u8]) -> Result<()> {
        let wrong = || broken("a page of it claims more values than it has");
        if values > MOST_VALUES {
            return Err(wrong());
        }
        let mut cursor = Cursor::new(body);
        // Reads numbers that are packed as differences, and returns their sum.
        let packed = |cursor: &mut Cursor<'_>| {
            let (mut sum, mut is_negative) = (0_u64, false);
            let count = packed(cursor, &mut |number| {
                sum = sum.saturating_add(number.try_into().unwrap_or(0));
                is_negative |= number < 0;
            });
            match count {
                Ok(count) if count <= u64::from(values) => Ok((sum, is_negative)),
                _ => Err(wrong()),
            }
        };
        // Reads the lengths of values, which come before the values.
        let lengths = |cursor: &mut Cursor<'_>| match packed(cursor)? {
            (sum, false) if sum <= (body.len() - cursor.position()) as u64 => Ok(()),
            _ => Err(wrong()),
        };
        match encoding {
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY if !self.has_dictionary => {
                Err(broken("its dictionary is missing"))
            }
            Encoding::DELTA_BINARY_PACKED => packed(&mut cursor).map(drop),
            Encoding::DELTA_LENGTH_BYTE_ARRAY => lengths(&mut cursor),
            Encoding::DELTA_BYTE_ARRAY => match packed(&mut cursor)? {
                (_, false) => lengths(&mut cursor),
                _ => Err(wrong()),
            },
            Encoding::PLAIN
                if self.column.physical == Type::FIXED_LEN_BYTE_ARRAY
                    && self.column.max_definition == 0
                    && u64::from(values) * self.column.width > body.len() as u64 =>
            {
                Err(wrong())
            }
            _ => Ok(()),
        }
    }
}

/// Reads numbers of 32 bits that are packed as differences, and returns how many there are. Of longer ones, only that is right.
fn packed(
    cursor: &mut Cursor<'_>,
    each: &mut dyn FnMut(i32),
) -> std::result::Result<u64, Malformed> {
    let (block, parts) = (cursor.varint()?, cursor.varint()?);
    let count = cursor.varint()?;
    // The library works with numbers of 32 bits too, and lets them overflow.
    let mut number = low(cursor.zigzag()?.cast_unsigned()).cast_signed();
    if parts == 0 || parts > 1 << 16 || block > 1 << 24 || block % (8 * parts) != 0 || block == 0 {
        return Err(Malformed::Protocol);
    }
    if count > u64::from(MOST_VALUES) {
        return Err(Malformed::Count);
    }
    if count > 0 {
        each(number);
    }
    let part = block / parts;
    let mut left = count.saturating_sub(1);
    while left > 0 {
        let least = low(cursor.zigzag()?.cast_unsigned()).cast_signed();
        let mut widths = cursor.clone();
        cursor.skip_bytes(parts)?;
        for _ in 0..parts {
            let width = u64::from(widths.byte()?);
            // The widths of parts without values mean nothing.
            if left == 0 {
                continue;
            }
            if width > 64 {
                return Err(Malformed::Protocol);
            }
            // The last part may be shorter than it should be.
            let bytes = cursor.take(width * part / 8, left <= part)?;
            for index in 0..left.min(part) {
                number = number
                    .wrapping_add(least)
                    .wrapping_add(bits(bytes, index * width, width).cast_signed());
                each(number);
            }
            left = left.saturating_sub(part);
        }
    }
    Ok(count)
}

/// Returns the lower 32 bits of a number in bytes; bits after their end are 0.
fn bits(bytes: &[u8], start: u64, width: u64) -> u32 {
    let first = usize::try_from(start / 8).unwrap_or(usize::MAX);
    let mut word = 0;
    for (index, byte) in bytes.iter().skip(first).take(8).enumerate() {
        word |= u64::from(*byte) << (8 * index);
    }
    let word = word >> (start % 8);
    let mask = if width >= 32 {
        u64::from(u32::MAX)
    } else {
        (1 << width) - 1
    };
    low(word & mask)
}

#[expect(clippy::cast_possible_truncation, reason = "it is what is asked for")]
fn low(word: u64) -> u32 {
    word as u32
}

/// Returns the length of the levels at the beginning of a page of version 1.
fn levels_len(max: i16, encoding: Encoding, values: u32, body: &[u8]) -> Result<usize> {
    let ends = || broken("a page of it ends early");
    if max == 0 {
        return Ok(0);
    }
    let len = if encoding == Encoding::RLE {
        let len = body.first_chunk().ok_or_else(ends)?;
        u64::from(u32::from_le_bytes(*len)) + 4
    } else {
        let bits = u64::from(16 - max.unsigned_abs().leading_zeros());
        (u64::from(values) * bits).div_ceil(8)
    };
    if len > body.len() as u64 {
        return Err(ends());
    }
    usize::try_from(len).map_err(|_| ends())
}

fn encoding_of(number: i64) -> Result<Encoding> {
    Ok(match number {
        0 => Encoding::PLAIN,
        2 => Encoding::PLAIN_DICTIONARY,
        3 => Encoding::RLE,
        5 => Encoding::DELTA_BINARY_PACKED,
        6 => Encoding::DELTA_LENGTH_BYTE_ARRAY,
        7 => Encoding::DELTA_BYTE_ARRAY,
        8 => Encoding::RLE_DICTIONARY,
        9 => Encoding::BYTE_STREAM_SPLIT,
        number => return Err(broken(format!("encoding {number} is not known"))),
    })
}

/// Returns the encoding of levels, which is meaningless where there are none.
fn level_encoding_of(number: i64) -> Result<Encoding> {
    #[expect(deprecated, reason = "old files have it")]
    match number {
        4 => Ok(Encoding::BIT_PACKED),
        0 | 3 => Ok(Encoding::RLE),
        number => Err(broken(format!("encoding {number} of levels is not known"))),
    }
}

/// Decompresses a page.
fn unpack(compression: Compression, packed: &[u8], size: usize) -> Result<Vec<u8>> {
    if size == 0 {
        return Ok(Vec::new());
    }
    // A little more than is expected, so that more is noticed.
    let most = size as u64 + 1;
    let mut out = Vec::new();
    match compression {
        Compression::SNAPPY => {
            // Three bytes copy at most 64.
            let claimed = snap::raw::decompress_len(packed).map_err(|_| damaged("Snappy"))?;
            if claimed != size || size / 32 > packed.len() {
                return Err(damaged("Snappy"));
            }
            let unpacked = snap::raw::Decoder::new().decompress_vec(packed);
            out = unpacked.map_err(|_| damaged("Snappy"))?;
        }
        Compression::ZSTD(_) => {
            let decoder = zstd::Decoder::with_buffer(packed).map_err(|_| damaged("zstd"))?;
            let read = decoder.take(most).read_to_end(&mut out);
            read.map_err(|_| damaged("zstd"))?;
        }
        Compression::GZIP(_) => {
            let decoder = flate2::read::MultiGzDecoder::new(packed);
            let read = decoder.take(most).read_to_end(&mut out);
            read.map_err(|_| damaged("gzip"))?;
        }
        Compression::LZ4_RAW => {
            // A byte repeats at most 255.
            if size / 256 > packed.len() {
                return Err(damaged("LZ4"));
            }
            out = lz4_flex::block::decompress(packed, size).map_err(|_| damaged("LZ4"))?;
        }
        other => {
            return Err(broken(format!(
                "its compression {other} is not supported; write the file with zstd"
            )));
        }
    }
    Ok(out)
}

fn damaged(name: &str) -> ParquetError {
    broken(format!("the {name} data of a page is damaged"))
}

fn outside() -> ParquetError {
    broken("its pages are not within the file")
}

fn broken(message: impl Into<String>) -> ParquetError {
    ParquetError::General(message.into())
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        self.page()
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        let header = self.header()?;
        Ok(header.map(|header| {
            let (rows, levels) = match header.page {
                thrift::Page::Data { values, .. } => (None, Some(values as usize)),
                thrift::Page::DataV2 { values, rows, .. } => {
                    (Some(rows as usize), Some(values as usize))
                }
                thrift::Page::Dictionary { .. } | thrift::Page::Other => (None, None),
            };
            PageMetadata {
                num_rows: rows,
                num_levels: levels,
                is_dict: matches!(header.page, thrift::Page::Dictionary { .. }),
            }
        }))
    }

    fn skip_next_page(&mut self) -> Result<()> {
        if let Some(header) = self.header()? {
            self.next = None;
            self.advance(u64::from(header.compressed));
        }
        Ok(())
    }
}
