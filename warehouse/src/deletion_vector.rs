//! Deletion vectors: which rows of a file are dead, in the file format of the Delta protocol.
//!
//! **Source:** Delta protocol, "Deletion Vector Format". A file holds a version byte and then, per
//! vector: big-endian length, little-endian magic number and a 64-bit portable roaring bitmap,
//! big-endian CRC-32. Row numbers here fit 32 bits, so there is one 32-bit bitmap under key 0.

use std::{fs, path::Path};

use catalog::Ids;
use roaring::RoaringBitmap;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Error, disk::Disk, error::Result};

const FORMAT_VERSION: u8 = 1;
const MAGIC: u32 = 1_681_511_377;
/// Number of 32-bit bitmaps (1), then the key of the first (0).
const TREE_HEADER: [u8; 12] = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// Where a deletion vector is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VectorRef {
    /// The encoded id in the file's name.
    pub(crate) encoded_id: String,
    /// Where its length field lies.
    pub(crate) offset: i32,
    /// Bytes from the magic number to the end of the bitmap.
    pub(crate) size: i32,
    /// Number of dead rows.
    pub(crate) cardinality: i64,
}

impl VectorRef {
    /// The descriptor as a Delta log has it.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "storageType": "u",
            "pathOrInlineDv": self.encoded_id,
            "offset": self.offset,
            "sizeInBytes": self.size,
            "cardinality": self.cardinality,
        })
    }

    /// The name of its file.
    pub(crate) fn file_name(&self) -> Option<String> {
        decode_z85(&self.encoded_id).map(file_name)
    }
}

fn file_name(id: Uuid) -> String {
    format!("deletion_vector_{id}.bin")
}

/// Collects the deletion vectors of one flush of one table into one file.
#[derive(Debug)]
pub(crate) struct VectorFile {
    id: Uuid,
    bytes: Vec<u8>,
}

impl VectorFile {
    pub(crate) fn new() -> Self {
        Self { id: Ids.fresh(), bytes: vec![FORMAT_VERSION] }
    }

    pub(crate) fn push(&mut self, dead: &RoaringBitmap) -> Result<VectorRef> {
        let mut vector = Vec::with_capacity(dead.serialized_size() + 16);
        vector.extend_from_slice(&MAGIC.to_le_bytes());
        vector.extend_from_slice(&TREE_HEADER);
        let name = file_name(self.id);
        dead.serialize_into(&mut vector).map_err(Error::io("encode", Path::new(&name)))?;
        let too_large = |_| Error::damaged(Path::new(&name), "it would grow past two gigabytes");
        let offset = i32::try_from(self.bytes.len()).map_err(too_large)?;
        let size = i32::try_from(vector.len()).map_err(too_large)?;
        self.bytes.extend_from_slice(&size.to_be_bytes());
        self.bytes.extend_from_slice(&vector);
        self.bytes.extend_from_slice(&crc32(&vector).to_be_bytes());
        let cardinality = i64::try_from(dead.len()).unwrap_or(i64::MAX);
        Ok(VectorRef { encoded_id: encode_z85(self.id), offset, size, cardinality })
    }

    /// Writes the file, if it holds a vector at all.
    pub(crate) fn write(self, dir: &Path, disk: Disk) -> Result<()> {
        if self.bytes.len() == 1 {
            return Ok(());
        }
        disk.write(&dir.join(file_name(self.id)), &self.bytes)
    }
}

/// Reads a deletion vector of a table in `dir`.
pub(crate) fn read(dir: &Path, vector: &VectorRef) -> Result<RoaringBitmap> {
    let name = vector.file_name().ok_or_else(|| Error::damaged(dir, "a deletion vector has no readable name"))?;
    let path = dir.join(name);
    let bytes = fs::read(&path).map_err(Error::io("read", &path))?;
    decode(&bytes, vector).ok_or_else(|| Error::damaged(&path, "it does not hold the deletion vector it should"))
}

fn decode(bytes: &[u8], vector: &VectorRef) -> Option<RoaringBitmap> {
    let start = usize::try_from(vector.offset).ok()?;
    let size = usize::try_from(vector.size).ok()?;
    let stored_size = bytes.get(start..start + 4)?;
    let body = bytes.get(start + 4..start + 4 + size)?;
    let checksum = bytes.get(start + 4 + size..start + 8 + size)?;
    let sound = bytes.first() == Some(&FORMAT_VERSION)
        && stored_size == vector.size.to_be_bytes()
        && checksum == crc32(body).to_be_bytes()
        && body.get(..4)? == MAGIC.to_le_bytes()
        && body.get(4..16)? == TREE_HEADER;
    let dead = sound.then(|| RoaringBitmap::deserialize_from(body.get(16..)?).ok()).flatten()?;
    (i64::try_from(dead.len()) == Ok(vector.cardinality)).then_some(dead)
}

/// CRC-32 as in zip files, bit by bit over a table made at compile time.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = crc32_table();
    let mut crc = u32::MAX;
    for byte in bytes {
        let at = (crc ^ u32::from(*byte)) & 0xFF;
        crc = TABLE[usize::try_from(at).unwrap_or(0)] ^ (crc >> 8);
    }
    !crc
}

const fn crc32_table() -> [u32; 256] {
    let mut table = [0_u32; 256];
    let mut at = 0;
    let mut value = 0_u32;
    while at < 256 {
        let mut crc = value;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[at] = crc;
        at += 1;
        value += 1;
    }
    table
}

/// The alphabet of Z85 (RFC 32 of the `ZeroMQ` project).
const Z85: &[u8; 85] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

fn encode_z85(id: Uuid) -> String {
    let mut text = String::with_capacity(20);
    for chunk in id.as_bytes().chunks_exact(4) {
        let mut value = chunk.iter().fold(0_u32, |value, byte| (value << 8) | u32::from(*byte));
        let mut digits = [b'0'; 5];
        for digit in digits.iter_mut().rev() {
            *digit = Z85[usize::try_from(value % 85).unwrap_or(0)];
            value /= 85;
        }
        text.extend(digits.iter().map(|digit| char::from(*digit)));
    }
    text
}

fn decode_z85(text: &str) -> Option<Uuid> {
    let digits = text.as_bytes();
    if digits.len() != 20 {
        return None;
    }
    let mut bytes = Vec::with_capacity(16);
    for chunk in digits.chunks_exact(5) {
        let mut value = 0_u32;
        for digit in chunk {
            let at = u32::try_from(Z85.iter().position(|known| known == digit)?).ok()?;
            value = value.checked_mul(85)?.checked_add(at)?;
        }
        bytes.extend_from_slice(&value.to_be_bytes());
    }
    Uuid::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocols_own_example_of_an_encoded_id_is_understood() {
        let id = Uuid::parse_str("d2c639aa-8816-431a-aaf6-d3fe2512ff61").unwrap();

        assert_eq!(encode_z85(id), "^-aqEH.-t@S}K{vb[*k^");
        assert_eq!(decode_z85("^-aqEH.-t@S}K{vb[*k^"), Some(id));
        assert_eq!(decode_z85("too short"), None);
    }

    #[test]
    fn the_checksum_is_the_one_of_zip_files() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn vectors_are_read_back_and_damage_is_noticed() {
        let mut file = VectorFile::new();
        let first: RoaringBitmap = [1, 5, 70_000].into_iter().collect();
        let second: RoaringBitmap = (0..100_000).collect();

        let refs = [file.push(&first).unwrap(), file.push(&second).unwrap()];

        assert_eq!(decode(&file.bytes, &refs[0]), Some(first));
        assert_eq!(decode(&file.bytes, &refs[1]), Some(second));
        let last = file.bytes.len() - 5;
        file.bytes[last] ^= 1;
        assert_eq!(decode(&file.bytes, &refs[1]), None);
        assert_eq!(decode(&file.bytes[..20], &refs[0]), None);
    }
}
