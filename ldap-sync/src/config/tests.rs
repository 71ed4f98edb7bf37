//! What the environment overrides, and what is refused. The program's own tests try the rest.

use secrecy::ExposeSecret as _;

use super::*;

const SOURCE: &str = r#"
[[sources]]
name = "home-office"
kind = "openldap"
url = "ldap://127.0.0.1"
tls = "none"
base = "ou=A"
bind_dn = "cn=sync"
bind_password = "12345"
page_size = 100
ranks = [{ step = 1, code = "a", band = "officer", name_ru = "А", name_en = "A" }]
"#;

fn with(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    parse(SOURCE, variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

#[test]
fn the_environment_overrides_a_source_by_its_name() {
    let config = with(&[
        ("CHANCERY__SOURCES__HOME_OFFICE__URL", "ldap://127.0.0.2"),
        ("CHANCERY__SOURCES__HOME_OFFICE__PAGE_SIZE", "7"),
        ("CHANCERY__SOURCES__HOME_OFFICE__BIND_PASSWORD", "678"),
        ("CHANCERY__SOURCES__HOME_OFFICE__ATTRIBUTES__RANK", "title"),
        ("CHANCERY__SOURCES__HOME_OFFICE__ANCHORS", "['ou=B']"),
        ("CHANCERY__SOURCES__HOME_OFFICE__TIMEOUT", ""),
        ("DATABASE_URL", "postgres://plain"),
        ("CHANCERY__DATABASE__URL", "postgres://ours"),
        ("HOME", "/root"),
    ])
    .unwrap();
    let source = &config.sources[0];
    assert_eq!((source.url.as_str(), source.page_size), ("ldap://127.0.0.2", 7));
    assert_eq!(source.attributes.rank, "title");
    assert_eq!(source.anchors, ["ou=B"]);
    assert_eq!(source.password().unwrap().expose_secret(), "678");
    assert_eq!(config.database_url().unwrap().expose_secret(), "postgres://ours");
}

#[test]
fn a_key_that_the_file_does_not_have_is_read_as_what_it_must_be() {
    let config = with(&[
        ("CHANCERY__SOURCES__HOME_OFFICE__FOLLOW", "false"),
        ("CHANCERY__SOURCES__HOME_OFFICE__IGNORE", "['ou=X,ou=A', 'ou=Y,ou=A']"),
        ("CHANCERY__SOURCES__HOME_OFFICE__REPORTS_TO", "['hr@gov.example']"),
        ("CHANCERY__SOURCES__HOME_OFFICE__ENTRIES__UNIT", "['organizationalUnit', 'domain']"),
        ("CHANCERY__SOURCES__HOME_OFFICE__GUARD__GONE__COUNT", "7"),
        ("CHANCERY__SOURCES__HOME_OFFICE__GUARD__GONE__SHARE", "0.25"),
        ("CHANCERY__SOURCES__HOME_OFFICE__ATTRIBUTES__PHONE", "112"),
        ("CHANCERY__MAIL__HOST", "mail.gov.example"),
        ("CHANCERY__MAIL__PORT", "2525"),
        ("CHANCERY__MAIL__FROM", "chancery@gov.example"),
    ])
    .unwrap();
    let source = &config.sources[0];
    assert!(!source.follow);
    assert_eq!(source.ignore, ["ou=X,ou=A", "ou=Y,ou=A"]);
    assert_eq!(source.reports_to, ["hr@gov.example"]);
    assert_eq!(source.entries.unit, ["organizationalUnit", "domain"]);
    assert_eq!((source.guard.gone.count, source.guard.gone.share), (7, 0.25));
    assert_eq!(source.attributes.phone, "112", "what is text stays text, whatever it looks like");
    assert_eq!(config.mail.unwrap().port, Some(2525));
    let said = with(&[("CHANCERY__SOURCES__HOME_OFFICE__FOLLOW", "perhaps")]).unwrap_err().to_string();
    assert!(said.contains("follow") && said.contains("boolean"), "{said}");
}

#[test]
fn a_variable_that_leads_nowhere_is_named() {
    let said = with(&[("CHANCERY__SOURCES__OTHER__URL", "x")]).unwrap_err().to_string();
    assert!(said.contains("CHANCERY__SOURCES__OTHER__URL") && said.contains("`other`"), "{said}");
    let said = with(&[("CHANCERY__SOURCES__HOME_OFFICE__URI", "x")]).unwrap_err().to_string();
    assert!(said.contains("uri"), "{said}");
}

#[test]
fn passwords_and_addresses_of_databases_are_not_told() {
    let text = SOURCE.replace("\"12345\"", "12345");
    let said = parse(&text, []).unwrap_err().to_string();
    assert!(
        said.contains("bind_password") && !said.contains("12345 =") && !said.contains("\"12345\""),
        "{said}"
    );
    assert!(!format!("{:?}", with(&[]).unwrap()).contains("12345"));
}

#[test]
fn the_servers_sections_are_let_through() {
    let sections = [
        "server",
        "redis",
        "auth",
        "audit",
        "limits",
        "retention",
        "policy",
        "office",
        "web",
        "metrics",
        "log",
    ];
    let mut text = sections.map(|name| format!("[{name}]\nanything = {{ z = [1] }}\n")).concat();
    text += "[database]\npool_size = 1\nwriters = 1\nstatement_timeout_seconds = 1\nlock_timeout_seconds = 1\n\
        idle_in_transaction_timeout_seconds = 1\nwriter_timeout_seconds = 1\n\
        replica_url = 'postgres://standby'\nreplica_url_file = 'standby'\nreplica_pool_size = 1\n";
    assert!(parse(&(text + SOURCE), []).is_ok());
}

#[test]
fn two_sources_of_one_name_are_refused() {
    let said = parse(&format!("{SOURCE}{SOURCE}"), []).unwrap_err().to_string();
    assert!(said.contains("sources.name = \"home-office\""), "{said}");
}

#[test]
fn the_example_of_the_sample_ministry_is_read() {
    let config = parse(sample_ministry::SOURCES_EXAMPLE, []).unwrap();
    assert_eq!(config.sources.len(), 2);
    assert_eq!(config.chosen(Some("archives")).unwrap().len(), 1);
    assert!(config.chosen(Some("nobody")).is_err());
}

#[test]
fn active_directory_has_names_of_its_own() {
    let config = parse(sample_ministry::active_directory::SOURCE_EXAMPLE, []).unwrap();
    let source = &config.sources[0];
    assert_eq!(source.kind.as_text(), "active_directory");
    let names = &source.attributes;
    assert_eq!((names.id.as_str(), names.login.as_str()), ("objectGUID", "sAMAccountName"));
    assert_eq!((names.rank.as_str(), names.acting_for.as_str()), ("personalTitle", ""));
    assert_eq!(
        source.entries.filter(true),
        "(|(objectClass=organizationalUnit)(objectClass=group)(&(objectClass=user)(!(objectClass=computer))))"
    );
    let other = parse(SOURCE, []).unwrap();
    assert_eq!(
        other.sources[0].entries.filter(false),
        "(|(objectClass=organizationalUnit)(objectClass=organization)(objectClass=inetOrgPerson))"
    );
}

#[test]
fn what_is_given_stays_and_the_rest_is_as_the_kind_has_it() {
    let text = SOURCE.replace("kind = \"openldap\"", "kind = \"active_directory\"");
    let text = text.replace("url = \"ldap:", "url = \"ldaps:").replace("tls = \"none\"", "tls = \"ldaps\"");
    let text = format!("{text}entries.unit = [\"domainDNS\"]\nattributes.login = \"mail\"\n");
    let source = &parse(&text, []).unwrap().sources[0];
    assert_eq!(
        (source.entries.person.as_str(), &source.entries.unit[..]),
        ("user", &["domainDNS".to_owned()][..])
    );
    assert_eq!((source.attributes.login.as_str(), source.attributes.id.as_str()), ("mail", "objectGUID"));
}

#[test]
fn active_directory_is_never_told_a_password_in_the_open() {
    let text = SOURCE.replace("kind = \"openldap\"", "kind = \"active_directory\"");
    let said = parse(&text, []).unwrap_err().to_string();
    assert!(said.contains("sources.home-office.tls = \"none\"") && said.contains("starttls"), "{said}");
}

#[test]
fn relative_paths_of_a_source_begin_beside_the_file() {
    let scratch = local_services::Scratch::new().unwrap();
    let path = scratch.path().join("chancery.toml");
    let text =
        SOURCE.replace("bind_password = \"12345\"", "ca_file = \"ca.pem\"\nbind_password_file = \"secret\"");
    std::fs::write(&path, text).unwrap();
    std::fs::write(scratch.path().join("secret"), "678\n").unwrap();
    let source = load(&path, []).unwrap().sources.remove(0);
    assert_eq!(source.server().ca_file, Some(scratch.path().join("ca.pem")));
    assert_eq!(source.password().unwrap().expose_secret(), "678");
}
