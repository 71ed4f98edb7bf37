//! The format of the archive: PKWARE's APPNOTE 6.3.10, with sizes of 64 bits throughout and names in UTF-8, packed with DEFLATE
//! (RFC 1951). It is written here, and by no library, because an archive that one node began another one goes on with, and
//! every library for it wants to write all of it at once.

use std::io::{self, Write};

use chrono::{DateTime, Datelike, Timelike, Utc};
use flate2::write::DeflateEncoder;
use flate2::{Compress, Compression, FlushCompress};
use serde::{Deserialize, Serialize};

use crate::text::hex;
use sha2::{Digest, Sha256};

/// Version 4.5 of the format: sizes of 64 bits.
const VERSION: u16 = 45;
/// Names are in UTF-8 (bit 11).
const FLAGS: u16 = 1 << 11;
/// DEFLATE.
const METHOD: u16 = 8;
/// Where a size of 32 bits would be: it is in the field of 64 bits.
const ELSEWHERE: u32 = u32::MAX;

/// Ends a file that was packed in blocks: one more block, the last one, with nothing in it.
pub(super) const END_OF_BLOCKS: [u8; 2] = [0x03, 0x00];

/// A file of the archive, as its directory has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Its path, with `/` in it.
    pub name: String,
    /// The CRC-32 of what is in it.
    pub crc32: u32,
    /// How many octets it has packed,
    pub packed: u64,
    /// and unpacked.
    pub size: u64,
    /// The SHA-256 of what is in it, in hexadecimal.
    pub sha256: String,
    /// Where it begins, in the part of the archive that it is in.
    pub start: u64,
}

/// When the files of an archive were made, in the format's words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    time: u16,
    date: u16,
}

impl Stamp {
    /// To two seconds, from 1980 on.
    pub(super) fn of(at: DateTime<Utc>) -> Self {
        let part = |value: u32| u16::try_from(value).unwrap_or_default();
        let year = u16::try_from((at.year() - 1980).clamp(0, 127)).unwrap_or_default();
        Self {
            time: part(at.hour()) << 11 | part(at.minute()) << 5 | part(at.second() / 2),
            date: year << 9 | part(at.month()) << 5 | part(at.day()),
        }
    }
}

struct Fields(Vec<u8>);

impl Fields {
    fn new(signature: u32) -> Self {
        Self(signature.to_le_bytes().to_vec())
    }

    fn short(mut self, values: &[u16]) -> Self {
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        self
    }

    fn long(mut self, values: &[u32]) -> Self {
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        self
    }

    fn wide(mut self, values: &[u64]) -> Self {
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        self
    }

    fn text(mut self, text: &str) -> Self {
        self.0.extend_from_slice(text.as_bytes());
        self
    }
}

impl Entry {
    fn name_length(&self) -> u16 {
        u16::try_from(self.name.len()).unwrap_or(u16::MAX)
    }

    /// What stands before the file (4.3.7).
    pub(super) fn header(&self, stamp: Stamp) -> Vec<u8> {
        Fields::new(0x0403_4b50)
            .short(&[VERSION, FLAGS, METHOD, stamp.time, stamp.date])
            .long(&[self.crc32, ELSEWHERE, ELSEWHERE])
            .short(&[self.name_length(), 20])
            .text(&self.name)
            .short(&[1, 16])
            .wide(&[self.size, self.packed])
            .0
    }

    /// What stands for it in the directory (4.3.12), where the file begins `before` octets later than its part.
    pub(super) fn in_directory(&self, before: u64, stamp: Stamp) -> Vec<u8> {
        Fields::new(0x0201_4b50)
            // Made on Unix, which is what says that its mode is in the attributes: a file that all may read.
            .short(&[3 << 8 | VERSION, VERSION, FLAGS, METHOD, stamp.time, stamp.date])
            .long(&[self.crc32, ELSEWHERE, ELSEWHERE])
            .short(&[self.name_length(), 28, 0, 0, 0])
            .long(&[0o100_644 << 16, ELSEWHERE])
            .text(&self.name)
            .short(&[1, 24])
            .wide(&[self.size, self.packed, before.saturating_add(self.start)])
            .0
    }
}

/// The end of an archive (4.3.14 to 4.3.16), whose directory has `entries`, begins at `start` and is `size` octets long.
pub(super) fn end(entries: u64, start: u64, size: u64) -> Vec<u8> {
    let mut all = Fields::new(0x0606_4b50)
        .wide(&[44])
        .short(&[3 << 8 | VERSION, VERSION])
        .long(&[0, 0])
        .wide(&[entries, entries, size, start])
        .0;
    all.extend(Fields::new(0x0706_4b50).long(&[0]).wide(&[start.saturating_add(size)]).long(&[1]).0);
    let short = Fields::new(0x0605_4b50).short(&[0, 0, u16::MAX, u16::MAX]);
    all.extend(short.long(&[ELSEWHERE, ELSEWHERE]).short(&[0]).0);
    all
}

/// A part of a file, packed so that another part may follow it. [`END_OF_BLOCKS`] follows the last one.
pub(super) fn pack_block(data: &[u8]) -> io::Result<Vec<u8>> {
    let mut compress = Compress::new(Compression::default(), false);
    let mut packed = Vec::with_capacity(data.len() / 3 + 1024);
    loop {
        let taken = usize::try_from(compress.total_in()).map_err(io::Error::other)?;
        let rest = data.get(taken..).unwrap_or_default();
        compress.compress_vec(rest, &mut packed, FlushCompress::Sync).map_err(io::Error::other)?;
        // With room left, everything came out.
        if compress.total_in() == data.len() as u64 && packed.len() < packed.capacity() {
            return Ok(packed);
        }
        packed.reserve(data.len() / 3 + 1024);
    }
}

/// Puts a whole file behind what is in `archive`, and its entry.
pub(super) fn put(archive: &mut Vec<u8>, name: String, data: &[u8], stamp: Stamp) -> io::Result<Entry> {
    let mut packing = DeflateEncoder::new(Vec::with_capacity(data.len() / 2 + 64), Compression::default());
    packing.write_all(data)?;
    let packed = packing.finish()?;
    let entry = Entry {
        name,
        crc32: crc32fast::hash(data),
        packed: packed.len() as u64,
        size: data.len() as u64,
        sha256: hex(&Sha256::digest(data)),
        start: archive.len() as u64,
    };
    archive.extend(entry.header(stamp));
    archive.extend(packed);
    Ok(entry)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::DeflateDecoder;

    use super::*;

    #[test]
    fn blocks_behind_each_other_are_one_file() {
        let parts = [
            b"\xd0\x90".repeat(100_000),
            Vec::new(),
            b"b".to_vec(),
            (0..=255).cycle().take(70_000).collect(),
        ];
        let mut packed: Vec<u8> = parts.iter().flat_map(|part| pack_block(part).unwrap()).collect();
        packed.extend(END_OF_BLOCKS);
        let mut unpacked = Vec::new();
        DeflateDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, parts.concat());
    }

    #[test]
    fn times_are_in_the_words_of_the_format() {
        let stamp = Stamp::of("2026-03-03T23:59:59Z".parse().unwrap());
        assert_eq!((stamp.date >> 9, stamp.date >> 5 & 15, stamp.date & 31), (46, 3, 3));
        assert_eq!((stamp.time >> 11, stamp.time >> 5 & 63, stamp.time & 31), (23, 59, 29));
    }
}
