//! The sample ministry: about 300 fictional people in two agencies, the same for the demo, every test and the docs.
//!
//! [`ministry`] makes them, always alike; `ministry.ldif` is what it makes, checked in so that a change is seen in a
//! diff. `cargo run -p sample-ministry` writes it again.
//!
//! [`Large`] is another one, of as many people as wanted and with everything wrong that can be: for what must bear it.

pub mod active_directory;
mod chart;
mod chart_archives;
mod chart_lands;
mod dn;
mod draw;
mod ladders;
mod large;
mod ldif;
mod names;
mod photo;
mod sign_ins;
mod sources;
mod staff;

use std::sync::LazyLock;

pub use ladders::{ARCHIVES_LADDER, LANDS_LADDER, Rank};
pub use large::{
    Expected, LARGE, LARGE_SCHEMA, LARGE_SCHEMA_NAME, Large, LargePerson, LargeUnit, NEIGHBOUR_DN, Odd,
    schema as large_schema,
};
pub use sign_ins::{SIGN_INS, SignIn};
pub use sources::{Access, source, sources};
pub use staff::{Ministry, Person, Unit};

/// The directory's content, ready to be loaded.
pub const LDIF: &str = include_str!("../ministry.ldif");

/// The schema that the content needs besides core, cosine and inetOrgPerson.
pub const SCHEMA: &str = include_str!("../gov.schema");

/// The file name under which the schema is known.
pub const SCHEMA_NAME: &str = "gov.schema";

/// The topmost entry.
pub const BASE_DN: &str = "dc=gov,dc=example";

/// Who may do everything in the directory. The entry does not exist: it is the server's own.
pub const ADMIN_DN: &str = "cn=admin,dc=gov,dc=example";

/// Where the accounts of programs are.
pub const SERVICES_DN: &str = "ou=services,dc=gov,dc=example";

/// Reads everything, in pages, without limit: the account of the sync.
pub const SYNC_DN: &str = "cn=sync,ou=services,dc=gov,dc=example";

/// Its password.
pub const SYNC_PASSWORD: &str = "sync";

/// Is never sent more than 100 entries at a time, as a stricter server would do with everyone.
pub const WEAK_DN: &str = "cn=weak,ou=services,dc=gov,dc=example";

/// Its password.
pub const WEAK_PASSWORD: &str = "sync";

/// The password of every person.
pub const PASSWORD: &str = "chancery";

/// What the server must be told about the two accounts: lines of slapd.conf.
pub const LIMITS: [&str; 2] = [
    "limits dn.exact=\"cn=sync,ou=services,dc=gov,dc=example\" size=unlimited time=unlimited",
    "limits dn.exact=\"cn=weak,ou=services,dc=gov,dc=example\" size.soft=100 size.hard=100 size.pr=100 \
     size.prtotal=unlimited",
];

/// What a rank of the configuration says, besides its step.
const LADDER_KEYS: [&str; 4] = ["code", "band", "name_ru", "name_en"];

/// The sources of the configuration, as an example: the text of `sources.toml`.
pub const SOURCES_EXAMPLE: &str = include_str!("../sources.toml");

/// One of the two agencies. Each is read as a directory source of its own.
#[derive(Debug, Clone, Copy)]
pub struct Agency {
    /// The name of its source.
    pub source: &'static str,
    /// Its topmost unit.
    pub dn: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its ladder, lowest step first.
    pub ladder: &'static [Rank],
    /// Its part of mail addresses.
    pub mail_domain: &'static str,
}

/// The ministry proper, of some 230 people.
pub const LANDS: Agency = Agency {
    source: "lands",
    dn: "ou=Министерство земель и вод,dc=gov,dc=example",
    name: "Министерство земель и вод",
    ladder: LANDS_LADDER,
    mail_domain: "lands.gov.example",
};

/// The other agency, of some 70 people.
pub const ARCHIVES: Agency = Agency {
    source: "archives",
    dn: "ou=Государственная архивная служба,dc=gov,dc=example",
    name: "Государственная архивная служба",
    ladder: ARCHIVES_LADDER,
    mail_domain: "archives.gov.example",
};

/// Both.
pub const AGENCIES: [Agency; 2] = [LANDS, ARCHIVES];

/// Everyone and everything of both agencies.
pub fn ministry() -> &'static Ministry {
    static MINISTRY: LazyLock<Ministry> = LazyLock::new(Ministry::make);
    &MINISTRY
}

/// The person of this login.
pub fn person(uid: &str) -> Option<&'static Person> {
    ministry().people.iter().find(|person| person.uid == uid)
}

/// The unit of this name. Names are unique.
pub fn unit(name: &str) -> Option<&'static Unit> {
    ministry().units.iter().find(|unit| unit.name == name)
}

/// The files that are checked in, made anew: name and text.
pub fn generated() -> [(&'static str, String); 4] {
    [
        ("ministry.ldif", ldif::write(ministry())),
        ("sources.toml", sources::example()),
        ("archives-ad.ldif", active_directory::ldif()),
        ("archives-ad.toml", active_directory::example()),
    ]
}
