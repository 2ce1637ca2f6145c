//! Encodings of manifests that their tools read and that are not UTF-8.

/// Encodings of XML whose first 128 characters are those of UTF-8. No name or keyword of a manifest has others.
const SINGLE_BYTE: [&str; 3] = ["iso-8859-", "windows-125", "us-ascii"];

/// Converts a file to UTF-8: UTF-16 with a byte order mark, which PowerShell writes, and XML that declares an encoding of one byte
/// per character, as older `pom.xml` files do. Characters of the latter beyond the first 128 are those of ISO-8859-1. Anything
/// else is returned as it is.
pub fn to_utf8(bytes: Vec<u8>) -> Vec<u8> {
    let wide = match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => None,
    };
    if let Some(text) = wide {
        return text.into_bytes();
    }
    if str::from_utf8(&bytes).is_ok() || !declares_single_byte(&bytes) {
        return bytes;
    }
    bytes.into_iter().map(char::from).collect::<String>().into_bytes()
}

/// Decodes UTF-16. `None` if it is invalid.
fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, []) = bytes.as_chunks::<2>() else { return None };
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect::<Result<_, _>>().ok()
}

fn declares_single_byte(bytes: &[u8]) -> bool {
    let Some(declaration) = bytes.strip_prefix(b"<?xml") else { return false };
    let end = declaration.iter().position(|byte| *byte == b'>').unwrap_or(0);
    let declaration = String::from_utf8_lossy(&declaration[..end]).to_lowercase();
    SINGLE_BYTE.iter().any(|name| declaration.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_that_declares_one_byte_per_character_is_converted() {
        let name = |encoding: &str| {
            let start = format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?><name>Gr");
            [start.as_bytes(), b"\xf6\xdfe</name>"].concat()
        };
        for (encoding, is_converted) in
            [("ISO-8859-1", true), ("windows-1252", true), ("UTF-8", false), ("Shift_JIS", false)]
        {
            let converted = String::from_utf8(to_utf8(name(encoding)));
            assert_eq!(converted.is_ok_and(|text| text.contains("<name>Größe<")), is_converted, "{encoding}");
        }
        let valid = "<?xml encoding=\"ISO-8859-1\"?><name>Größe</name>";
        assert_eq!(to_utf8(valid.into()), valid.as_bytes());
    }

    #[test]
    fn only_valid_utf_16_with_a_mark_is_converted() {
        for (bytes, expected) in [
            (&b"\xff\xfeg\0r\0\xf6\0"[..], "grö".as_bytes()),
            (b"\xfe\xff\0g\0r\0\xf6", "grö".as_bytes()),
            (b"\xff\xfeg\0r", b"\xff\xfeg\0r"),
            (b"\xff\xfe\0\xd8", b"\xff\xfe\0\xd8"),
            (b"g\0r\0", b"g\0r\0"),
            (b"", b""),
        ] {
            assert_eq!(to_utf8(bytes.to_vec()), expected, "{bytes:?}");
        }
    }
}
