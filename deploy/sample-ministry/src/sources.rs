//! The `[[sources]]` of the configuration that read the ministry.

use std::fmt::Write as _;
use std::path::Path;

use crate::{AGENCIES, Agency, LADDER_KEYS, SYNC_DN, SYNC_PASSWORD};

/// Where a server with the ministry is.
#[derive(Debug, Clone, Copy)]
pub struct Access<'a> {
    /// `ldap://host:port` or `ldaps://host:port`.
    pub url: &'a str,
    /// `starttls` or `ldaps`.
    pub tls: &'a str,
    /// The authority to trust.
    pub ca_file: &'a Path,
    /// From the end of one full read to the beginning of the next: `2s`, `1m`. None: a directory that is followed is
    /// read in full every night only.
    pub every: Option<&'a str>,
}

/// The sources of both agencies, as TOML.
pub fn sources(access: Access) -> String {
    AGENCIES.map(|agency| source(agency, access)).join("\n")
}

/// The source of one agency.
pub fn source(agency: Agency, access: Access) -> String {
    let mut text = format!("# {}\n[[sources]]\n", agency.name);
    let ca_file = access.ca_file.display().to_string();
    for (key, value) in [
        ("name", agency.source),
        ("kind", "openldap"),
        ("url", access.url),
        ("tls", access.tls),
        ("ca_file", &ca_file),
        ("base", agency.dn),
        ("bind_dn", SYNC_DN),
        ("bind_password", SYNC_PASSWORD),
    ] {
        line(&mut text, &format!("{key} = {}", quoted(value)));
    }
    line(&mut text, &format!("anchors = [{}]", quoted(agency.dn)));
    if let Some(every) = access.every {
        line(&mut text, &format!("schedule = {{ every = {} }}", quoted(every)));
    }
    words(&mut text, agency);
    text
}

/// What the words of an agency mean: clearances, roles, ranks.
pub(crate) fn words(text: &mut String, agency: Agency) {
    line(text, "clearance.levels = [");
    for (value, level) in [("open", 0), ("official", 1), ("confidential", 2), ("secret", 3)] {
        line(text, &format!("    {{ value = {}, level = {level} }},", quoted(value)));
    }
    line(text, "]");
    line(text, "clearance.categories = [\"budget\", \"personnel\", \"security\", \"foreign\"]");
    line(
        text,
        "roles = { hr = \"hr\", compliance = \"compliance\", security = \"security\", admin = \"admin\" }",
    );
    line(text, "ranks = [");
    for rank in agency.ladder {
        let values = [rank.code, rank.band, rank.name_ru, rank.name_en].map(quoted);
        let pairs = LADDER_KEYS.into_iter().zip(values).map(|(key, value)| format!("{key} = {value}"));
        let pairs: Vec<_> = pairs.collect();
        line(text, &format!("    {{ step = {}, {} }},", rank.step, pairs.join(", ")));
    }
    line(text, "]");
}

/// The checked-in example, for those who connect a directory of their own.
pub(crate) fn example() -> String {
    let access = Access {
        url: "ldaps://directory.gov.example:636",
        tls: "ldaps",
        ca_file: Path::new("/etc/chancery/directory-ca.pem"),
        every: None,
    };
    format!(
        "# The sources that read the sample ministry. Made by `cargo run -p sample-ministry`; do not edit.\n\
         # What is not said here has its default, which suits the ministry's schema.\n\
         # For a directory that matters, write `bind_password_file = \"…\"` instead of `bind_password`.\n\n{}",
        sources(access)
    )
}

pub(crate) fn line(text: &mut String, line: &str) {
    // Writing to a string never fails.
    let _ = writeln!(text, "{line}");
}

/// A basic string of TOML.
pub(crate) fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}
