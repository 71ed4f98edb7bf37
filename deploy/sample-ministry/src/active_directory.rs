//! The State Archives once more, as Active Directory has them: the same people in a domain `gov.example`.
//!
//! Only attributes that every Active Directory has are used: those that other products bring (`extensionAttribute1` and
//! its like come with Exchange) are not there.

use std::collections::HashMap;
use std::path::Path;

use crate::ldif::File;
use crate::sources::{Access, line, quoted, words};
use crate::{ARCHIVES, Ministry, PASSWORD, Person, Unit, dn, ministry};

/// The DNS name of the domain.
pub const REALM: &str = "gov.example";

/// The domain's entry.
pub const DOMAIN_DN: &str = "DC=gov,DC=example";

/// The agency's entry.
pub const BASE_DN: &str = "OU=Государственная архивная служба,DC=gov,DC=example";

/// Where the groups are.
pub const GROUPS_DN: &str = "CN=groups,OU=Государственная архивная служба,DC=gov,DC=example";

/// The account of the sync. It must be let see what was deleted.
pub const SYNC_DN: &str = "CN=sync,CN=Users,DC=gov,DC=example";

/// An account that reads like it and is not let see what was deleted.
pub const BLIND_DN: &str = "CN=blind,CN=Users,DC=gov,DC=example";

/// The password of both.
pub const SYNC_PASSWORD: &str = "sync";

/// A global security group.
const SECURITY_GROUP: &str = "-2147483646";

/// The domain's content, ready to be loaded into a domain that has just been made: the text of `archives-ad.ldif`.
pub const LDIF: &str = include_str!("../archives-ad.ldif");

/// The source of the configuration, as an example: the text of `archives-ad.toml`.
pub const SOURCE_EXAMPLE: &str = include_str!("../archives-ad.toml");

/// What the source says of the domain besides where it is. A domain without Exchange has no attribute for rank or
/// clearance; these are some that it has and that are seldom used.
const MAPPING: &str = r#"attributes.rank = "personalTitle"
attributes.clearance = "destinationIndicator"
attributes.clearance_category = "businessCategory"
attributes.segment = "departmentNumber"
attributes.role = "extensionName"
attributes.unit_kind = "businessCategory"
"#;

/// The source that reads the domain, as TOML.
pub fn source(access: Access) -> String {
    source_read_by(access, SYNC_DN)
}

/// The same, read by another account that has the same password.
pub fn source_read_by(access: Access, bind_dn: &str) -> String {
    let mut text = format!("# {}\n[[sources]]\n", ARCHIVES.name);
    let ca_file = access.ca_file.display().to_string();
    for (key, value) in [
        ("name", ARCHIVES.source),
        ("kind", "active_directory"),
        ("url", access.url),
        ("tls", access.tls),
        ("ca_file", &ca_file),
        ("base", BASE_DN),
        ("bind_dn", bind_dn),
        ("bind_password", SYNC_PASSWORD),
    ] {
        line(&mut text, &format!("{key} = {}", quoted(value)));
    }
    line(&mut text, &format!("anchors = [{}]", quoted(BASE_DN)));
    if let Some(every) = access.every {
        line(&mut text, &format!("schedule = {{ every = {} }}", quoted(every)));
    }
    text.push_str(MAPPING);
    words(&mut text, ARCHIVES);
    text
}

pub(crate) fn example() -> String {
    let access = Access {
        url: "ldaps://dc1.gov.example:636",
        tls: "ldaps",
        ca_file: Path::new("/etc/chancery/directory-ca.pem"),
        every: None,
    };
    format!(
        "# The source that reads the State Archives from Active Directory. Made by `cargo run -p sample-ministry`; do not\n\
         # edit. What is not said here has its default, which suits Active Directory.\n\
         # For a directory that matters, write `bind_password_file = \"…\"` instead of `bind_password`.\n\n{}",
        source(access)
    )
}

pub(crate) fn ldif() -> String {
    let ministry = ministry();
    let names = Names::of(ministry);
    let mut file = File::default();
    file.comment("Made by `cargo run -p sample-ministry`; do not edit.");
    domain(&mut file);
    let units: Vec<&Unit> = ministry.units.iter().filter(|unit| names.has(&unit.dn)).collect();
    let people: Vec<&Person> =
        ministry.people.iter().filter(|person| person.agency.source == ARCHIVES.source).collect();
    for unit in &units {
        write_unit(&mut file, unit, &names);
    }
    for person in &people {
        write_person(&mut file, person, unit_name(&units, person), &names);
    }
    groups(&mut file, &units, &people, &names);
    // Links come last: whom they point to must be there.
    for unit in &units {
        file.change(&names.of_entry(&unit.dn), "managedBy", &[&names.of_entry(&unit.head_dn)]);
    }
    for person in &people {
        let dn = names.of_entry(&person.dn);
        if let Some(manager) = &person.manager_dn {
            file.change(&dn, "manager", &[&names.of_entry(manager)]);
        }
        if let Some(secretary) = &person.secretary_dn {
            file.change(&dn, "assistant", &[&names.of_entry(secretary)]);
        }
    }
    file.into_text()
}

/// Where the entries of the agency are in the domain, by where they are in the other directory.
struct Names(HashMap<String, String>);

impl Names {
    fn of(ministry: &Ministry) -> Self {
        let mut names = HashMap::new();
        for unit in &ministry.units {
            let (_, above) = dn::split(&unit.dn);
            let above =
                if unit.dn == ARCHIVES.dn { Some(DOMAIN_DN.to_owned()) } else { names.get(above).cloned() };
            if let Some(above) = above {
                names.insert(unit.dn.clone(), format!("{},{above}", dn::part("OU", unit.name)));
            }
        }
        for person in &ministry.people {
            if let Some(unit) = names.get(&person.unit_dn) {
                names.insert(person.dn.clone(), format!("{},{unit}", dn::part("CN", &own_name(person))));
            }
        }
        Self(names)
    }

    fn has(&self, dn: &str) -> bool {
        self.0.contains_key(dn)
    }

    fn of_entry(&self, dn: &str) -> String {
        self.0.get(dn).cloned().unwrap_or_else(|| panic!("{dn} is not of the agency"))
    }
}

/// What a person's entry is called. A name of two parts, as the other directory has for namesakes, is unknown here.
fn own_name(person: &Person) -> String {
    let (own, _) = dn::split(&person.dn);
    if own.contains("+employeeNumber=") {
        format!("{} {}", person.display_name, person.employee_number)
    } else {
        person.display_name.clone()
    }
}

fn unit_name<'a>(units: &[&'a Unit], person: &Person) -> &'a str {
    units.iter().find(|unit| unit.dn == person.unit_dn).map_or("", |unit| unit.name)
}

/// Lets passwords be short and never expire, and makes the accounts that read.
fn domain(file: &mut File) {
    for (attribute, value) in [
        ("minPwdLength", "0"),
        ("pwdProperties", "0"),
        ("pwdHistoryLength", "0"),
        ("minPwdAge", "0"),
        ("maxPwdAge", "-9223372036854775808"),
    ] {
        file.change(DOMAIN_DN, attribute, &[value]);
    }
    for (dn, login) in [(SYNC_DN, "sync"), (BLIND_DN, "blind")] {
        file.added(login, dn);
        file.values("objectClass", &["user"]);
        file.value("sAMAccountName", login);
        file.value("userPrincipalName", &format!("{login}@{REALM}"));
        file.value("userAccountControl", "512");
        password(file, SYNC_PASSWORD);
    }
}

fn write_unit(file: &mut File, unit: &Unit, names: &Names) {
    file.added(unit.name, &names.of_entry(&unit.dn));
    file.values("objectClass", &["organizationalUnit"]);
    file.value("description", unit.name_en);
    file.value("businessCategory", unit.kind);
}

fn write_person(file: &mut File, person: &Person, unit: &str, names: &Names) {
    file.added(
        &format!("{}: {}, {}", person.uid, person.display_name, person.title),
        &names.of_entry(&person.dn),
    );
    file.values("objectClass", &["user"]);
    file.value("sAMAccountName", &person.uid);
    file.value("userPrincipalName", &format!("{}@{REALM}", person.uid));
    file.value("userAccountControl", if person.disabled { "514" } else { "512" });
    password(file, PASSWORD);
    file.value("sn", &person.family_name);
    file.value("givenName", &person.given_name);
    file.value("displayName", &person.display_name);
    file.value("mail", &person.mail());
    file.value("telephoneNumber", &person.phone);
    file.value("title", &person.title);
    file.value("department", unit);
    file.value("company", person.agency.name);
    file.value("employeeNumber", &person.employee_number);
    file.value("employeeType", person.employment);
    file.value("personalTitle", person.rank.code);
    if let Some((level, categories)) = &person.clearance {
        file.value("destinationIndicator", level);
        file.values("businessCategory", categories);
    }
    file.values("departmentNumber", &person.segments);
    file.values("extensionName", &person.roles);
    if let Some(photo) = &person.photo {
        file.bytes("thumbnailPhoto", photo);
    }
}

/// The groups: one for each level of clearance, in which the leadership is a group within a group, and one for a duty,
/// whose members are those of a unit's group.
fn groups(file: &mut File, units: &[&Unit], people: &[&Person], names: &Names) {
    let dns = |is: &dyn Fn(&Person) -> bool| -> Vec<String> {
        people.iter().filter(|person| is(person)).map(|person| names.of_entry(&person.dn)).collect()
    };
    let leads = |person: &Person| matches!(person.rank.band, "director" | "executive");
    let level = |person: &Person| person.clearance.as_ref().map(|(level, _)| *level);
    let of_unit = |person: &Person, name: &str| unit_name(units, person) == name;
    file.added("groups", GROUPS_DN);
    file.values("objectClass", &["container"]);
    let mut group = |name: &str, members: Vec<String>| {
        let dn = group_dn(name);
        file.added(name, &dn);
        file.values("objectClass", &["group"]);
        file.value("sAMAccountName", name);
        file.value("groupType", SECURITY_GROUP);
        file.values("member", &members.iter().map(String::as_str).collect::<Vec<_>>());
    };
    group("leadership", dns(&leads));
    group("personnel", dns(&|person| of_unit(person, "Отдел кадров и бухгалтерии")));
    group("role-hr", vec![group_dn("personnel")]);
    let secret = dns(&|person| level(person) == Some("secret") && !leads(person));
    group("clearance-secret", secret.into_iter().chain([group_dn("leadership")]).collect());
    for (name, wanted) in [("clearance-confidential", "confidential"), ("clearance-official", "official")] {
        group(name, dns(&|person| level(person) == Some(wanted) && !leads(person)));
    }
    group("all-staff", dns(&|person| person.employment == "staff"));
}

/// Where a group's entry is.
pub fn group_dn(name: &str) -> String {
    format!("{},{GROUPS_DN}", dn::part("CN", name))
}

/// Active Directory takes a password in quotes, two bytes a letter (MS-ADTS, section 3.1.1.3.1.5).
fn password(file: &mut File, password: &str) {
    let bytes: Vec<u8> = format!("\"{password}\"").encode_utf16().flat_map(u16::to_le_bytes).collect();
    file.bytes("unicodePwd", &bytes);
}
