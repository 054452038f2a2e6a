//! What a file really is: its bytes decide, its name must agree.

/// Bytes that are looked at; office files tell what they are within the first six thousand.
pub(super) const HEAD_BYTES: usize = 8 * 1024;

/// What is said of everything that is not on the list, or is not what its name says: a browser only
/// ever saves it.
pub(super) const UNKNOWN: &str = "application/octet-stream";

/// How the bytes of a type are recognised.
#[derive(Debug, Clone, Copy)]
enum Proof {
    /// The signature of one of these types.
    Signature(&'static [&'static str]),
    /// UTF-8 without control characters.
    Text,
}

/// An extension, its media type, and what its bytes must show.
type Known = (&'static str, &'static str, Proof);

/// Old office files share one container, whose directory may lie anywhere in the file.
const OLE: Proof = Proof::Signature(&[
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/x-ole-storage",
]);

/// New office files are zip archives; some programs put the telling entry late.
const OFFICE: Proof = Proof::Signature(&[
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "application/zip",
]);

/// The types that are answered as what they are. SVG, HTML and XML are not among them on purpose:
/// they carry scripts.
const KNOWN: [Known; 29] = [
    ("pdf", "application/pdf", Proof::Signature(&["application/pdf"])),
    ("png", "image/png", Proof::Signature(&["image/png"])),
    ("jpg", "image/jpeg", Proof::Signature(&["image/jpeg"])),
    ("jpeg", "image/jpeg", Proof::Signature(&["image/jpeg"])),
    ("gif", "image/gif", Proof::Signature(&["image/gif"])),
    ("webp", "image/webp", Proof::Signature(&["image/webp"])),
    ("tif", "image/tiff", Proof::Signature(&["image/tiff"])),
    ("tiff", "image/tiff", Proof::Signature(&["image/tiff"])),
    ("heic", "image/heif", Proof::Signature(&["image/heif"])),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", OFFICE),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", OFFICE),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", OFFICE),
    ("odt", "application/vnd.oasis.opendocument.text", OFFICE),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet", OFFICE),
    ("odp", "application/vnd.oasis.opendocument.presentation", OFFICE),
    ("doc", "application/msword", OLE),
    ("xls", "application/vnd.ms-excel", OLE),
    ("ppt", "application/vnd.ms-powerpoint", OLE),
    ("rtf", "application/rtf", Proof::Signature(&["application/rtf"])),
    ("zip", "application/zip", Proof::Signature(&["application/zip"])),
    ("mp3", "audio/mpeg", Proof::Signature(&["audio/mpeg"])),
    ("mp4", "video/mp4", Proof::Signature(&["video/mp4"])),
    ("txt", "text/plain", Proof::Text),
    ("log", "text/plain", Proof::Text),
    ("md", "text/markdown", Proof::Text),
    ("csv", "text/csv", Proof::Text),
    ("json", "application/json", Proof::Text),
    ("ics", "text/calendar", Proof::Text),
    ("vcf", "text/vcard", Proof::Text),
];

/// The media type of a file with this name that begins with these bytes.
pub(super) fn media_type(name: &str, head: &[u8]) -> &'static str {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    let known = KNOWN.iter().find(|(known, _, _)| *known == extension);
    known.filter(|(_, _, proof)| proven(*proof, head)).map_or(UNKNOWN, |(_, media_type, _)| *media_type)
}

fn proven(proof: Proof, head: &[u8]) -> bool {
    match proof {
        Proof::Signature(types) => infer::get(head).is_some_and(|found| types.contains(&found.mime_type())),
        Proof::Text => is_text(head),
    }
}

/// The head may end within a character.
fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !valid.chars().any(|letter| letter.is_control() && !['\t', '\n', '\r', '\u{c}'].contains(&letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    #[test]
    fn name_and_bytes_must_agree() {
        for (name, head, media_type_of_it) in [
            ("a.png", PNG, "image/png"),
            ("A.PNG", PNG, "image/png"),
            ("offer.pdf", b"%PDF-1.7\n", "application/pdf"),
            ("list.csv", "naïve;1\n".as_bytes(), "text/csv"),
            ("cut.txt", &"ä".as_bytes()[..1], "text/plain"),
            ("a.jpg", PNG, UNKNOWN),
            ("a.jpg", b"<html><script>alert(1)</script>", UNKNOWN),
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", UNKNOWN),
            ("a.html", b"<!doctype html>", UNKNOWN),
            ("a.xhtml", b"<?xml version='1.0'?>", UNKNOWN),
            ("a.txt", b"MZ\x90\0\x03", UNKNOWN),
            ("a.pdf", b"not a pdf", UNKNOWN),
            ("png", PNG, UNKNOWN),
            ("a.", PNG, UNKNOWN),
        ] {
            assert_eq!(media_type(name, head), media_type_of_it, "{name}");
        }
    }
}
