//! The immutable id of an entry, whatever kind of server shows it.

use uuid::Uuid;

/// The id that a value of the id attribute holds; none where it is not one.
///
/// Active Directory's `objectGUID` is sixteen bytes of which the first three fields have their low byte first
/// (MS-DTYP, section 2.3.4.2); everywhere else the id is a text of 36 characters (RFC 4530). Neither can be taken for
/// the other.
pub fn entry_id(value: &[u8]) -> Option<Uuid> {
    let id = match <[u8; 16]>::try_from(value) {
        Ok(bytes) => Uuid::from_bytes_le(bytes),
        Err(_) => std::str::from_utf8(value).ok()?.trim().parse().ok()?,
    };
    (!id.is_nil()).then_some(id)
}

/// The id that an entry shows under `attribute`, if it shows exactly one.
pub fn id_of(entry: &super::RawEntry, attribute: &str) -> Option<Uuid> {
    match entry.values.get(&attribute.to_lowercase())?.as_slice() {
        [only] => entry_id(only),
        _ => None,
    }
}

/// A filter that finds the entries with these ids under `attribute`, of those that `filter` finds.
pub(super) fn with_ids(filter: &str, attribute: &str, ids: &[Uuid]) -> String {
    let is_binary = attribute.eq_ignore_ascii_case("objectGUID");
    let value = |id: &Uuid| {
        if is_binary {
            // Its bytes, in the order of the server.
            id.to_bytes_le().iter().map(|byte| format!("\\{byte:02x}")).collect::<Vec<_>>().concat()
        } else {
            id.to_string()
        }
    };
    let wanted: Vec<String> = ids.iter().map(|id| format!("({attribute}={})", value(id))).collect();
    format!("(&{filter}(|{}))", wanted.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_mean_the_same() {
        let raw =
            [0x06, 0x77, 0xec, 0x7c, 0x08, 0xc7, 0x26, 0x46, 0xaf, 0xa8, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06];
        let id: Uuid = "7cec7706-c708-4626-afa8-010203040506".parse().unwrap();
        assert_eq!(entry_id(&raw), Some(id));
        assert_eq!(entry_id(b"7cec7706-c708-4626-afa8-010203040506"), Some(id));
    }

    #[test]
    fn a_filter_has_the_ids_as_the_server_has_them() {
        let id: Uuid = "7cec7706-c708-4626-afa8-010203040506".parse().unwrap();
        assert_eq!(
            with_ids("(a=b)", "entryUUID", &[id, id]),
            "(&(a=b)(|(entryUUID=7cec7706-c708-4626-afa8-010203040506)(entryUUID=7cec7706-c708-4626-afa8-010203040506)))"
        );
        assert_eq!(
            with_ids("(a=b)", "objectGUID", &[id]),
            r"(&(a=b)(|(objectGUID=\06\77\ec\7c\08\c7\26\46\af\a8\01\02\03\04\05\06)))"
        );
    }

    #[test]
    fn what_is_no_id_is_none() {
        for value in [&b""[..], b"7cec7706", &[0; 16], b"00000000-0000-0000-0000-000000000000", &[0xff; 36]] {
            assert_eq!(entry_id(value), None, "{value:?}");
        }
    }
}
