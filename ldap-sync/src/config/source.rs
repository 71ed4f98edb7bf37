//! One `[[sources]]`: where the directory is, what its attributes are called and what their values mean.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::ConfigError;
use super::groups::GroupSettings;
use crate::directory::{ServerSettings, Tls, beside};
use crate::dn::Dn;
use crate::duration::{Span, TimeOfDay};
use crate::guard::Limits;
use crate::mail::mailbox;
use crate::state::{Employment, RankStep, UnitKind};

/// What kind of server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Kind {
    /// OpenLDAP, or whatever speaks RFC 4511 and shows `entryUUID`.
    #[serde(rename = "openldap")]
    OpenLdap,
    /// Active Directory, of Windows or of Samba.
    #[serde(rename = "active_directory")]
    ActiveDirectory,
}

impl Kind {
    /// As the configuration and the database spell it.
    pub fn as_text(self) -> &'static str {
        match self {
            Self::OpenLdap => "openldap",
            Self::ActiveDirectory => "active_directory",
        }
    }
}

/// One directory of one agency.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its name here: small letters, digits, hyphens. It must never change.
    pub name: String,
    /// What kind of server it is.
    pub kind: Kind,
    /// `ldap://host:port` or `ldaps://host:port`.
    pub url: String,
    /// How the connection is protected.
    pub tls: Tls,
    /// Certificates of the authorities to trust. A relative path begins in the folder of the configuration file.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// How long connecting may take.
    #[serde(default)]
    pub connect_timeout: Option<Span>,
    /// How long any single answer may take.
    #[serde(default)]
    pub timeout: Option<Span>,
    /// How often a server that is followed must show that it is there.
    #[serde(default)]
    pub heartbeat: Option<Span>,
    /// The root of the agency.
    pub base: String,
    /// The account that reads.
    pub bind_dn: String,
    /// Its password; for production there is `bind_password_file`.
    #[serde(default)]
    pub bind_password: Option<SecretString>,
    /// A file with its password. A relative path begins in the folder of the configuration file.
    #[serde(default)]
    pub bind_password_file: Option<PathBuf>,
    /// How many entries the server sends at a time.
    #[serde(default = "five_hundred")]
    pub page_size: u16,
    /// Entries that must be there in every read.
    #[serde(default)]
    pub anchors: Vec<String>,
    /// Entries that are left alone, with all below them.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// Whether people without a superior of their own answer to the head of their unit, or of the one above.
    #[serde(default = "yes")]
    pub superior_from_head: bool,
    /// Who is told by mail what could not be used, what was refused, and how each day was.
    #[serde(default)]
    pub reports_to: Vec<String>,
    /// When the full read is made.
    #[serde(default)]
    pub schedule: Schedule,
    /// Whether changes are applied as the directory tells them. Otherwise it is only read in full.
    #[serde(default = "yes")]
    pub follow: bool,
    /// What `entries` says.
    #[serde(default, rename = "entries")]
    given_entries: GivenEntries,
    /// Which entries are people and which are units: as given, or as the kind of server has it.
    #[serde(skip)]
    pub entries: Entries,
    /// What `attributes` says.
    #[serde(default, rename = "attributes")]
    given_attributes: GivenAttributes,
    /// What the attributes are called: as given, or as the kind of server has it.
    #[serde(skip)]
    pub attributes: Attributes,
    /// What the kinds of units are called.
    #[serde(default)]
    pub unit_kinds: UnitKinds,
    /// The ladder.
    pub ranks: Vec<RankSettings>,
    /// What clearances are called.
    #[serde(default)]
    pub clearance: ClearanceSettings,
    /// What employment is called.
    #[serde(default)]
    pub employment: EmploymentSettings,
    /// Value of the role attribute, to a duty in Chancery: hr, compliance, security or admin.
    #[serde(default)]
    pub roles: BTreeMap<String, String>,
    /// How a disabled account is known.
    #[serde(default)]
    pub account_control: AccountControl,
    /// Groups that give their members something.
    #[serde(default)]
    pub groups: Vec<GroupSettings>,
    /// When a read is not believed.
    #[serde(default)]
    pub guard: Limits,
}

fn five_hundred() -> u16 {
    500
}

fn yes() -> bool {
    true
}

/// When the full read is made. A directory that is followed is read every night, any other every minute.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schedule {
    /// From the end of one to the beginning of the next; given, it counts instead of the time of day.
    pub every: Option<Span>,
    /// At which time of day (UTC), where the directory is followed.
    pub at: TimeOfDay,
}

/// Which entries are people and which are units, by object class.
#[derive(Debug, Clone)]
pub struct Entries {
    /// The class of people.
    pub person: String,
    /// The classes of which no person is, though they are kinds of that one.
    pub not_person: Vec<String>,
    /// Whoever has one of these values is nobody: accounts of programs, as a rule.
    pub ignore_where: Vec<Unwanted>,
    /// The classes of units.
    pub unit: Vec<String>,
    /// The classes of groups; they are read where some group gives something.
    pub group: Vec<String>,
}

/// Values of an attribute that keep people out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unwanted {
    /// The attribute.
    pub attribute: String,
    /// The values.
    pub values: Vec<String>,
}

/// The same as the configuration gives it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct GivenEntries {
    person: Option<String>,
    not_person: Option<Vec<String>>,
    ignore_where: Option<Vec<Unwanted>>,
    unit: Option<Vec<String>>,
    group: Option<Vec<String>>,
}

impl Entries {
    fn of(kind: Kind, given: &GivenEntries) -> Self {
        let (person, not_person, unit, group) = match kind {
            Kind::OpenLdap => (
                "inetOrgPerson",
                [].as_slice(),
                ["organizationalUnit", "organization"].as_slice(),
                ["groupOfNames"].as_slice(),
            ),
            // A computer is a kind of user there.
            Kind::ActiveDirectory => {
                ("user", ["computer"].as_slice(), ["organizationalUnit"].as_slice(), ["group"].as_slice())
            }
        };
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Self {
            person: given.person.clone().unwrap_or_else(|| person.to_owned()),
            not_person: given.not_person.clone().unwrap_or_else(|| words(not_person)),
            ignore_where: given.ignore_where.clone().unwrap_or_default(),
            unit: given.unit.clone().unwrap_or_else(|| words(unit)),
            group: given.group.clone().unwrap_or_else(|| words(group)),
        }
    }

    /// The filter that finds people and units, and groups where these are wanted.
    pub fn filter(&self, with_groups: bool) -> String {
        let is = |class: &str| format!("(objectClass={})", ldap3::ldap_escape(class));
        // Where the server does not know the attribute, nobody is found, and an empty read is refused.
        let unwanted = self.ignore_where.iter().flat_map(|unwanted| {
            let has =
                |value: &String| format!("({}={})", unwanted.attribute, ldap3::ldap_escape(value.as_str()));
            unwanted.values.iter().map(has)
        });
        let not = self.not_person.iter().map(|class| is(class)).chain(unwanted);
        let not = not.map(|filter| format!("(!{filter})")).collect::<Vec<_>>().concat();
        let person = is(&self.person);
        let person = if not.is_empty() { person } else { format!("(&{person}{not})") };
        let groups = self.group.iter().filter(|_| with_groups);
        let rest = self.unit.iter().chain(groups);
        format!("(|{}{person})", rest.map(|class| is(class)).collect::<Vec<_>>().concat())
    }
}

impl Default for Entries {
    fn default() -> Self {
        Self::of(Kind::OpenLdap, &GivenEntries::default())
    }
}

macro_rules! attributes {
    ($($(#[doc = $doc:literal])+ $field:ident = $openldap:literal, $active_directory:literal;)*) => {
        /// What the attributes are called. An empty name: the directory does not have it.
        #[derive(Debug, Clone)]
        pub struct Attributes { $($(#[doc = $doc])+ pub $field: String,)* }

        /// The same as the configuration gives it.
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        struct GivenAttributes { $($field: Option<String>,)* }

        impl Attributes {
            fn of(kind: Kind, given: &GivenAttributes) -> Self {
                Self {
                    $($field: given.$field.clone().unwrap_or_else(|| match kind {
                        Kind::OpenLdap => $openldap.to_owned(),
                        Kind::ActiveDirectory => $active_directory.to_owned(),
                    }),)*
                }
            }

            /// All names: what the server is asked for.
            pub fn names(&self) -> BTreeSet<&str> {
                [$(self.$field.as_str(),)*].into_iter().filter(|name| !name.is_empty()).collect()
            }

            /// What we call each, and what the directory does.
            pub(crate) fn pairs(&self) -> Vec<(&'static str, &str)> {
                vec![$((stringify!($field), self.$field.as_str()),)*]
            }
        }

        impl Default for Attributes {
            fn default() -> Self {
                Self::of(Kind::OpenLdap, &GivenAttributes::default())
            }
        }
    };
}

// What OpenLDAP calls it, and what Active Directory does where it has been told of nothing but itself.
attributes! {
    /// What never changes of an entry.
    id = "entryUUID", "objectGUID";
    /// The name used to sign in.
    login = "uid", "sAMAccountName";
    /// The name shown.
    display_name = "displayName", "displayName";
    /// The name shown where there is none.
    common_name = "cn", "cn";
    /// First name.
    given_name = "givenName", "givenName";
    /// Last name.
    family_name = "sn", "sn";
    /// Mail address.
    mail = "mail", "mail";
    /// Telephone.
    phone = "telephoneNumber", "telephoneNumber";
    /// What the place is called.
    title = "title", "title";
    /// The rank.
    rank = "govRank", "title";
    /// The superior's entry.
    superior = "manager", "manager";
    /// The entries of one's assistants.
    assistant = "secretary", "assistant";
    /// The entry of the one acted for.
    acting_for = "govActingFor", "";
    /// Until when one acts.
    acting_until = "govActingUntil", "";
    /// The agencies one speaks to.
    liaison_to = "govLiaisonTo", "";
    /// The level of clearance.
    clearance = "govClearance", "";
    /// The categories of clearance.
    clearance_category = "govClearanceCategory", "";
    /// Segments for walls.
    segment = "govSegment", "";
    /// Duties in Chancery itself.
    role = "govRole", "";
    /// The terms of work.
    employment = "employeeType", "employeeType";
    /// Whether the account is disabled, as bits.
    account_control = "userAccountControl", "userAccountControl";
    /// The photo.
    photo = "jpegPhoto", "thumbnailPhoto";
    /// What a unit is called.
    unit_name = "ou", "ou";
    /// What kind a unit is.
    unit_kind = "govUnitKind", "businessCategory";
    /// The entry of a unit's head.
    unit_head = "managedBy", "managedBy";
    /// The entries of a group's members.
    member = "member", "member";
}

/// What the kinds of units are called; the agency is always the base.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct UnitKinds(pub BTreeMap<String, UnitKind>);

impl Default for UnitKinds {
    fn default() -> Self {
        let kinds = [
            ("agency", UnitKind::Agency),
            ("department", UnitKind::Department),
            ("division", UnitKind::Division),
            ("section", UnitKind::Section),
        ];
        Self(kinds.into_iter().map(|(word, kind)| (word.to_owned(), kind)).collect())
    }
}

/// A step of the ladder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankSettings {
    /// Its code, the same for ever.
    pub code: String,
    /// How high it is.
    pub step: i16,
    /// support, officer, manager, director or executive.
    pub band: String,
    /// Its Russian name.
    pub name_ru: String,
    /// Its English name.
    pub name_en: String,
    /// What the rank attribute says of those who have it; without any, the code.
    #[serde(default)]
    pub values: Vec<String>,
}

/// What clearances are called.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClearanceSettings {
    /// The levels.
    #[serde(default)]
    pub levels: Vec<ClearanceLevel>,
    /// The categories.
    #[serde(default)]
    pub categories: Vec<CategoryName>,
}

/// What a level is called.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClearanceLevel {
    /// In the directory.
    pub value: String,
    /// On the policy's ladder; 0 is none.
    pub level: u8,
}

/// What a category is called: a code for both, or one word in the directory and another here.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum CategoryName {
    /// The same word.
    Same(String),
    /// Two words.
    Mapped {
        /// In the directory.
        value: String,
        /// In the policy.
        code: String,
    },
}

impl CategoryName {
    /// The directory's word and the policy's.
    pub fn words(&self) -> (&str, &str) {
        match self {
            Self::Same(word) => (word, word),
            Self::Mapped { value, code } => (value, code),
        }
    }
}

/// What employment is called.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmploymentSettings {
    /// Where the entry does not say.
    pub absent: Employment,
    /// Value of the attribute, to what it means.
    pub values: BTreeMap<String, Employment>,
}

impl Default for EmploymentSettings {
    fn default() -> Self {
        let values = [
            ("staff", Employment::Staff),
            ("contractor", Employment::Contractor),
            ("external", Employment::External),
        ];
        Self {
            absent: Employment::Staff,
            values: values.into_iter().map(|(word, kind)| (word.to_owned(), kind)).collect(),
        }
    }
}

/// How a disabled account is known.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccountControl {
    /// Any of these bits: disabled. Active Directory's ACCOUNTDISABLE is 2.
    pub disabled_bits: i64,
}

impl Default for AccountControl {
    fn default() -> Self {
        Self { disabled_bits: 2 }
    }
}

impl Source {
    /// Lets relative paths begin in the folder of the file that the source is from.
    pub(super) fn beside(&mut self, configuration: &Path) {
        beside(configuration, &mut self.ca_file);
        beside(configuration, &mut self.bind_password_file);
    }

    /// What a connection needs.
    pub fn server(&self) -> ServerSettings {
        ServerSettings {
            url: self.url.clone(),
            tls: self.tls,
            ca_file: self.ca_file.clone(),
            connect_timeout: self.connect_timeout,
            timeout: self.timeout,
            heartbeat: self.heartbeat,
        }
    }

    /// The password of the account that reads, from the file where there is one.
    pub fn password(&self) -> Result<SecretString, ConfigError> {
        let secret = match (&self.bind_password_file, &self.bind_password) {
            (Some(path), None) => {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    self.wrong(
                        "bind_password_file",
                        path.display().to_string(),
                        format!("cannot be read: {error}"),
                    )
                })?;
                SecretString::from(text.trim_end_matches(['\r', '\n']))
            }
            (None, Some(secret)) => secret.clone(),
            _ => return Err(self.wrong("bind_password_file", "", "give either this or `bind_password`")),
        };
        if secret.expose_secret().is_empty() {
            return Err(self.wrong("bind_password", "", "an empty password would be an anonymous bind"));
        }
        Ok(secret)
    }

    /// The ladder, as the mirror keeps it. Known to be good once the configuration is loaded.
    pub fn ladder(&self) -> Vec<RankStep> {
        let steps = self.ranks.iter().filter_map(|rank| {
            Some(RankStep {
                code: rank.code.clone(),
                name_ru: rank.name_ru.clone(),
                name_en: rank.name_en.clone(),
                step: rank.step,
                band: band(&rank.band)?,
            })
        });
        let mut steps: Vec<_> = steps.collect();
        steps.sort_by(|one, other| one.code.cmp(&other.code));
        steps
    }

    /// Fills in what depends on the kind of server.
    pub(super) fn settle(&mut self) {
        self.entries = Entries::of(self.kind, &self.given_entries);
        self.attributes = Attributes::of(self.kind, &self.given_attributes);
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let mut letters = self.name.chars();
        let begins_well = letters.next().is_some_and(|letter| letter.is_ascii_lowercase());
        let goes_on_well =
            letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
        if !begins_well || !goes_on_well || self.name.len() > 63 {
            return Err(ConfigError::new(
                "sources.name",
                &self.name,
                "small letters, digits and hyphens, a letter first, at most 63",
            ));
        }
        self.server().address().map_err(|error| self.wrong(error.key, error.value, error.rule))?;
        if self.kind == Kind::ActiveDirectory && self.tls == Tls::None {
            let rule = "Active Directory takes no password over an open connection, not even on this machine: \
                        must be starttls or ldaps";
            return Err(self.wrong("tls", "none", rule));
        }
        let names = [("base", &self.base), ("bind_dn", &self.bind_dn)];
        let lists = [("anchors", &self.anchors), ("ignore", &self.ignore)];
        let listed = lists.into_iter().flat_map(|(key, names)| names.iter().map(move |name| (key, name)));
        for (key, name) in names.into_iter().chain(listed) {
            Dn::parse(name).map_err(|error| self.wrong(key, name, error.to_string()))?;
        }
        if self.base.trim().is_empty() {
            return Err(self.wrong("base", "", "must name the entry of the agency"));
        }
        if !(1..=1000).contains(&self.page_size) {
            return Err(self.wrong("page_size", self.page_size.to_string(), "must be from 1 to 1000"));
        }
        for address in &self.reports_to {
            mailbox(address).map_err(|rule| self.wrong("reports_to", address, rule))?;
        }
        self.validate_attributes()?;
        self.validate_ranks()?;
        self.validate_words()?;
        self.validate_groups()
    }

    fn validate_attributes(&self) -> Result<(), ConfigError> {
        for unwanted in &self.entries.ignore_where {
            let name = &unwanted.attribute;
            let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-._;".contains(letter);
            if name.is_empty() || !name.chars().all(is_name) {
                let rule = "is not the name of an attribute";
                return Err(self.wrong("entries.ignore_where.attribute", name, rule));
            }
            if unwanted.values.is_empty() {
                return Err(self.wrong("entries.ignore_where.values", name, "must name a value"));
            }
        }
        for (key, name) in self.attributes.pairs() {
            if matches!(key, "id" | "login" | "common_name" | "rank" | "unit_kind") && name.is_empty() {
                return Err(self.wrong(
                    &format!("attributes.{key}"),
                    "",
                    "every directory must have this one",
                ));
            }
            if !name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._;".contains(letter)) {
                return Err(self.wrong(
                    &format!("attributes.{key}"),
                    name,
                    "is not the name of an attribute",
                ));
            }
        }
        Ok(())
    }

    fn validate_ranks(&self) -> Result<(), ConfigError> {
        let (mut codes, mut steps, mut values) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        if self.ranks.is_empty() {
            return Err(self.wrong("ranks", "", "the ladder must have at least one rank"));
        }
        for rank in &self.ranks {
            if rank.code.is_empty() || !codes.insert(&rank.code) {
                return Err(self.wrong("ranks.code", &rank.code, "must be there, once in the ladder"));
            }
            // Steps from 10,000 up are where ranks wait while the ladder is rebuilt.
            if !(0..10_000).contains(&rank.step) || !steps.insert(rank.step) {
                let rule = "must be from 0 to 9999, once in the ladder";
                return Err(self.wrong("ranks.step", rank.step.to_string(), rule));
            }
            if band(&rank.band).is_none() {
                let rule = "must be support, officer, manager, director or executive";
                return Err(self.wrong("ranks.band", &rank.band, rule));
            }
            for value in rank_words(rank) {
                if !values.insert(value.to_lowercase()) {
                    return Err(self.wrong("ranks.values", value, "means one rank only"));
                }
            }
        }
        Ok(())
    }

    fn validate_words(&self) -> Result<(), ConfigError> {
        for level in &self.clearance.levels {
            if level.level > 9 {
                return Err(self.wrong(
                    "clearance.levels.level",
                    level.level.to_string(),
                    "must be from 0 to 9",
                ));
            }
        }
        for role in self.roles.values() {
            if !["hr", "compliance", "security", "admin"].contains(&role.as_str()) {
                return Err(self.wrong("roles", role, "must be hr, compliance, security or admin"));
            }
        }
        Ok(())
    }

    pub(crate) fn wrong(&self, key: &str, value: impl Into<String>, rule: impl Into<String>) -> ConfigError {
        ConfigError::new(format!("sources.{}.{key}", self.name), value, rule)
    }
}

/// What the rank attribute may say of those who have the rank.
pub(crate) fn rank_words(rank: &RankSettings) -> Vec<&str> {
    if rank.values.is_empty() { vec![&rank.code] } else { rank.values.iter().map(String::as_str).collect() }
}

/// The band of this name.
pub(crate) fn band(word: &str) -> Option<&'static str> {
    ["support", "officer", "manager", "director", "executive"].into_iter().find(|band| *band == word)
}
