//! Puts the file and the environment together, so that an error still knows where it comes from.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::{Config, ConfigError};

const PREFIX: &str = "CHANCERY__";

/// The variables of the environment that concern us.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Those of the process.
    pub fn of_process() -> Self {
        std::env::vars().collect()
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        let ours = |name: &str| name.starts_with(PREFIX) || known(name).is_some();
        Self(variables.into_iter().filter(|(name, value)| ours(name) && !value.is_empty()).collect())
    }
}

impl Environment {
    /// Each variable with the path of its key; our own prefix has the last word.
    fn overrides(&self) -> impl Iterator<Item = (&str, Vec<String>, &str)> {
        let path = |name: &str| match known(name) {
            Some((section, key)) => vec![section.to_owned(), key.to_owned()],
            None => name.trim_start_matches(PREFIX).split("__").map(str::to_ascii_lowercase).collect(),
        };
        let (prefixed, plain): (Vec<_>, Vec<_>) =
            self.0.iter().partition(|(name, _)| name.starts_with(PREFIX));
        plain
            .into_iter()
            .chain(prefixed)
            .map(move |(name, value)| (name.as_str(), path(name), value.as_str()))
    }
}

/// The section and the key of a variable that others have named.
fn known(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        "DATABASE_URL" => Some(("database", "url")),
        "DATABASE_REPLICA_URL" => Some(("database", "replica_url")),
        "REDIS_URL" => Some(("redis", "url")),
        _ => None,
    }
}

/// The configuration that `text` and the environment make together. `place` is the name of the file.
pub(super) fn merge(place: &str, text: &str, environment: &Environment) -> Result<Config, ConfigError> {
    let mut config = parse(place, text)?;
    let mut table: Table = toml::from_str(text).map_err(|error| at(place, text, None, &error))?;
    for (name, path, value) in environment.overrides() {
        let place = format!("environment variable {name}");
        let as_text = with(&table, &path, Value::String(value.to_owned()));
        let (next, chosen) = match (deserialize(&as_text), typed(value)) {
            (Ok(next), _) => (next, as_text),
            (Err(first), None) => return Err(ConfigError::new(place, Some(first.0), first.1)),
            (Err(_), Some(value)) => {
                let as_typed = with(&table, &path, value);
                let next =
                    deserialize(&as_typed).map_err(|(key, why)| ConfigError::new(place, Some(key), why))?;
                (next, as_typed)
            }
        };
        config = next;
        table = chosen;
    }
    Ok(config)
}

fn parse(place: &str, text: &str) -> Result<Config, ConfigError> {
    let deserializer = toml::Deserializer::parse(text).map_err(|error| at(place, text, None, &error))?;
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let key = error.path().to_string();
        at(place, text, Some(key), error.inner())
    })
}

/// An error of the parser, with the line it is on.
fn at(place: &str, text: &str, key: Option<String>, error: &toml::de::Error) -> ConfigError {
    let line =
        error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
    let place = line.map_or_else(|| place.to_owned(), |line| format!("{place}:{line}"));
    ConfigError::new(place, key.filter(|key| key != "."), error.message())
}

fn deserialize(table: &Table) -> Result<Config, (String, String)> {
    serde_path_to_error::deserialize(table.clone())
        .map_err(|error| (error.path().to_string(), error.inner().message().to_owned()))
}

/// A value that is more than a text: a number, a truth value, a list.
fn typed(value: &str) -> Option<Value> {
    let table: Table = toml::from_str(&format!("value = {value}")).ok()?;
    table.get("value").filter(|value| !value.is_str()).cloned()
}

fn with(table: &Table, path: &[String], value: Value) -> Table {
    let mut table = table.clone();
    let Some((last, sections)) = path.split_last() else { return table };
    match below(&mut table, sections) {
        Some(section) => drop(section.insert(last.clone(), value)),
        // What has no keys is replaced, so that reading it names what is wrong.
        None => drop(table.insert(path.concat(), value)),
    }
    table
}

/// The table that `sections` lead to. In a list, the entry of that name: `CHANCERY__SOURCES__<NAME>__KEY`.
fn below<'a>(table: &'a mut Table, sections: &[String]) -> Option<&'a mut Table> {
    let Some((first, rest)) = sections.split_first() else { return Some(table) };
    match table.entry(first.clone()).or_insert_with(|| Value::Table(Table::new())) {
        Value::Table(inner) => below(inner, rest),
        Value::Array(entries) => {
            let (name, rest) = rest.split_first()?;
            let is_meant = |entry: &&mut Table| {
                let found = entry.get("name").and_then(Value::as_str);
                found.is_some_and(|found| found.replace('-', "_").eq_ignore_ascii_case(name))
            };
            below(entries.iter_mut().filter_map(Value::as_table_mut).find(is_meant)?, rest)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn variables(of: &[(&str, &str)]) -> Environment {
        of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn refused(text: &str, of: &[(&str, &str)]) -> String {
        merge("chancery.toml", text, &variables(of)).expect_err("a refusal").to_string()
    }

    #[test]
    fn the_environment_overrides_the_file() {
        let text = "[server]\nbody_limit_kib = 1\n[database]\nurl = 'postgres://file'\n";
        let of = [
            ("DATABASE_URL", "postgres://variable"),
            ("DATABASE_REPLICA_URL", "postgres://replica"),
            ("CHANCERY__SERVER__BODY_LIMIT_KIB", "64"),
            ("CHANCERY__AUTH__TOKEN_KEY", "12345"),
            ("CHANCERY__SERVER__TRUSTED_PROXIES", "['10.0.0.1']"),
            ("CHANCERY__LOG__FORMAT", "json"),
        ];
        let config = merge("chancery.toml", text, &variables(&of)).unwrap();
        assert_eq!(config.server.body_limit_kib, 64);
        assert_eq!(config.database.url.unwrap().expose_secret(), "postgres://variable");
        assert_eq!(config.database.replica_url.unwrap().expose_secret(), "postgres://replica");
        assert_eq!(
            config.auth.token_key.unwrap().expose_secret(),
            "12345",
            "a number is a text where a text is due"
        );
        assert_eq!(config.server.trusted_proxies.len(), 1);
    }

    #[test]
    fn a_source_is_overridden_by_its_name() {
        let text =
            "[[sources]]\nname = 'north-lands'\nurl = 'ldap://one'\ntls = 'starttls'\nbase = 'dc=gov'\n";
        let of = [("CHANCERY__SOURCES__NORTH_LANDS__URL", "ldap://two")];
        let config = merge("chancery.toml", text, &variables(&of)).unwrap();
        assert_eq!(config.sources[0].server.url, "ldap://two");
        assert!(refused(text, &[("CHANCERY__SOURCES__SOUTH__URL", "ldap://two")]).contains("SOUTH"));
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let said = refused("[server]\nlisten = '127.0.0.1:1'\nlisen = 1\n", &[]);
        assert!(said.starts_with("chancery.toml:3: ") && said.contains("lisen"), "{said}");
        let said = refused("[serve]\nlisten = 1\n", &[]);
        assert!(said.contains("serve"), "{said}");
        let said = refused("", &[("CHANCERY__SERVER__LISEN", "1")]);
        assert!(said.contains("CHANCERY__SERVER__LISEN") && said.contains("lisen"), "{said}");
    }

    #[test]
    fn a_wrong_type_is_named_with_its_line() {
        let said = refused("[server]\n\nworkers = 'many'\n", &[]);
        assert!(said.starts_with("chancery.toml:3: ") && said.contains("server.workers"), "{said}");
        let said = refused("[server]\nlisten = 'nowhere'\n", &[]);
        assert!(said.starts_with("chancery.toml:2: ") && said.contains("server.listen"), "{said}");
        let said = refused("[server\n", &[]);
        assert!(said.starts_with("chancery.toml:1: "), "{said}");
        let said = refused("", &[("CHANCERY__SERVER__WORKERS", "many")]);
        assert!(said.contains("CHANCERY__SERVER__WORKERS"), "{said}");
    }
}
