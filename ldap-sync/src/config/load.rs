//! Reads the file and lays the environment over it.

use std::collections::BTreeSet;
use std::path::Path;

use toml::{Table, Value};

use super::{Config, ConfigError, Source};

const PREFIX: &str = "CHANCERY__";

/// Reads the file at `path` under `variables` of the environment.
///
/// `CHANCERY__SECTION__KEY` overrides a key, `CHANCERY__SOURCES__<NAME>__KEY` that of the source of this name (capital
/// letters, underscores for hyphens), `DATABASE_URL` the database.
pub fn load(
    path: &Path,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    let origin = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let mut wrong = ConfigError::new("", "", format!("cannot be read: {error}"));
        wrong.origin = Some(origin.clone());
        wrong
    })?;
    let mut config = parse(&text, variables).map_err(|mut error| {
        error.origin.get_or_insert(origin);
        error
    })?;
    config.sources.iter_mut().for_each(|source| source.beside(path));
    Ok(config)
}

/// The same of a file's `text`.
pub fn parse(
    text: &str,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    let mut table: Table = text.parse().map_err(|error| in_file(text, None, &error))?;
    let mut overrides: Vec<Override> = ordered(variables).into_iter().map(Override::new).collect();
    for one in &overrides {
        set(&mut table, &one.path, Value::String(one.text.clone()), &one.variable)?;
    }
    let by_itself = || {
        let deserializer = toml::Deserializer::parse(text).map_err(|error| in_file(text, None, &error))?;
        serde_path_to_error::deserialize(deserializer)
            .map_err(|error| in_file(text, Some(error.path().to_string()), error.inner()))
    };
    let mut config: Config = if overrides.is_empty() {
        by_itself()?
    } else {
        // The table knows no lines: where the file by itself is wrong too, its error says more.
        overridden(table, &mut overrides)?
            .or_else(|(key, rule)| by_itself().and(Err(ConfigError::new(key, "", rule))))?
    };
    config.sources.iter_mut().for_each(Source::settle);
    validate(&config)?;
    Ok(config)
}

/// A variable of the environment that overrides a key.
struct Override {
    variable: String,
    path: Vec<String>,
    text: String,
    /// Whether it was read as something else than text already.
    is_read: bool,
}

impl Override {
    fn new((variable, text): (String, String)) -> Self {
        let path = match variable.strip_prefix(PREFIX) {
            Some(key) => key.split("__").map(str::to_lowercase).collect(),
            None => vec!["database".to_owned(), "url".to_owned()],
        };
        Self { variable, path, text, is_read: false }
    }

    /// Whether it may be what is wrong at `key`, as `sources[0].entries.unit`.
    fn leads_to(&self, key: &str) -> bool {
        let last = key.rsplit('.').next().unwrap_or_default();
        !self.is_read && self.path.last().is_some_and(|ours| ours == last)
    }

    /// The number, the yes or no, or the list that it is.
    fn value(&self) -> Option<Value> {
        let table: Table = format!("value = {}", self.text).parse().ok()?;
        table.get("value").filter(|value| !value.is_str()).cloned()
    }
}

/// The configuration with all overrides in it. Where one is refused as text, it is read as what it looks like: only
/// the configuration knows which of its keys are numbers and which are text that may look like one. What stays wrong
/// is told with its key.
fn overridden(
    mut table: Table,
    overrides: &mut [Override],
) -> Result<Result<Config, (String, String)>, ConfigError> {
    loop {
        let error = match serde_path_to_error::deserialize(table.clone()) {
            Ok(config) => return Ok(Ok(config)),
            Err(error) => error,
        };
        let (key, rule) = (error.path().to_string(), error.inner().message().to_owned());
        let suspect = overrides.iter_mut().find(|one| one.leads_to(&key));
        let Some((one, value)) = suspect.and_then(|one| one.value().map(|value| (one, value))) else {
            return Ok(Err((key, rule)));
        };
        one.is_read = true;
        set(&mut table, &one.path, value, &one.variable)?;
    }
}

/// The variables that concern us, those with our own prefix last: they have the last word.
fn ordered(variables: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
    let ours = |name: &str| name == "DATABASE_URL" || name.starts_with(PREFIX);
    let mut ours: Vec<_> =
        variables.into_iter().filter(|(name, value)| ours(name) && !value.is_empty()).collect();
    ours.sort_by_key(|(name, _)| name.starts_with(PREFIX));
    ours
}

fn validate(config: &Config) -> Result<(), ConfigError> {
    if let Some(mail) = &config.mail {
        mail.validate()?;
    }
    let mut names = BTreeSet::new();
    for source in &config.sources {
        source.validate()?;
        if !names.insert(&source.name) {
            return Err(ConfigError::new("sources.name", &source.name, "must be the only one of this name"));
        }
    }
    Ok(())
}

fn in_file(text: &str, key: Option<String>, error: &toml::de::Error) -> ConfigError {
    let key = key.filter(|key| key != ".").unwrap_or_default();
    let mut wrong = ConfigError::new(key, "", error.message().to_owned());
    if let Some(span) = error.span() {
        let before = text.get(..span.start).unwrap_or_default();
        wrong.line = Some(before.matches('\n').count() + 1);
        let value = text.get(span).unwrap_or_default();
        // A whole table is no value to quote, and a secret none to print.
        if !value.is_empty()
            && !value.contains('\n')
            && !wrong.key.contains("password")
            && !wrong.key.contains("url")
        {
            wrong.value = Some(value.trim_matches('"').to_owned());
        }
    }
    wrong
}

/// Puts `value` where `path` leads. Where the file has a number, a yes or no, or a list there, text is read as such.
fn set(table: &mut Table, path: &[String], value: Value, variable: &str) -> Result<(), ConfigError> {
    let wrong = |rule: String| ConfigError {
        origin: Some(format!("environment variable {variable}")),
        ..ConfigError::new(path.join("."), "", rule)
    };
    let Some((first, rest)) = path.split_first() else { return Err(wrong("names no key".to_owned())) };
    if rest.is_empty() {
        let value = typed(table.get(first), value);
        table.insert(first.clone(), value);
        return Ok(());
    }
    let below = table.entry(first.clone()).or_insert_with(|| Value::Table(Table::new()));
    match below {
        Value::Table(below) => set(below, rest, value, variable),
        Value::Array(entries) => {
            let (name, rest) = rest.split_first().ok_or_else(|| wrong("names no entry".to_owned()))?;
            let entry = entries.iter_mut().filter_map(Value::as_table_mut).find(|entry| {
                entry
                    .get("name")
                    .and_then(Value::as_str)
                    .is_some_and(|found| found.replace('-', "_") == *name)
            });
            let entry = entry.ok_or_else(|| wrong(format!("the file has no entry called `{name}`")))?;
            set(entry, rest, value, variable)
        }
        _ => Err(wrong(format!("`{first}` is a value and has no keys"))),
    }
}

fn typed(before: Option<&Value>, value: Value) -> Value {
    let Some(text) = value.as_str() else { return value };
    let read = match before {
        Some(Value::Integer(_)) => text.parse().ok().map(Value::Integer),
        Some(Value::Float(_)) => text.parse().ok().map(Value::Float),
        Some(Value::Boolean(_)) => text.parse().ok().map(Value::Boolean),
        Some(Value::Array(_)) => list(text),
        _ => None,
    };
    read.unwrap_or(value)
}

fn list(text: &str) -> Option<Value> {
    let table: Table = format!("list = {text}").parse().ok()?;
    table.get("list").filter(|value| value.is_array()).cloned()
}
