//! The same live changes on Active Directory: a Samba domain controller with the sample ministry's other agency.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, Mod, Scope, SearchEntry};
use local_services::{Samba, SambaOptions};
use sample_ministry::{ARCHIVES, Access, Person, active_directory as ad, ministry};
use serde::Serialize;

use super::live::{self, Cast, Live, Subject};
use crate::programs::{Programs, beside};
use crate::{Directory, say};

/// What was measured on it.
#[derive(Debug, Serialize)]
pub(super) struct Domain {
    /// How many people it holds: always the same few.
    pub(super) people: usize,
    /// Why it could not be measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failed: Option<String>,
    pub(super) live: Option<Live>,
}

/// Makes the live changes in a domain of its own.
pub(super) async fn measure(options: &Directory) -> Domain {
    say("== Active Directory (Samba)");
    let people = agency().count();
    match live_changes(options).await {
        Ok(live) => Domain { people, failed: None, live: Some(live) },
        Err(error) => {
            say(&format!("   given up: {error:#}"));
            Domain { people, failed: Some(format!("{error:#}")), live: None }
        }
    }
}

async fn live_changes(options: &Directory) -> anyhow::Result<Live> {
    let programs = Programs::prepare(String::new())?;
    say("   starting the domain controller");
    let samba_options = SambaOptions {
        realm: ad::REALM.to_owned(),
        admin_password: "Adm1nistrator".to_owned(),
        ldif: ad::LDIF.to_owned(),
        may_see_deleted: vec![ad::SYNC_DN.to_owned()],
        cache: beside("samba")?,
    };
    let samba = Samba::start(&programs.file("domain"), samba_options).context("Samba does not start")?;
    let (url, ca_file) = (samba.ldap_url(), samba.ca_pem_path());
    let access = Access { url: &url, tls: "starttls", ca_file: &ca_file, every: Some(&options.every) };
    programs.configure(&ad::source(access))?;
    first_sync(&programs)?;

    let mut hr = hr(&samba).await?;
    let found = entries(&mut hr, "(objectClass=user)", "sAMAccountName").await?;
    let cast = cast(&found, entries(&mut hr, "(objectClass=organizationalUnit)", "businessCategory").await?)?;
    let head = ministry().units.iter().find(|unit| unit.dn == ARCHIVES.dn).map(|unit| &unit.head_dn);
    let head = agency().find(|person| Some(&person.dn) == head).and_then(|person| found.get(&person.uid));
    let head = head.and_then(|dns| dns.first()).context("nobody leads the agency")?;
    let change = Mod::Replace("title", HashSet::from(["Руководитель службы, временно с другой табличкой"]));
    let patience = Duration::from_secs(options.patience);
    let first = async || Ok(hr.modify(head, vec![change]).await?.success().map(drop)?);
    let running = programs.start(patience, first).await?;
    let measured = live::measure(hr, &running, &cast, options.domain_changes, patience).await;
    let stopped = running.stop();
    let measured = measured?;
    stopped?;
    Ok(measured)
}

fn agency() -> impl Iterator<Item = &'static Person> {
    ministry().people.iter().filter(|person| person.agency.source == ARCHIVES.source)
}

fn first_sync(programs: &Programs) -> anyhow::Result<()> {
    let log = programs.file("sync.log");
    let mut sync = programs.sync("once")?;
    let status = sync.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log)?).status()?;
    // Well, or well but for entries that are meant to be wrong.
    if !matches!(status.code(), Some(0 | 4)) {
        bail!("the first sync ended with {status}\n{}", fs::read_to_string(&log).unwrap_or_default());
    }
    Ok(())
}

/// The domain as HR has it.
async fn hr(samba: &Samba) -> anyhow::Result<Ldap> {
    let settings = LdapConnSettings::new().set_no_tls_verify(true);
    let (connection, mut ldap) = LdapConnAsync::with_settings(settings, &samba.ldaps_url()).await?;
    ldap3::drive!(connection);
    ldap.simple_bind(&samba.admin_name(), samba.admin_password()).await?.success()?;
    Ok(ldap)
}

/// Where the entries of the agency are, by the value of one attribute.
async fn entries(
    hr: &mut Ldap,
    filter: &str,
    attribute: &str,
) -> anyhow::Result<HashMap<String, Vec<String>>> {
    let (found, _) = hr.search(ad::BASE_DN, Scope::Subtree, filter, [attribute]).await?.success()?;
    let mut entries: HashMap<String, Vec<String>> = HashMap::new();
    for entry in found.into_iter().filter(|entry| !entry.is_ref()).map(SearchEntry::construct) {
        let value = entry.attrs.into_values().flatten().next().unwrap_or_default();
        entries.entry(value).or_default().push(entry.dn);
    }
    Ok(entries)
}

/// People whom nobody has to obey, and sections where they may go.
fn cast(
    people: &HashMap<String, Vec<String>>,
    mut units: HashMap<String, Vec<String>>,
) -> anyhow::Result<Cast> {
    let heads: HashSet<&str> = ministry().units.iter().map(|unit| unit.head_dn.as_str()).collect();
    let fits = |person: &&Person| {
        !heads.contains(person.dn.as_str())
            && matches!(person.rank.band, "support" | "officer")
            && person.roles.is_empty()
            && person.acting_for_dn.is_none()
            && person.liaison_to_dn.is_none()
            && person.employment == "staff"
            && !person.disabled
            && person.clearance.as_ref().is_some_and(|(level, _)| *level == "official")
    };
    let subject = |person: &Person| {
        let dn = people.get(&person.uid).and_then(|dns| dns.first());
        let (own, unit) = dn.and_then(|dn| dn.split_once(",OU=")).context("a person is not in the domain")?;
        Ok(Subject { login: person.uid.clone(), own: own.to_owned(), unit: format!("OU={unit}") })
    };
    Ok(Cast {
        people: agency().filter(fits).map(subject).collect::<anyhow::Result<_>>()?,
        places: units.remove("section").context("there are no sections")?,
        clearance: "destinationIndicator",
    })
}
