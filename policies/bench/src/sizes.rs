//! Policies of as many rules as wanted: a part of our own, or our own and variations of its rules for departments.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use policies::gate::PolicyFiles;
use policies::rules::RULES;
use toml::{Table, Value};

/// The lists on which the people of some departments stand: each has variations of the rules.
const LISTS: [&str; 6] = ["l2", "l3", "l4", "l5", "l6", "l7"];

/// The files of a policy of `count` rules. Fewer than our own are the first of its denials and of its permissions, in
/// proportion; more are all of its rules, with variations before them.
pub(crate) fn files(count: usize) -> anyhow::Result<PolicyFiles> {
    let mut files = PolicyFiles::embedded().map().clone();
    let mut rules = read(&files, RULES)?;
    let Some(Value::Array(own)) = rules.remove("rule") else { bail!("{RULES} holds no rules") };
    let own: Vec<Table> = own.into_iter().filter_map(|rule| rule.as_table().cloned()).collect();
    let chosen = if count <= own.len() { first(&own, count) } else { varied(&own, count)? };
    let ids: Vec<String> = chosen.iter().map(|rule| id(rule).to_owned()).collect();
    rules.insert("rule".to_owned(), chosen.into());
    files.insert(RULES.to_owned(), toml::to_string(&rules)?);
    for name in ["messages.ru.toml", "messages.en.toml"] {
        let mut messages = read(&files, name)?;
        let sentences: Table = ids.iter().map(|id| (id.clone(), "Because.".into())).collect();
        messages.insert("rules".to_owned(), sentences.into());
        files.insert(name.to_owned(), toml::to_string(&messages)?);
    }
    Ok(PolicyFiles::from_map(files))
}

/// The files without one of their rules: what somebody proposes.
pub(crate) fn without(files: &PolicyFiles, gone: &str) -> anyhow::Result<PolicyFiles> {
    let mut files = files.map().clone();
    let mut rules = read(&files, RULES)?;
    if let Some(Value::Array(all)) = rules.get_mut("rule") {
        all.retain(|rule| rule.as_table().map(id) != Some(gone));
    }
    files.insert(RULES.to_owned(), toml::to_string(&rules)?);
    for name in ["messages.ru.toml", "messages.en.toml"] {
        let mut messages = read(&files, name)?;
        if let Some(Value::Table(sentences)) = messages.get_mut("rules") {
            sentences.remove(gone);
        }
        files.insert(name.to_owned(), toml::to_string(&messages)?);
    }
    Ok(PolicyFiles::from_map(files))
}

fn read(files: &BTreeMap<String, String>, name: &str) -> anyhow::Result<Table> {
    let text = files.get(name).with_context(|| format!("{name} is missing"))?;
    text.parse().with_context(|| format!("{name} cannot be read"))
}

fn id(rule: &Table) -> &str {
    rule.get("id").and_then(Value::as_str).unwrap_or_default()
}

fn first(own: &[Table], count: usize) -> Vec<Table> {
    let (denials, permissions): (Vec<&Table>, Vec<&Table>) =
        own.iter().partition(|rule| id(rule).starts_with('D'));
    let forbid = denials.len() * count / own.len().max(1);
    let permit = count - forbid;
    denials.into_iter().take(forbid).chain(permissions.into_iter().take(permit)).cloned().collect()
}

/// Variations first: where one holds, it decides instead of the rule that it varies.
fn varied(own: &[Table], count: usize) -> anyhow::Result<Vec<Table>> {
    let mut free = ['A', 'D'].map(|letter| {
        let codes = (0..100).map(move |number| format!("{letter}{number:02}"));
        codes.filter(|code| own.iter().all(|rule| id(rule) != code)).collect::<Vec<String>>().into_iter()
    });
    let every = LISTS.iter().flat_map(|list| own.iter().filter_map(|rule| variation(rule, list)));
    let coded = every.filter_map(|mut rule| {
        let [permissions, denials] = &mut free;
        let code = if id(&rule).starts_with('A') { permissions.next() } else { denials.next() }?;
        rule.insert("id".to_owned(), code.into());
        Some(rule)
    });
    let mut rules: Vec<Table> = coded.take(count - own.len()).collect();
    rules.extend(own.iter().cloned());
    if rules.len() < count {
        bail!("there are at most {} rules", rules.len());
    }
    Ok(rules)
}

/// The rule as one department has it: for whoever is on its list, and in one column a little narrower.
fn variation(rule: &Table, list: &str) -> Option<Table> {
    let mut varied = rule.clone();
    let columns = varied.get_mut("when")?.as_table_mut()?;
    if columns.contains_key("list") {
        return None;
    }
    let narrowed = columns.iter_mut().filter(|(column, _)| *column != "act");
    if let Some(values) = narrowed.filter_map(|(_, values)| values.as_array_mut()).find(|all| all.len() > 1) {
        values.pop();
    }
    columns.insert("list".to_owned(), vec![list].into());
    Some(varied)
}

#[cfg(test)]
mod tests {
    use policies::gate::Snapshot;

    use super::*;

    #[test]
    fn a_policy_has_as_many_rules_as_wanted() {
        for count in [10, 70] {
            let policy = Snapshot::load(&files(count).unwrap(), 1).unwrap();
            assert_eq!(policy.rules().len(), count);
        }
        assert!(files(10_000).is_err());
        let ten = files(10).unwrap();
        assert_eq!(Snapshot::load(&without(&ten, "A05").unwrap(), 2).unwrap().rules().len(), 9);
    }
}
