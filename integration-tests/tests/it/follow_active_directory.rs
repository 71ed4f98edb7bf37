//! Active Directory tells of its changes: against a Samba domain controller, over StartTLS and LDAPS.

mod domain;
mod taken;

use ldap_sync::directory::follow::{Event, SnapshotReason};
use ldap3::{LdapConnAsync, Scope};
use sample_ministry::active_directory as ad;

use domain::{Domain, Watch, id, marker, read, search, texts};

const UNIT: &str = "OU=Читальный зал,OU=Направление доступа и публикаций,\
                    OU=Государственная архивная служба,DC=gov,DC=example";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_read_finds_what_the_domain_holds() {
    let domain = Domain::start();
    let source = domain.source();
    let found = read(&source, search(&source)).await.unwrap();
    let of_class =
        |class: &str| found.iter().filter(|entry| texts(entry, "objectClass").contains(&class)).count();
    let archives = |source: &str| source == sample_ministry::ARCHIVES.source;
    let people = sample_ministry::ministry().people.iter().filter(|person| archives(person.agency.source));
    assert_eq!(of_class("user"), people.count());
    assert_eq!(of_class("group"), 7);
    let ids: std::collections::HashSet<_> = found.iter().map(id).collect();
    assert_eq!(ids.len(), found.len());
    let outsider = found.iter().find(|entry| texts(entry, "sAMAccountName") == ["outsider"]).unwrap();
    assert_eq!(id(outsider), domain.id(&outsider.dn).await);

    // The domain points to its own settings there, and to nothing that is missing.
    let whole = domain::search(&source);
    let whole = ldap_sync::directory::Search { base: ad::DOMAIN_DN.to_owned(), ..whole };
    assert!(read(&source, whole).await.unwrap().len() > found.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_change_of_a_person_is_told_whole() {
    let domain = Domain::start();
    let mut watch = Watch::start(&domain.source()).await;

    let dn = domain.add_person("Новикова Анна", "novikova", UNIT).await;
    let added = watch.told_entry(&domain).await;
    assert_eq!((added.dn.as_str(), texts(&added, "displayName")), (dn.as_str(), vec!["Новикова Анна"]));
    assert_eq!(id(&added), domain.id(&dn).await);

    domain.replace(&dn, "title", &["Хранитель"]).await;
    let changed = watch.told_entry(&domain).await;
    assert_eq!((texts(&changed, "title"), texts(&changed, "personalTitle")), (vec!["Хранитель"], vec!["A2"]));

    domain.replace(&dn, "title", &[]).await;
    assert!(texts(&watch.told_entry(&domain).await, "title").is_empty());

    // Enabled, then disabled.
    for bits in ["544", "546"] {
        domain.replace(&dn, "userAccountControl", &[bits]).await;
        assert_eq!(texts(&watch.told_entry(&domain).await, "userAccountControl"), [bits]);
    }

    let other = UNIT.split_once(',').unwrap().1;
    domain.rename(&dn, "CN=Новикова Анна", Some(other)).await;
    let moved = watch.told_entry(&domain).await;
    assert_eq!((id(&moved), moved.dn.as_str()), (id(&added), &*format!("CN=Новикова Анна,{other}")));

    // Out of the agency, and back.
    domain.rename(&moved.dn, "CN=Новикова Анна", Some("CN=Users,DC=gov,DC=example")).await;
    assert_eq!(watch.told(&domain).await, [Event::Gone(vec![id(&added)])]);
    domain.rename("CN=Новикова Анна,CN=Users,DC=gov,DC=example", "CN=Новикова Анна", Some(UNIT)).await;
    assert_eq!(id(&watch.told_entry(&domain).await), id(&added));

    domain.delete(&dn).await;
    assert_eq!(watch.told(&domain).await, [Event::Gone(vec![id(&added)])]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renamed_unit_is_one_event() {
    let domain = Domain::start();
    let source = domain.source_by(&domain.samba.ldaps_url(), "ldaps", ad::SYNC_DN);
    let mut watch = Watch::start(&source).await;
    let unit = domain.id(UNIT).await;
    domain.rename(UNIT, r"OU=Читальный зал\, хранилище", None).await;
    let renamed = watch.told_entry(&domain).await;
    assert_eq!((id(&renamed), texts(&renamed, "ou")), (unit, vec!["Читальный зал, хранилище"]));
    assert!(renamed.dn.starts_with(r"OU=Читальный зал\, хранилище,OU=Направление"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_superior_is_told_and_those_below_lose_the_value() {
    let domain = Domain::start();
    let source = domain.source();
    let superior = domain.add_person("Временный Глеб", "temporary", UNIT).await;
    let dn = domain.add_person("Новикова Анна", "novikova", UNIT).await;
    domain.replace(&dn, "manager", &[&superior]).await;
    let mut watch = Watch::start(&source).await;
    let gone = domain.id(&superior).await;
    domain.delete(&superior).await;
    assert_eq!(watch.told(&domain).await, [Event::Gone(vec![gone])]);
    let found = read(&source, search(&source)).await.unwrap();
    let below = found.iter().find(|entry| texts(entry, "sAMAccountName") == ["novikova"]).unwrap();
    assert!(texts(below, "manager").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_are_told_with_all_their_members() {
    let domain = Domain::start();
    let source = domain.source();
    let leadership = ad::group_dn("leadership");
    let found = read(&source, search(&source)).await.unwrap();
    let secret = found.iter().find(|entry| texts(entry, "sAMAccountName") == ["clearance-secret"]).unwrap();
    assert!(texts(secret, "member").contains(&leadership.as_str()), "a group within a group");
    let before = found.iter().find(|entry| entry.dn == leadership).map(|entry| texts(entry, "member").len());

    let mut watch = Watch::start(&source).await;
    let outsider = domain.dn("outsider").await;
    domain.add_member(&leadership, &outsider).await;
    let group = watch.told_entry(&domain).await;
    assert_eq!(group.dn, leadership);
    assert_eq!(Some(texts(&group, "member").len()), before.map(|count| count + 1));
    assert!(texts(&group, "member").contains(&outsider.as_str()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_that_come_in_parts_are_all_there() {
    let domain = Domain::start();
    let source = domain.source();
    let whole = read(&source, search(&source)).await.unwrap();
    let everybody = |entries: &[ldap_sync::directory::RawEntry]| {
        let group = entries.iter().find(|entry| texts(entry, "sAMAccountName") == ["all-staff"]).unwrap();
        assert!(group.values.keys().all(|name| !name.contains("range")), "{:?}", group.values.keys());
        let mut members: Vec<String> = texts(group, "member").into_iter().map(str::to_owned).collect();
        members.sort();
        members
    };
    let members = everybody(&whole);
    assert!(members.len() > 50, "{}", members.len());

    // A domain of Windows sends 1,500 at a time by itself; this one does so when asked for a part.
    let mut in_parts = search(&source);
    in_parts.attributes.retain(|name| name != "member");
    in_parts.attributes.push("member;range=0-19".to_owned());
    assert_eq!(everybody(&read(&source, in_parts.clone()).await.unwrap()), members);

    let mut watch = Watch::from(&source, &in_parts, Some(&marker(&source).await)).await;
    domain.replace(&ad::group_dn("all-staff"), "displayName", &["Все"]).await;
    assert_eq!(everybody(&[watch.told_entry(&domain).await]), members);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_see_deletions_is_told_so_and_the_rest_as_before() {
    let domain = Domain::start();
    let dn = domain.add_person("Новикова Анна", "novikova", UNIT).await;
    let blind = domain.source_by(&domain.samba.ldap_url(), "starttls", ad::BLIND_DN);
    let mut watch = Watch::from(&blind, &search(&blind), Some(&marker(&blind).await)).await;
    assert_eq!(watch.next().await, Event::DeletionsHidden);
    domain.replace(&dn, "title", &["Хранитель"]).await;
    assert_eq!(texts(&watch.told_entry(&domain).await, "title"), ["Хранитель"]);
    domain.delete(&dn).await;
    assert_eq!(watch.told(&domain).await, [], "this is what the alarm is about");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_dirsync_the_numbers_of_changes_tell_the_same() {
    let domain = Domain::start();
    let source = domain.source();
    let now = marker(&source).await;
    let by_number = format!("{}cookie=", now.split_once("cookie=").unwrap().0);
    let mut watch = Watch::from(&source, &search(&source), Some(&by_number)).await;
    assert_eq!(watch.next().await, Event::Marker(by_number));
    let dn = domain.add_person("Новикова Анна", "novikova", UNIT).await;
    let added = watch.told_entry(&domain).await;
    assert_eq!(added.dn, dn);
    domain.rename(UNIT, "OU=Читальня", None).await;
    assert!(watch.told_entry(&domain).await.dn.starts_with("OU=Читальня,"));
    domain.delete(&domain.dn("novikova").await).await;
    assert_eq!(watch.told(&domain).await, [Event::Gone(vec![id(&added)])]);
    assert!(watch.marker.ends_with("cookie="));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_marker_that_is_of_no_use_asks_for_a_full_read() {
    let domain = Domain::start();
    let source = domain.source();
    let good = marker(&source).await;
    let (beginning, cookie) = good.split_once("cookie=").unwrap();
    let usn = beginning.split_once("usn=").unwrap().1.trim_end_matches(',');
    for (marker, reason) in [
        (None, SnapshotReason::NoMarker),
        (Some("rid=000,csn=20261123235959.123456Z#000000#001#000000".to_owned()), SnapshotReason::NoMarker),
        (Some(format!("{beginning}cookie=Z2FyYmFnZQ==")), SnapshotReason::MarkerUnknown),
        (
            Some(format!("{beginning}cookie={}", &cookie[..cookie.len() / 8 * 4])),
            SnapshotReason::MarkerUnknown,
        ),
        (Some(good.replace("host=dc1.", "host=dc2.")), SnapshotReason::AnotherServer),
        (Some(good.replace(&format!("usn={usn}"), "usn=99999999")), SnapshotReason::ServerOlder),
    ] {
        let mut watch = Watch::from(&source, &search(&source), marker.as_deref()).await;
        assert_eq!(watch.next().await, Event::SnapshotNeeded(reason), "{marker:?}");
        watch.try_next().await.unwrap_err();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_restored_from_a_copy_is_another_one() {
    let mut domain = Domain::start();
    let source = domain.source();
    let before = marker(&source).await;
    // What a restore does to the database.
    let settings = "CN=NTDS Settings,CN=DC1,CN=Servers,CN=Default-First-Site-Name,CN=Sites,CN=Configuration,\
                    DC=gov,DC=example";
    let change = format!(
        "dn: {settings}\nchangetype: modify\nreplace: invocationId\ninvocationId: \
         0d3a2f64-2c9b-4a7e-8d42-5f2f1d0c7b11\n-\n"
    );
    domain.samba.restart_after_changes(&change).unwrap();
    let mut watch = Watch::from(&source, &search(&source), Some(&before)).await;
    assert_eq!(watch.next().await, Event::SnapshotNeeded(SnapshotReason::AnotherServer));
    assert_ne!(marker(&source).await.split(',').nth(1), before.split(',').nth(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_is_an_error_and_following_goes_on_where_it_ended() {
    let mut domain = Domain::start();
    let source = domain.source();
    let mut watch = Watch::start(&source).await;
    let dn = domain.add_person("Новикова Анна", "novikova", UNIT).await;
    watch.told_entry(&domain).await;
    let marker = watch.marker.clone();
    domain.samba.kill9().unwrap();
    watch.try_next().await.unwrap_err();
    domain.samba.restart().unwrap();
    domain.replace(&dn, "title", &["Хранитель"]).await;
    let mut watch = Watch::from(&source, &search(&source), Some(&marker)).await;
    assert_eq!(texts(&watch.told_entry(&domain).await, "title"), ["Хранитель"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_has_stopped_without_a_word_is_an_error() {
    let domain = Domain::start();
    let mut watch = Watch::start(&domain.source()).await;
    domain.samba.pause().unwrap();
    let ended = watch.try_next().await;
    domain.samba.resume().unwrap();
    ended.unwrap_err();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_password_is_taken_in_the_open() {
    let domain = Domain::start();
    let (connection, mut ldap) = LdapConnAsync::new(&domain.samba.ldap_url()).await.unwrap();
    ldap3::drive!(connection);
    // The server itself insists; the configuration does not let it come to that.
    let refused = ldap.simple_bind(ad::SYNC_DN, ad::SYNC_PASSWORD).await.unwrap();
    assert_eq!(refused.rc, 8, "{refused:?}");
    let mut nobody = ldap.search(ad::BASE_DN, Scope::Subtree, "(objectClass=user)", ["cn"]).await.unwrap().0;
    assert!(nobody.pop().is_none());
    let text = ad::SOURCE_EXAMPLE
        .replace("ldaps://dc1.gov.example:636", "ldap://127.0.0.1")
        .replace("\"ldaps\"", "\"none\"");
    let said = ldap_sync::config::parse(&text, []).unwrap_err().to_string();
    assert!(said.contains("tls = \"none\""), "{said}");
}
