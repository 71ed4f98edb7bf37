//! HR at work: changes to a test's own directory, as an LDAP client makes them.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Mutex;

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, Mod, Scope, SearchEntry};
use local_services::Slapd;

use crate::services;

/// A directory server of one test.
pub struct Directory {
    slapd: Mutex<Slapd>,
}

impl Directory {
    /// Starts one with the sample ministry.
    pub fn start() -> Self {
        Self::start_in(&services::shared().directory("slapd").join("data"))
    }

    /// The same in a folder of its own.
    pub fn start_in(folder: &Path) -> Self {
        Self { slapd: Mutex::new(services::slapd(folder)) }
    }

    /// Gives the server to `look`.
    pub fn slapd<T>(&self, look: impl FnOnce(&mut Slapd) -> T) -> T {
        look(&mut self.slapd.lock().unwrap())
    }

    /// Kills the server.
    pub fn kill(&self) {
        self.slapd(|slapd| slapd.kill9().unwrap());
    }

    async fn admin(&self) -> Ldap {
        let (url, dn, password) = self.slapd(|slapd| {
            (slapd.ldap_url(), slapd.admin_dn().to_owned(), slapd.admin_password().to_owned())
        });
        // The root account over loopback: what is tested is what the programs read, over TLS.
        let settings = LdapConnSettings::new();
        let (connection, mut ldap) = LdapConnAsync::with_settings(settings, &url).await.unwrap();
        ldap3::drive!(connection);
        ldap.simple_bind(&dn, &password).await.unwrap().success().unwrap();
        ldap
    }

    async fn entry(&self, uid: &str) -> SearchEntry {
        let mut ldap = self.admin().await;
        let filter = format!("(uid={})", ldap3::ldap_escape(uid));
        let (mut found, _) = ldap
            .search(sample_ministry::BASE_DN, Scope::Subtree, &filter, vec!["*"])
            .await
            .unwrap()
            .success()
            .unwrap();
        assert_eq!(found.len(), 1, "{uid} is in the directory once");
        SearchEntry::construct(found.remove(0))
    }

    /// The name of a person's entry.
    pub async fn dn(&self, uid: &str) -> String {
        self.entry(uid).await.dn
    }

    /// Gives an attribute other values.
    pub async fn replace(&self, uid: &str, attribute: &str, values: &[&str]) {
        let dn = self.dn(uid).await;
        let values: HashSet<&str> = values.iter().copied().collect();
        let mut ldap = self.admin().await;
        ldap.modify(&dn, vec![Mod::Replace(attribute, values)]).await.unwrap().success().unwrap();
    }

    /// Takes an attribute away.
    pub async fn remove(&self, uid: &str, attribute: &str) {
        self.replace(uid, attribute, &[]).await;
    }

    /// Moves a person into the unit of another and under the same superior. Returns the unit's name.
    pub async fn move_to_unit_of(&self, uid: &str, other: &str) -> String {
        let (person, colleague) = (self.entry(uid).await, self.entry(other).await);
        let (rdn, _) = split(&person.dn);
        let (_, unit) = split(&colleague.dn);
        let mut ldap = self.admin().await;
        ldap.modifydn(&person.dn, rdn, true, Some(unit)).await.unwrap().success().unwrap();
        let superior = colleague.attrs["manager"][0].clone();
        self.replace(uid, "manager", &[&superior]).await;
        sample_ministry::person(other).map(|other| unit_name(&other.unit_dn)).unwrap()
    }

    /// Gives a person another name, as after a marriage: the entry's own name changes too.
    pub async fn rename(&self, uid: &str, cn: &str, display_name: &str) {
        let person = self.entry(uid).await;
        let (rdn, _) = split(&person.dn);
        let mut ldap = self.admin().await;
        if rdn.to_lowercase().starts_with("cn=") {
            ldap.modifydn(&person.dn, &format!("cn={}", ldap3::dn_escape(cn)), true, None)
                .await
                .unwrap()
                .success()
                .unwrap();
        } else {
            self.replace(uid, "cn", &[cn]).await;
        }
        self.replace(uid, "displayName", &[display_name]).await;
    }

    /// The sync's account sees nothing any more, without an error: a wrong access rule.
    pub fn hide_everybody(&self) {
        self.slapd(|slapd| {
            slapd
                .restart_with(|options| {
                    options.access.push(format!(
                        "access to dn.subtree=\"{}\" filter=(objectClass=inetOrgPerson) by dn.exact=\"{}\" none by * read",
                        sample_ministry::BASE_DN,
                        sample_ministry::SYNC_DN
                    ));
                })
                .unwrap();
        });
    }
}

/// The first name of a distinguished name and the rest: at the first comma that is not escaped.
fn split(dn: &str) -> (&str, &str) {
    let mut escaped = false;
    for (place, character) in dn.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ',' => return (&dn[..place], &dn[place + 1..]),
            _ => {}
        }
    }
    (dn, "")
}

fn unit_name(unit_dn: &str) -> String {
    sample_ministry::ministry()
        .units
        .iter()
        .find(|unit| unit.dn == unit_dn)
        .map(|unit| unit.name.to_owned())
        .unwrap()
}
