//! The text of slapd.conf.

use std::path::Path;

use super::SlapdOptions;
use crate::Durability;

/// What the distribution brings and every directory of people needs.
const SCHEMA: [&str; 3] = ["core", "cosine", "inetorgperson"];

/// What is searched for, by the sync, by a sign-in, and by the server itself.
const INDEXED: &str = "objectClass,entryUUID,entryCSN,uid,mail,employeeNumber,member,memberOf,manager";

/// How large the database may grow. The file is sparse.
const MAX_BYTES: u64 = 1 << 30;

pub(super) fn configuration(directory: &Path, database: &Path, options: &SlapdOptions) -> String {
    let at = directory.display();
    let mut lines: Vec<String> =
        SCHEMA.map(|name| format!("include /etc/ldap/schema/{name}.schema")).to_vec();
    lines.extend(options.schema.iter().map(|(name, _)| format!("include \"{at}/{name}\"")));
    lines.push("modulepath /usr/lib/ldap".to_owned());
    lines.extend(["back_mdb", "memberof", "syncprov"].map(|name| format!("moduleload {name}")));
    lines.extend([
        format!("pidfile \"{at}/run/pid\""),
        format!("argsfile \"{at}/run/arguments\""),
        format!("TLSCACertificateFile \"{at}/ca.pem\""),
        format!("TLSCertificateFile \"{at}/server.pem\""),
        format!("TLSCertificateKeyFile \"{at}/server.key\""),
        "TLSProtocolMin 3.3".to_owned(),
        "TLSVerifyClient never".to_owned(),
        "sortvals member memberOf".to_owned(),
        "sizelimit 500".to_owned(),
        "database mdb".to_owned(),
        format!("suffix {}", quoted(&options.suffix)),
        format!("rootdn {}", quoted(&options.admin_dn)),
        format!("rootpw {}", quoted(&options.admin_password)),
        format!("directory \"{}\"", database.display()),
        format!("maxsize {MAX_BYTES}"),
    ]);
    if options.durability == Durability::Relaxed {
        lines.push("dbnosync".to_owned());
    }
    lines.push(format!("index {INDEXED} eq"));
    lines.extend(options.limits.iter().cloned());
    lines.push("access to attrs=userPassword by self =xw by anonymous auth by * none".to_owned());
    lines.extend(options.access.iter().cloned());
    lines.push("access to * by users read by * none".to_owned());
    lines.extend([
        "overlay syncprov".to_owned(),
        "syncprov-checkpoint 100 1".to_owned(),
        "syncprov-sessionlog 10000".to_owned(),
        "overlay memberof".to_owned(),
        "memberof-group-oc groupOfNames".to_owned(),
        "memberof-refint TRUE".to_owned(),
    ]);
    lines.push(String::new());
    lines.join("\n")
}

/// A value of slapd.conf with spaces, quotes or backslashes.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_quotes_and_backslashes_stay_one_word() {
        assert_eq!(quoted(r#"ou=a\, "b""#), r#""ou=a\\, \"b\"""#);
    }
}
