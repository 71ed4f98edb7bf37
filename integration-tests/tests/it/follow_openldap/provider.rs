//! A directory of one test, and whoever follows it.

use std::collections::HashSet;
use std::time::Duration;

use ldap_sync::directory::follow::openldap::follow;
use ldap_sync::directory::follow::{Event, Follower};
use ldap_sync::directory::{
    DirectoryError, RawEntry, Search, Server, ServerSettings, Tls, id_of, read_marker,
};
use ldap_sync::duration::Span;
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, Mod, Scope, SearchEntry};
use local_services::{Changes, Durability, Scratch, Slapd, SlapdOptions};
use sample_ministry::LANDS;
use secrecy::SecretString;
use uuid::Uuid;

/// How long a thing that is to happen may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The sample ministry in a server of its own.
pub(super) struct Provider {
    pub(super) slapd: Slapd,
    _scratch: Scratch,
}

impl Provider {
    pub(super) fn start(changes: Changes) -> Self {
        let scratch = Scratch::new().unwrap();
        let options = SlapdOptions {
            suffix: sample_ministry::BASE_DN.to_owned(),
            admin_dn: sample_ministry::ADMIN_DN.to_owned(),
            admin_password: "admin".to_owned(),
            schema: vec![(sample_ministry::SCHEMA_NAME.to_owned(), sample_ministry::SCHEMA.to_owned())],
            ldif: sample_ministry::LDIF.to_owned(),
            limits: sample_ministry::LIMITS.map(str::to_owned).to_vec(),
            access: Vec::new(),
            changes,
            durability: Durability::Relaxed,
        };
        let slapd = Slapd::start(&scratch.path().join("slapd"), options).unwrap();
        Self { slapd, _scratch: scratch }
    }

    /// The server, which has `span` for each answer and for each sign of life.
    fn server(&self, span: Duration) -> Server {
        Server::open(&ServerSettings {
            url: self.slapd.ldap_url(),
            tls: Tls::StartTls,
            ca_file: Some(self.slapd.ca_pem_path()),
            connect_timeout: None,
            timeout: Some(Span::from(span)),
            heartbeat: Some(Span::from(span)),
        })
        .unwrap()
    }

    /// As the account of the sync, from now on.
    pub(super) async fn follow_from_now(&self) -> Follower {
        self.follow(Some(&self.marker().await)).await.unwrap()
    }

    pub(super) async fn follow(&self, marker: Option<&str>) -> Result<Follower, DirectoryError> {
        self.follow_as(sample_ministry::SYNC_DN, marker, Duration::from_secs(10)).await
    }

    pub(super) async fn follow_as(
        &self,
        account: &str,
        marker: Option<&str>,
        span: Duration,
    ) -> Result<Follower, DirectoryError> {
        let password = SecretString::from(sample_ministry::SYNC_PASSWORD);
        follow(&self.server(span), account, &password, &search(), marker).await
    }

    /// Where the server is now.
    pub(super) async fn marker(&self) -> String {
        let (server, password) = (self.server(PATIENCE), SecretString::from(sample_ministry::SYNC_PASSWORD));
        let marker = read_marker(&server, sample_ministry::SYNC_DN, &password, LANDS.dn).await;
        marker.unwrap().unwrap()
    }

    /// As the one who may do everything.
    pub(super) async fn admin(&self) -> Ldap {
        let (connection, mut ldap) =
            LdapConnAsync::with_settings(LdapConnSettings::new(), &self.slapd.ldap_url()).await.unwrap();
        ldap3::drive!(connection);
        ldap.simple_bind(self.slapd.admin_dn(), self.slapd.admin_password())
            .await
            .unwrap()
            .success()
            .unwrap();
        ldap
    }

    pub(super) async fn replace(&self, dn: &str, attribute: &str, value: &str) {
        let change = Mod::Replace(attribute, HashSet::from([value]));
        self.admin().await.modify(dn, vec![change]).await.unwrap().success().unwrap();
    }

    pub(super) async fn rename(&self, dn: &str, rdn: &str, above: Option<&str>) {
        self.admin().await.modifydn(dn, rdn, true, above).await.unwrap().success().unwrap();
    }

    pub(super) async fn delete(&self, dn: &str) {
        self.admin().await.delete(dn).await.unwrap().success().unwrap();
    }

    /// Adds a person to a unit. Returns the new entry's name.
    pub(super) async fn add(&self, uid: &str, unit: &str) -> String {
        let dn = format!("cn={uid},{unit}");
        let attributes = [("objectClass", "inetOrgPerson"), ("cn", uid), ("sn", uid), ("uid", uid)];
        let attributes = attributes.map(|(name, value)| (name, HashSet::from([value]))).to_vec();
        self.admin().await.add(&dn, attributes).await.unwrap().success().unwrap();
        dn
    }

    /// The ids of all that the search finds, read by someone who sees everything.
    pub(super) async fn ids(&self) -> HashSet<Uuid> {
        let search = search();
        let found = self
            .admin()
            .await
            .search(&search.base, Scope::Subtree, &search.filter, vec!["entryUUID"])
            .await
            .unwrap();
        let (found, _) = found.success().unwrap();
        let id = |entry| SearchEntry::construct(entry).attrs["entryUUID"][0].parse().unwrap();
        found.into_iter().map(id).collect()
    }
}

/// What is followed: units and people of one of the two agencies.
fn search() -> Search {
    Search {
        base: LANDS.dn.to_owned(),
        filter: "(|(objectClass=inetOrgPerson)(objectClass=organizationalUnit))".to_owned(),
        attributes: ["uid", "cn", "description", "title"].map(str::to_owned).to_vec(),
        page_size: 100,
    }
}

/// The name and the id of a person who has one of the known sign-ins.
pub(super) fn person(uid: &str) -> (String, Uuid) {
    let person = sample_ministry::person(uid).unwrap();
    (person.dn.clone(), person.entry_uuid)
}

/// What comes next; an error fails the test.
pub(super) async fn next(follower: &mut Follower) -> Event {
    try_next(follower).await.unwrap()
}

pub(super) async fn try_next(follower: &mut Follower) -> Result<Event, DirectoryError> {
    let told = tokio::time::timeout(PATIENCE, follower.next()).await;
    told.expect("nothing is told any more").map(|told| told.event)
}

/// What is told until the next marker, and the marker.
pub(super) async fn until_marker(follower: &mut Follower) -> (Vec<Event>, String) {
    let mut events = Vec::new();
    loop {
        match next(follower).await {
            Event::Marker(marker) => return (events, marker),
            event => events.push(event),
        }
    }
}

/// The one entry that is told before the next marker, and the marker.
pub(super) async fn one_entry(follower: &mut Follower) -> (RawEntry, String) {
    let (mut events, marker) = until_marker(follower).await;
    match (events.pop(), events.is_empty()) {
        (Some(Event::Entry(entry)), true) => (entry, marker),
        other => panic!("one entry was expected: {events:?} {other:?}"),
    }
}

/// The ids of entries told, in order.
pub(super) fn entries(events: &[Event]) -> Vec<Uuid> {
    let id = |event: &Event| match event {
        Event::Entry(entry) => Some(id_of(entry, "entryUUID").unwrap()),
        _ => None,
    };
    events.iter().filter_map(id).collect()
}

/// The ids told to have gone.
pub(super) fn gone(events: &[Event]) -> Vec<Uuid> {
    let gone = |event: &Event| match event {
        Event::Gone(ids) => ids.clone(),
        _ => Vec::new(),
    };
    events.iter().flat_map(gone).collect()
}

/// A value of an entry, as text.
pub(super) fn text(entry: &RawEntry, attribute: &str) -> String {
    String::from_utf8(entry.values[attribute][0].clone()).unwrap()
}
