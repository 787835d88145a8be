//! The checksums that migration tools make of files.

use md5::Md5;
use sha2::{Digest, Sha256, Sha384};

/// SHA-256 in lower case hexadecimal.
pub fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// SHA-384 in lower case hexadecimal.
pub fn sha384(text: &str) -> String {
    hex(&Sha384::digest(text))
}

/// MD5 in lower case hexadecimal.
pub fn md5(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

/// The checksum that a hand-made table of history has for a text, by the length of what it holds:
/// MD5, SHA-1 has none here, SHA-256, SHA-384 or SHA-512, with or without the name in front
/// (`sha256:…`), or CRC-32 as a number.
pub fn like(recorded: &str, text: &str) -> Option<String> {
    let (prefix, digest) = match recorded.split_once(':') {
        Some((name, digest)) => (format!("{name}:"), digest),
        None => (String::new(), recorded),
    };
    let is_hex = digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    let made = match digest.len() {
        32 if is_hex => md5(text.as_bytes()),
        64 if is_hex => sha256(text),
        96 if is_hex => sha384(text),
        128 if is_hex => hex(&sha2::Sha512::digest(text)),
        1..=11 if digest.parse::<i64>().is_ok() => crc32fast::hash(text.as_bytes()).to_string(),
        _ => return None,
    };
    Some(prefix + &made)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksums_are_those_of_their_standards() {
        // The vectors of FIPS 180-4 and RFC 1321 for "abc".
        assert_eq!(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(
            sha384("abc"),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
        );
        assert_eq!(md5(b"abc"), "900150983cd24fb0d6963f7d28e17f72");
    }

    #[test]
    fn a_hand_made_checksum_is_known_by_its_length() {
        assert_eq!(like(&sha256("a"), "abc"), Some(sha256("abc")));
        assert_eq!(
            like("md5:900150983cd24fb0d6963f7d28e17f72", "abc").unwrap(),
            "md5:900150983cd24fb0d6963f7d28e17f72"
        );
        assert_eq!(like("3421780262", "123456789"), Some("3421780262".to_owned()));
        assert_eq!(like("what is this", "abc"), None);
    }
}
