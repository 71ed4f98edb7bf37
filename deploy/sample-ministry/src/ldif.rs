//! Writes the directory as LDIF (RFC 2849).

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::{BASE_DN, Ministry, Person, SERVICES_DN, SYNC_DN, Unit, WEAK_DN};

/// `chancery`, salted. One for all, because the file must be the same each time it is made.
const PASSWORD_HASH: &str = "{SSHA}412c3cAQpSNDprOKRdqKlWJ1+yBjaGFuY2VyeQ==";

/// `sync`, salted.
const SERVICE_PASSWORD_HASH: &str = "{SSHA}Bb0tXa9wQRcz7XLoei3lWDlGQadjaGFuY2VyeQ==";

/// Lines are folded here.
const WIDTH: usize = 76;

pub(crate) fn write(ministry: &Ministry) -> String {
    let mut file = File::default();
    file.comment("Made by `cargo run -p sample-ministry`; do not edit.");
    top(&mut file);
    for unit in &ministry.units {
        write_unit(&mut file, unit);
        for person in ministry.people.iter().filter(|person| person.unit_dn == unit.dn) {
            write_person(&mut file, person);
        }
    }
    file.into_text()
}

fn top(file: &mut File) {
    file.entry("Правительство", BASE_DN);
    file.values("objectClass", &["dcObject", "organization"]);
    file.value("dc", "gov");
    file.value("o", "Правительство");
    file.entry("Учётные записи программ", SERVICES_DN);
    file.values("objectClass", &["organizationalUnit"]);
    file.value("ou", "services");
    for (dn, cn) in [(SYNC_DN, "sync"), (WEAK_DN, "weak")] {
        file.entry(cn, dn);
        file.values("objectClass", &["organizationalRole", "simpleSecurityObject"]);
        file.value("cn", cn);
        file.value("userPassword", SERVICE_PASSWORD_HASH);
    }
}

fn write_unit(file: &mut File, unit: &Unit) {
    file.entry(unit.name, &unit.dn);
    file.values("objectClass", &["organizationalUnit", "govUnit"]);
    file.value("entryUUID", &unit.entry_uuid.to_string());
    file.value("ou", unit.name);
    file.value("description", unit.name_en);
    file.value("govUnitKind", unit.kind);
    file.value("managedBy", &unit.head_dn);
}

fn write_person(file: &mut File, person: &Person) {
    file.entry(&format!("{}: {}, {}", person.uid, person.display_name, person.title), &person.dn);
    file.values("objectClass", &["inetOrgPerson", "govPerson"]);
    file.value("entryUUID", &person.entry_uuid.to_string());
    file.value("uid", &person.uid);
    file.value("cn", &person.display_name);
    file.value("sn", &person.family_name);
    file.value("givenName", &person.given_name);
    file.value("displayName", &person.display_name);
    file.value("mail", &person.mail());
    file.value("telephoneNumber", &person.phone);
    file.value("title", &person.title);
    file.value("employeeNumber", &person.employee_number);
    file.value("employeeType", person.employment);
    file.optional("manager", person.manager_dn.as_deref());
    file.optional("secretary", person.secretary_dn.as_deref());
    file.value("govRank", person.rank.code);
    if let Some((level, categories)) = &person.clearance {
        file.value("govClearance", level);
        file.values("govClearanceCategory", categories);
    }
    file.values("govSegment", &person.segments);
    file.values("govRole", &person.roles);
    file.optional("govActingFor", person.acting_for_dn.as_deref());
    file.optional("govActingUntil", person.acting_for_dn.as_ref().map(|_| "20991231235959Z"));
    file.optional("govLiaisonTo", person.liaison_to_dn);
    file.value("userAccountControl", if person.disabled { "514" } else { "512" });
    file.value("userPassword", PASSWORD_HASH);
    if let Some(photo) = &person.photo {
        file.bytes("jpegPhoto", photo);
    }
}

/// A file that is being written.
#[derive(Default)]
pub(crate) struct File {
    text: String,
}

impl File {
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    pub(crate) fn comment(&mut self, comment: &str) {
        self.text.push_str("# ");
        self.text.push_str(comment);
        self.text.push('\n');
    }

    /// Begins an entry in a file that changes entries too.
    pub(crate) fn added(&mut self, comment: &str, dn: &str) {
        self.entry(comment, dn);
        self.value("changetype", "add");
    }

    /// Gives an attribute of an entry these values instead of those it has.
    pub(crate) fn change(&mut self, dn: &str, attribute: &str, values: &[&str]) {
        self.text.push('\n');
        self.value("dn", dn);
        self.value("changetype", "modify");
        self.value("replace", attribute);
        self.values(attribute, values);
        self.text.push_str("-\n");
    }

    /// Begins an entry, with a comment for those who read the file.
    fn entry(&mut self, comment: &str, dn: &str) {
        self.text.push('\n');
        self.comment(comment);
        self.value("dn", dn);
    }

    pub(crate) fn value(&mut self, name: &str, value: &str) {
        let begins_safe = !value.starts_with([' ', ':', '<']) && !value.ends_with(' ') && !value.is_empty();
        if begins_safe && value.chars().all(|character| (' '..='~').contains(&character)) {
            self.folded(&format!("{name}: {value}"));
        } else {
            self.bytes(name, value.as_bytes());
        }
    }

    pub(crate) fn values(&mut self, name: &str, values: &[&str]) {
        for value in values {
            self.value(name, value);
        }
    }

    fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.value(name, value);
        }
    }

    pub(crate) fn bytes(&mut self, name: &str, value: &[u8]) {
        self.folded(&format!("{name}:: {}", BASE64.encode(value)));
    }

    /// Writes a line of ASCII, cut where it gets too wide.
    fn folded(&mut self, line: &str) {
        let mut rest = line;
        let mut width = WIDTH;
        while rest.len() > width {
            let (now, later) = rest.split_at(width);
            self.text.push_str(now);
            self.text.push_str("\n ");
            rest = later;
            width = WIDTH - 1;
        }
        // Writing to a string never fails.
        let _ = writeln!(self.text, "{rest}");
    }
}
