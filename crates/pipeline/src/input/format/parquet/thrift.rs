//! The compact protocol of Thrift, in which Parquet writes its footer and the headers of its pages.
//!
//! The library that decodes the footer trusts some of the counts in it, allocates by them and recurses as deep as the
//! schema claims. [`check_footer`] looks at them first. Headers of pages are read here altogether, since what a header claims
//! decides how much memory a page takes.

/// The structures of a file are at most this deep; a schema may add [`MOST_NESTED`].
const MOST_DEEP: usize = 32;

/// How deep columns may be nested.
const MOST_NESTED: usize = 64;

/// Why bytes are not what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("it ends early")]
    Ends,
    #[error("it claims more elements than there are")]
    Count,
    #[error("it is nested too deep")]
    Deep,
    #[error("it is not in Thrift's compact protocol")]
    Protocol,
    #[error("a field of it is missing or of another type")]
    Field,
}

type Result<T> = std::result::Result<T, Malformed>;

/// Types of the protocol.
mod kind {
    pub(super) const TRUE: u8 = 1;
    pub(super) const FALSE: u8 = 2;
    pub(super) const BYTE: u8 = 3;
    pub(super) const I16: u8 = 4;
    pub(super) const I64: u8 = 6;
    pub(super) const DOUBLE: u8 = 7;
    pub(super) const BINARY: u8 = 8;
    pub(super) const LIST: u8 = 9;
    pub(super) const SET: u8 = 10;
    pub(super) const MAP: u8 = 11;
    pub(super) const STRUCT: u8 = 12;
}

/// Bytes from which values are read one after another.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Returns how many bytes were read.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn byte(&mut self) -> Result<u8> {
        let byte = self.bytes.get(self.at).ok_or(Malformed::Ends)?;
        self.at += 1;
        Ok(*byte)
    }

    pub(super) fn skip_bytes(&mut self, len: u64) -> Result<()> {
        let rest = (self.bytes.len() - self.at) as u64;
        if len > rest {
            return Err(Malformed::Ends);
        }
        self.at += usize::try_from(len).map_err(|_| Malformed::Ends)?;
        Ok(())
    }

    /// Returns the next bytes; fewer at the end, if that may be.
    pub(super) fn take(&mut self, len: u64, may_end: bool) -> Result<&'a [u8]> {
        let rest = &self.bytes[self.at..];
        let len = match usize::try_from(len) {
            Ok(len) if len <= rest.len() => len,
            _ if may_end => rest.len(),
            _ => return Err(Malformed::Ends),
        };
        self.at += len;
        Ok(&rest[..len])
    }

    /// Reads a number of variable length.
    pub(super) fn varint(&mut self) -> Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Malformed::Protocol)
    }

    pub(super) fn zigzag(&mut self) -> Result<i64> {
        let number = self.varint()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// Reads the fields of a struct; `field` gets the id and the type of each, and reads the value or returns false, so that it is
    /// skipped.
    pub(super) fn fields(
        &mut self,
        field: &mut dyn FnMut(&mut Self, i64, u8) -> Result<bool>,
    ) -> Result<()> {
        let mut id = 0;
        loop {
            let header = self.byte()?;
            if header == 0 {
                return Ok(());
            }
            id = match header >> 4 {
                0 => self.zigzag()?,
                delta => id + i64::from(delta),
            };
            let kind = header & 0x0F;
            if !field(self, id, kind)? {
                self.skip(kind, MOST_DEEP)?;
            }
        }
    }

    /// Reads the beginning of a list: the type of its elements and their number.
    fn list(&mut self) -> Result<(u8, u64)> {
        let header = self.byte()?;
        let count = match header >> 4 {
            15 => self.varint()?,
            count => u64::from(count),
        };
        // Each element is at least a byte.
        if count > (self.bytes.len() - self.at) as u64 {
            return Err(Malformed::Count);
        }
        Ok((header & 0x0F, count))
    }

    /// Reads a list of structs.
    fn structs(&mut self, kind: u8, each: &mut dyn FnMut(&mut Self) -> Result<()>) -> Result<u64> {
        if kind != kind::LIST {
            return Err(Malformed::Field);
        }
        let (element, count) = self.list()?;
        if count > 0 && element != kind::STRUCT {
            return Err(Malformed::Field);
        }
        for _ in 0..count {
            each(self)?;
        }
        Ok(count)
    }

    fn number(&mut self, kind: u8) -> Result<i64> {
        match kind {
            kind::I16..=kind::I64 => self.zigzag(),
            _ => Err(Malformed::Field),
        }
    }

    fn skip(&mut self, kind: u8, deep: usize) -> Result<()> {
        let deep = deep.checked_sub(1).ok_or(Malformed::Deep)?;
        match kind {
            kind::TRUE | kind::FALSE => Ok(()),
            kind::BYTE => self.skip_bytes(1),
            kind::I16..=kind::I64 => self.varint().map(drop),
            kind::DOUBLE => self.skip_bytes(8),
            kind::BINARY => {
                let len = self.varint()?;
                self.skip_bytes(len)
            }
            kind::LIST | kind::SET => {
                let (element, count) = self.list()?;
                for _ in 0..count {
                    self.skip_element(element, deep)?;
                }
                Ok(())
            }
            kind::MAP => {
                let count = self.varint()?;
                if count > 0 {
                    let kinds = self.byte()?;
                    for _ in 0..count {
                        self.skip_element(kinds >> 4, deep)?;
                        self.skip_element(kinds & 0x0F, deep)?;
                    }
                }
                Ok(())
            }
            kind::STRUCT => loop {
                let header = self.byte()?;
                if header == 0 {
                    return Ok(());
                }
                if header >> 4 == 0 {
                    self.varint()?;
                }
                self.skip(header & 0x0F, deep)?;
            },
            _ => Err(Malformed::Protocol),
        }
    }

    /// Skips an element of a list, in which a boolean takes a byte.
    fn skip_element(&mut self, kind: u8, deep: usize) -> Result<()> {
        match kind {
            kind::TRUE | kind::FALSE => self.skip_bytes(1),
            kind => self.skip(kind, deep),
        }
    }
}

/// What a footer says of the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Footer {
    /// Whether some columns are encrypted.
    pub(super) is_encrypted: bool,
}

/// Checks that a footer has as many elements as it claims, and that its schema is not too deep.
pub(super) fn check_footer(bytes: &[u8]) -> Result<Footer> {
    let mut footer = Footer::default();
    Cursor::new(bytes).fields(&mut |cursor, id, kind| match id {
        2 => {
            check_schema(cursor, kind)?;
            Ok(true)
        }
        8 => {
            footer.is_encrypted = true;
            Ok(false)
        }
        _ => Ok(false),
    })?;
    Ok(footer)
}

/// Checks that the elements of a schema are one tree.
fn check_schema(cursor: &mut Cursor<'_>, kind: u8) -> Result<()> {
    // How many children of the groups around an element are still to come.
    let mut open: Vec<i64> = vec![1];
    cursor.structs(kind, &mut |cursor| {
        let mut children = 0;
        cursor.fields(&mut |cursor, id, kind| {
            if id == 5 {
                children = cursor.number(kind)?;
            }
            Ok(id == 5)
        })?;
        while open.last() == Some(&0) {
            open.pop();
        }
        *open.last_mut().ok_or(Malformed::Count)? -= 1;
        let rest = cursor.bytes.len() - cursor.at;
        if usize::try_from(children).map_or(true, |children| children > rest) {
            return Err(Malformed::Count);
        }
        open.push(children);
        if open.len() > MOST_NESTED {
            return Err(Malformed::Deep);
        }
        Ok(())
    })?;
    if open.iter().any(|count| *count != 0) {
        return Err(Malformed::Count);
    }
    Ok(())
}

/// The header of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageHeader {
    pub(super) page: Page,
    /// The size before and after decompression.
    pub(super) compressed: u32,
    pub(super) uncompressed: u32,
    pub(super) crc: Option<u32>,
}

/// What is on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    Dictionary {
        values: u32,
        encoding: i64,
    },
    Data {
        values: u32,
        encoding: i64,
        definitions: i64,
        repetitions: i64,
    },
    DataV2 {
        values: u32,
        nulls: u32,
        rows: u32,
        encoding: i64,
        definitions: u32,
        repetitions: u32,
        is_compressed: bool,
    },
    /// An index, or what later versions of the format add.
    Other,
}

/// Reads the header of a page, and returns how long it is.
pub(super) fn page_header(bytes: &[u8]) -> Result<(PageHeader, usize)> {
    let set = |numbers: &mut [Option<i64>; 8], id: i64, number| {
        let place = usize::try_from(id).ok();
        if let Some(slot) = place.and_then(|place| numbers.get_mut(place)) {
            *slot = Some(number);
        }
    };
    let mut cursor = Cursor::new(bytes);
    let mut numbers = [None; 8];
    let mut inner = [None; 8];
    let mut is_compressed = true;
    cursor.fields(&mut |cursor, id, kind| match (id, kind) {
        (1..=4, _) => {
            set(&mut numbers, id, cursor.number(kind)?);
            Ok(true)
        }
        (5 | 7 | 8, kind::STRUCT) => {
            inner = [None; 8];
            cursor.fields(&mut |cursor, id, kind| match (id, kind) {
                (7, kind::TRUE | kind::FALSE) => {
                    is_compressed = kind == kind::TRUE;
                    Ok(true)
                }
                (1..=6, kind::I16..=kind::I64) => {
                    set(&mut inner, id, cursor.number(kind)?);
                    Ok(true)
                }
                _ => Ok(false),
            })?;
            Ok(true)
        }
        _ => Ok(false),
    })?;
    let number = |index: usize| numbers[index].ok_or(Malformed::Field);
    let size = |number: Option<i64>| {
        let number = number.and_then(|number| i32::try_from(number).ok());
        number
            .and_then(|number| u32::try_from(number).ok())
            .ok_or(Malformed::Field)
    };
    let encoding = |number: Option<i64>| number.ok_or(Malformed::Field);
    let page = match number(1)? {
        0 => Page::Data {
            values: size(inner[1])?,
            encoding: encoding(inner[2])?,
            definitions: encoding(inner[3])?,
            repetitions: encoding(inner[4])?,
        },
        2 => Page::Dictionary {
            values: size(inner[1])?,
            encoding: encoding(inner[2])?,
        },
        3 => Page::DataV2 {
            values: size(inner[1])?,
            nulls: size(inner[2])?,
            rows: size(inner[3])?,
            encoding: encoding(inner[4])?,
            definitions: size(inner[5])?,
            repetitions: size(inner[6])?,
            is_compressed,
        },
        _ => Page::Other,
    };
    let header = PageHeader {
        page,
        uncompressed: size(numbers[2])?,
        compressed: size(numbers[3])?,
        // It is stored as a signed number.
        crc: match numbers[4] {
            Some(crc) => Some(
                i32::try_from(crc)
                    .map_err(|_| Malformed::Field)?
                    .cast_unsigned(),
            ),
            None => None,
        },
    };
    Ok((header, cursor.position()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A footer whose schema is a list of the numbers of children.
    fn footer(children: &[u8]) -> Vec<u8> {
        // Field 1, a number; field 2, a list of structs.
        let mut bytes = vec![0x15, 2, 0x19, 0xFC, u8::try_from(children.len()).unwrap()];
        for count in children {
            // Field 5, a number in zigzag.
            bytes.extend([0x55, count * 2, 0]);
        }
        bytes.push(0);
        bytes
    }

    #[test]
    fn a_schema_is_one_tree() {
        let deep = [1; 70];
        for (children, expected) in [
            (&[2, 0, 0][..], Ok(Footer::default())),
            (&[2, 1, 0, 0], Ok(Footer::default())),
            (&[0], Ok(Footer::default())),
            (&[3, 0, 0], Err(Malformed::Count)),
            (&[1, 0, 0], Err(Malformed::Count)),
            (&[60, 0, 0], Err(Malformed::Count)),
            (&deep, Err(Malformed::Deep)),
        ] {
            assert_eq!(check_footer(&footer(children)), expected, "{children:?}");
        }
        let negative = [0x29, 0x1C, 0x55, 1, 0, 0];
        assert_eq!(check_footer(&negative), Err(Malformed::Count));
    }

    #[test]
    fn a_list_has_the_elements_it_claims() {
        // Two billion elements.
        let bytes = [0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0];
        assert_eq!(check_footer(&bytes), Err(Malformed::Count));
        let deep = vec![0x3C; 1000];
        assert_eq!(check_footer(&deep), Err(Malformed::Deep));
        assert_eq!(check_footer(&[]), Err(Malformed::Ends));
    }

    #[test]
    fn a_header_says_what_is_on_the_page() {
        let header = [
            0x15, 0, 0x15, 40, 0x15, 20, 0x2C, 0x15, 6, 0x15, 16, 0x15, 6, 0x15, 6, 0, 0, 99,
        ];
        let expected = PageHeader {
            page: Page::Data {
                values: 3,
                encoding: 8,
                definitions: 3,
                repetitions: 3,
            },
            uncompressed: 20,
            compressed: 10,
            crc: None,
        };
        assert_eq!(page_header(&header), Ok((expected, 17)));
        for len in 0..17 {
            assert_eq!(page_header(&header[..len]), Err(Malformed::Ends), "{len}");
        }
        let mut negative = header;
        negative[3] = 41;
        assert_eq!(page_header(&negative), Err(Malformed::Field));
    }
}
