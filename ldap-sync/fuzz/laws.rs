//! What must hold of every text that is read as a name: for the fuzzer, and for the tests that replay its seeds.

use super::Dn;

/// Panics where a law is broken; says whether the text is a name at all.
pub(crate) fn hold(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let Ok(dn) = Dn::parse(text) else { return false };

    let written = dn.to_string();
    let read = Dn::parse(&written).unwrap_or_else(|error| panic!("{written:?}: {error}"));
    assert_eq!(read, dn, "it survives being written and read");
    let key = dn.key();
    assert_eq!(read.key(), key, "two spellings have one key");
    let of_key = Dn::parse(&key).unwrap_or_else(|error| panic!("{key:?}: {error}"));
    assert_eq!(of_key.key(), key, "the key is a name whose key it is");
    assert_eq!(of_key.depth(), dn.depth(), "the key has the same parts");

    let (mut below, mut depth) = (dn.clone(), dn.depth());
    while let Some(above) = below.parent() {
        depth -= 1;
        assert_eq!(above.depth(), depth, "the entry above is one step up");
        assert!(dn.is_within(&above) && !above.is_within(&dn), "what is above is not below");
        below = above;
    }
    assert!(dn.is_within(&dn), "a name is within itself");
    assert!(depth <= 1, "every step was made");
    true
}
