//! The text of slapd.conf.

use std::path::Path;

use super::{Changes, SlapdOptions};
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
    lines.extend(["back_mdb", "memberof", "syncprov", "accesslog"].map(|name| format!("moduleload {name}")));
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
    ]);
    if options.changes == Changes::Logged {
        lines.extend(log(directory, options));
    }
    lines.extend([
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
    lines.extend(told(options.changes).into_iter().map(str::to_owned));
    lines.extend(
        ["overlay memberof", "memberof-group-oc groupOfNames", "memberof-refint TRUE"].map(str::to_owned),
    );
    lines.push(String::new());
    lines.join("\n")
}

/// The overlays that tell of changes.
fn told(changes: Changes) -> Vec<&'static str> {
    let source = match changes {
        Changes::Untold => return Vec::new(),
        Changes::UntilStop => "syncprov-sessionlog 10000",
        Changes::Logged => "syncprov-sessionlog-source cn=accesslog",
    };
    let mut lines = vec!["overlay syncprov", "syncprov-checkpoint 100 1", source];
    if changes == Changes::Logged {
        lines.extend(["overlay accesslog", "logdb cn=accesslog", "logops writes", "logsuccess TRUE"]);
    }
    lines
}

/// The database of the log.
fn log(directory: &Path, options: &SlapdOptions) -> Vec<String> {
    let mut lines = vec![
        "database mdb".to_owned(),
        "suffix cn=accesslog".to_owned(),
        format!("rootdn {}", quoted(&options.admin_dn)),
        format!("directory \"{}/log.db\"", directory.display()),
        format!("maxsize {MAX_BYTES}"),
        "index objectClass,entryCSN,reqStart,reqEnd,reqResult,reqDN eq".to_owned(),
    ];
    if options.durability == Durability::Relaxed {
        lines.push("dbnosync".to_owned());
    }
    lines
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
