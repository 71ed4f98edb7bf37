//! A domain of one test: HR at work in it, and the sync that reads and follows it.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ldap_sync::config::Source;
use ldap_sync::directory::follow::active_directory::{follow, read_marker};
use ldap_sync::directory::follow::{Event, Follower};
use ldap_sync::directory::{DirectoryError, RawEntry, Search, Server, Sink, id_of, read_tree};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, Mod, Scope, SearchEntry};
use local_services::{Samba, SambaOptions, Scratch};
use sample_ministry::{Access, active_directory as ad};
use uuid::Uuid;

/// Nothing takes so long that goes well.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running domain, with the State Archives in it.
pub(super) struct Domain {
    pub(super) samba: Samba,
    _scratch: Scratch,
}

/// The domains that were made lie beside the program of the tests.
fn cache() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("samba")
}

impl Domain {
    pub(super) fn start() -> Self {
        let scratch = Scratch::new().unwrap();
        let options = SambaOptions {
            realm: ad::REALM.to_owned(),
            admin_password: "Adm1nistrator".to_owned(),
            ldif: ad::LDIF.to_owned(),
            may_see_deleted: vec![ad::SYNC_DN.to_owned()],
            cache: cache(),
        };
        let samba = Samba::start(&scratch.path().join("domain"), options).unwrap();
        Self { samba, _scratch: scratch }
    }

    /// The configuration of the sync, over StartTLS.
    pub(super) fn source(&self) -> Source {
        self.source_by(&self.samba.ldap_url(), "starttls", ad::SYNC_DN)
    }

    pub(super) fn source_by(&self, url: &str, tls: &str, bind_dn: &str) -> Source {
        let access = Access { url, tls, ca_file: &self.samba.ca_pem_path(), every: Some("1m") };
        let text = format!("{}timeout = \"3s\"\n", ad::source_read_by(access, bind_dn));
        ldap_sync::config::parse(&text, []).unwrap().sources.remove(0)
    }

    pub(super) async fn hr(&self) -> Ldap {
        let settings = LdapConnSettings::new().set_no_tls_verify(true);
        let (connection, mut ldap) =
            LdapConnAsync::with_settings(settings, &self.samba.ldaps_url()).await.unwrap();
        ldap3::drive!(connection);
        let (name, password) = (self.samba.admin_name(), self.samba.admin_password());
        ldap.simple_bind(&name, password).await.unwrap().success().unwrap();
        ldap
    }

    /// The entry of the account of this name, person or group.
    pub(super) async fn dn(&self, account: &str) -> String {
        let filter = format!("(sAMAccountName={account})");
        let mut ldap = self.hr().await;
        let found = ldap.search(ad::DOMAIN_DN, Scope::Subtree, &filter, ["1.1"]).await.unwrap().0;
        let mut entries = found.into_iter().filter(|entry| !entry.is_ref()).map(SearchEntry::construct);
        entries.next().unwrap_or_else(|| panic!("{account} is not in the domain")).dn
    }

    pub(super) async fn id(&self, dn: &str) -> Uuid {
        let mut ldap = self.hr().await;
        let found = ldap.search(dn, Scope::Base, "(objectClass=*)", ["objectGUID"]).await.unwrap().success();
        let entry = SearchEntry::construct(found.unwrap().0.remove(0));
        let text = entry.attrs.into_values().flatten().map(String::into_bytes);
        let bytes = text.chain(entry.bin_attrs.into_values().flatten()).next().unwrap();
        Uuid::from_bytes_le(bytes.try_into().unwrap())
    }

    pub(super) async fn replace(&self, dn: &str, attribute: &str, values: &[&str]) {
        let values: HashSet<&str> = values.iter().copied().collect();
        let change = vec![Mod::Replace(attribute, values)];
        self.hr().await.modify(dn, change).await.unwrap().success().unwrap();
    }

    pub(super) async fn add_member(&self, group: &str, dn: &str) {
        let change = vec![Mod::Add("member", HashSet::from([dn]))];
        self.hr().await.modify(group, change).await.unwrap().success().unwrap();
    }

    pub(super) async fn add_person(&self, name: &str, account: &str, unit: &str) -> String {
        let dn = format!("CN={name},{unit}");
        let values = [
            ("objectClass", "user"),
            ("sAMAccountName", account),
            ("displayName", name),
            ("personalTitle", "A2"),
        ];
        let values = values.map(|(attribute, value)| (attribute, HashSet::from([value]))).to_vec();
        self.hr().await.add(&dn, values).await.unwrap().success().unwrap();
        dn
    }

    pub(super) async fn rename(&self, dn: &str, own: &str, above: Option<&str>) {
        self.hr().await.modifydn(dn, own, true, above).await.unwrap().success().unwrap();
    }

    pub(super) async fn delete(&self, dn: &str) {
        self.hr().await.delete(dn).await.unwrap().success().unwrap();
    }
}

/// What the sync asks for, groups included.
pub(super) fn search(source: &Source) -> Search {
    let names = ["objectClass", "member"].into_iter().chain(source.attributes.names());
    Search {
        base: source.base.clone(),
        filter: source.entries.filter(true),
        attributes: names.map(str::to_owned).collect(),
        page_size: 20,
    }
}

/// All that a full read finds.
pub(super) async fn read(source: &Source, search: Search) -> Result<Vec<RawEntry>, DirectoryError> {
    let server = Server::open(&source.server()).unwrap();
    let read =
        read_tree(&server, &source.bind_dn, &source.password().unwrap(), search, Kept(Vec::new())).await;
    read.map(|(kept, _)| kept.0)
}

struct Kept(Vec<RawEntry>);

impl Sink for Kept {
    fn take(&mut self, entry: RawEntry) {
        self.0.push(entry);
    }
}

pub(super) fn texts<'a>(entry: &'a RawEntry, attribute: &str) -> Vec<&'a str> {
    let values = entry.values.get(&attribute.to_lowercase()).map(Vec::as_slice).unwrap_or_default();
    values.iter().map(|value| std::str::from_utf8(value).unwrap()).collect()
}

/// The sync as it follows the domain, and what it hears.
pub(super) struct Watch {
    follower: Follower,
    /// The last marker told.
    pub(super) marker: String,
}

pub(super) async fn marker(source: &Source) -> String {
    let server = Server::open(&source.server()).unwrap();
    let password = source.password().unwrap();
    read_marker(&server, &source.bind_dn, &password, &source.base).await.unwrap().unwrap()
}

impl Watch {
    /// Follows from now on.
    pub(super) async fn start(source: &Source) -> Self {
        let mut watch = Self::from(source, &search(source), Some(&marker(source).await)).await;
        let told = watch.next().await;
        assert!(matches!(told, Event::Marker(_)), "nothing has changed yet: {told:?}");
        watch
    }

    pub(super) async fn from(source: &Source, search: &Search, marker: Option<&str>) -> Self {
        let server = Server::open(&source.server()).unwrap();
        let password = source.password().unwrap();
        let follower = follow(&server, &source.bind_dn, &password, search, marker).await.unwrap();
        Self { follower, marker: marker.unwrap_or_default().to_owned() }
    }

    pub(super) async fn try_next(&mut self) -> Result<Event, DirectoryError> {
        let told = tokio::time::timeout(PATIENCE, self.follower.next()).await.expect("nothing is told");
        told.map(|told| told.event)
    }

    pub(super) async fn next(&mut self) -> Event {
        self.try_next().await.unwrap()
    }

    /// All that is told until now: a change that comes after it is made and waited for, and left out.
    pub(super) async fn told(&mut self, domain: &Domain) -> Vec<Event> {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let phone = format!("+7 495 000-{:04}", NUMBER.fetch_add(1, Ordering::Relaxed));
        domain.replace(&domain.dn("outsider").await, "telephoneNumber", &[&phone]).await;
        // The account that makes the changes is not of the agency, and each sign-in of it is a change.
        let hr = domain.id("CN=Administrator,CN=Users,DC=gov,DC=example").await;
        let (mut events, mut is_told) = (Vec::new(), false);
        loop {
            match self.next().await {
                Event::Marker(marker) => {
                    self.marker = marker;
                    if is_told {
                        return events;
                    }
                }
                Event::Entry(entry) if texts(&entry, "sAMAccountName") == ["outsider"] => {
                    is_told |= texts(&entry, "telephoneNumber") == [phone.as_str()];
                }
                Event::Gone(ids) if ids == [hr] => {}
                event => events.push(event),
            }
        }
    }

    /// The only entry told until now.
    pub(super) async fn told_entry(&mut self, domain: &Domain) -> RawEntry {
        let mut events = self.told(domain).await;
        match (events.pop(), events.as_slice()) {
            (Some(Event::Entry(entry)), []) => entry,
            (last, events) => panic!("{last:?} after {events:?}"),
        }
    }
}

pub(super) fn id(entry: &RawEntry) -> Uuid {
    id_of(entry, "objectGUID").unwrap()
}
