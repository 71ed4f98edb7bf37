//! Writes changes into the files of a policy, so that whoever changes rules need not write TOML: what is not changed stays as
//! its authors wrote it, comments included. Whether the result can be used is another question: see [`crate::lint::examine`].

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, Value, value};

use crate::facts::Dimension;
use crate::files::PolicyFiles;
use crate::finding::{Finding, line_of};
use crate::gate::Snapshot;
use crate::rules::{RULES, Rule};

/// The files of the sentences.
const SENTENCES: [&str; 2] = ["messages.ru.toml", "messages.en.toml"];

/// A rule in words: what its block says, and its sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleText {
    /// Its code, such as `D05`.
    pub id: String,
    /// `allow` or `deny`.
    pub effect: String,
    /// Why it is there.
    pub why: String,
    /// Which office answers for it.
    pub owner: String,
    /// What it rests on.
    pub legal_basis: String,
    /// By when it must be looked at again, as `2027-06-01`.
    pub review: String,
    /// How much its refusal tells: `full`, `generic`, `none`.
    pub disclose: String,
    /// Whether it binds superiors and administrators too.
    pub hard: bool,
    /// Who may make an exception to it: `superior`, `security`, or nobody.
    pub exception: Option<String>,
    /// The columns that it names, each with the values for which it holds.
    pub when: BTreeMap<String, Vec<String>>,
    /// The sentence in Russian.
    pub sentence_ru: String,
    /// The sentence in English.
    pub sentence_en: String,
}

impl RuleText {
    /// A rule that is loaded.
    pub fn of(rule: &Rule) -> Self {
        let mut when = BTreeMap::new();
        for (mask, dimension) in rule.masks.iter().zip(Dimension::ALL) {
            let values = dimension.values();
            let named: Vec<String> = (0_u32..)
                .zip(&values)
                .filter(|(place, _)| mask & (1 << place) != 0)
                .map(|(_, name)| (*name).to_owned())
                .collect();
            if named.len() < values.len() {
                when.insert(dimension.as_str().to_owned(), named);
            }
        }
        Self {
            id: rule.id.clone(),
            effect: if rule.allows { "allow" } else { "deny" }.to_owned(),
            why: rule.why.clone(),
            owner: rule.owner.clone(),
            legal_basis: rule.legal_basis.clone(),
            review: rule.review.clone(),
            disclose: rule.disclosure.as_str().to_owned(),
            hard: rule.hard,
            exception: rule.exception.map(|approver| approver.as_str().to_owned()),
            when,
            sentence_ru: rule.sentence_ru.clone(),
            sentence_en: rule.sentence_en.clone(),
        }
    }

    fn write(&self, block: &mut Table) {
        for (key, text) in [
            ("id", &self.id),
            ("effect", &self.effect),
            ("why", &self.why),
            ("owner", &self.owner),
            ("legal_basis", &self.legal_basis),
            ("disclose", &self.disclose),
        ] {
            set(block, key, text.as_str().into());
        }
        set(block, "hard", self.hard.into());
        match &self.exception {
            Some(approver) => set(block, "exception", approver.as_str().into()),
            None => drop(block.remove("exception")),
        }
        // A date that is none is written as it was given: the loader says what is wrong with it.
        let review = self.review.parse::<toml_edit::Datetime>();
        set(block, "review", review.map_or_else(|_| self.review.as_str().into(), Value::from));
        let when = block.entry("when").or_insert_with(|| Item::Table(Table::new()));
        if let Some(columns) = when.as_table_mut() {
            let gone: Vec<String> = columns
                .iter()
                .map(|(key, _)| key.to_owned())
                .filter(|key| !self.when.contains_key(key))
                .collect();
            for key in &gone {
                columns.remove(key);
            }
            // In the order of the columns, as people expect to read them.
            let named = Dimension::ALL.iter().map(|dimension| dimension.as_str());
            let others = self.when.keys().map(String::as_str).filter(|key| Dimension::parse(key).is_none());
            for key in named.chain(others) {
                if let Some(values) = self.when.get(key) {
                    set(columns, key, Value::Array(values.iter().map(String::as_str).collect::<Array>()));
                }
            }
        }
    }
}

/// Sets a key, unless it says the same already: then the line stays as it is.
fn set(table: &mut Table, key: &str, new: Value) {
    let same = |old: &Item| old.as_value().is_some_and(|old| said(old) == said(&new));
    if !table.get(key).is_some_and(same) {
        table.insert(key, value(new));
    }
}

/// What a value says, however it is laid out: a list of values is a set.
fn said(value: &Value) -> BTreeSet<String> {
    let one = |value: &Value| value.clone().decorated("", "").to_string();
    match value {
        Value::Array(values) => values.iter().map(one).collect(),
        value => BTreeSet::from([one(value)]),
    }
}

/// The files with these rules instead of their own.
pub fn with_rules(files: &PolicyFiles, rules: &[RuleText]) -> Result<PolicyFiles, Vec<Finding>> {
    let mut texts = files.map().clone();
    let mut document = parse(files, RULES)?;
    let mut old: BTreeMap<String, Table> = BTreeMap::new();
    if let Some(blocks) = document.get("rule").and_then(Item::as_array_of_tables) {
        for block in blocks {
            let id = block.get("id").and_then(Item::as_str).unwrap_or_default();
            old.insert(id.to_owned(), block.clone());
        }
    }
    let mut blocks = ArrayOfTables::new();
    for rule in rules {
        let mut block = old.remove(&rule.id).unwrap_or_else(new_block);
        rule.write(&mut block);
        blocks.push(block);
    }
    place_anew(&mut blocks);
    document.insert("rule", Item::ArrayOfTables(blocks));
    texts.insert(RULES.to_owned(), document.to_string());
    for file in SENTENCES {
        let mut document = parse(files, file)?;
        let wanted: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        if let Some(sentences) = document.get_mut("rules").and_then(Item::as_table_mut) {
            let gone: Vec<String> = sentences
                .iter()
                .map(|(key, _)| key.to_owned())
                .filter(|key| !wanted.contains(key.as_str()))
                .collect();
            for key in &gone {
                sentences.remove(key);
            }
            for rule in rules {
                let russian = file == "messages.ru.toml";
                let sentence = if russian { &rule.sentence_ru } else { &rule.sentence_en };
                set(sentences, &rule.id, sentence.as_str().into());
            }
        }
        texts.insert(file.to_owned(), document.to_string());
    }
    Ok(PolicyFiles::from_map(texts))
}

fn new_block() -> Table {
    let mut block = Table::new();
    block.decor_mut().set_prefix("\n");
    block
}

/// Blocks stand in the order of the list, wherever they were read from, after what is said of all of them.
fn place_anew(blocks: &mut ArrayOfTables) {
    for (place, block) in (1..).zip(blocks.iter_mut()) {
        block.set_position(Some(place * 2));
        if let Some(when) = block.get_mut("when").and_then(Item::as_table_mut) {
            when.set_position(Some(place * 2 + 1));
        }
    }
}

/// The files with each wall between two named segments in this state, `open` or `closed`. A wall that there is not is made.
pub fn with_wall(
    files: &PolicyFiles,
    between: [&str; 2],
    state: &str,
    why: &str,
) -> Result<PolicyFiles, Vec<Finding>> {
    let file = "walls.toml";
    let mut document = parse(files, file)?;
    let walls = document.entry("wall").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let Some(walls) = walls.as_array_of_tables_mut() else {
        return Err(vec![Finding::new(file, None, Some("wall"), "is no list of walls")]);
    };
    let parts = |wall: &Table| -> BTreeSet<String> {
        let named = wall.get("between").and_then(Item::as_array);
        named.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let wanted: BTreeSet<String> = between.into_iter().map(str::to_owned).collect();
    let known = walls.iter().position(|wall| parts(wall) == wanted);
    let known = known.unwrap_or_else(|| {
        let mut wall = new_block();
        wall.insert("between", value(between.into_iter().collect::<Array>()));
        walls.push(wall);
        walls.len() - 1
    });
    if let Some(wall) = walls.get_mut(known) {
        set(wall, "state", state.into());
        set(wall, "why", why.into());
    }
    let mut texts = files.map().clone();
    texts.insert(file.to_owned(), document.to_string());
    Ok(PolicyFiles::from_map(texts))
}

/// The files with the golden cases of these lines expecting what `policy` decides. A case is named by its file and by the
/// line on which it says what it is about, as a failing one is reported.
pub fn expecting(
    files: &PolicyFiles,
    policy: &Snapshot,
    cases: &BTreeSet<(String, usize)>,
) -> Result<PolicyFiles, Vec<Finding>> {
    let mut texts = files.map().clone();
    for (file, text) in files.cases() {
        let decided = crate::cases::decided(policy, file, text)?;
        let mut document = parse(files, file)?;
        let Some(blocks) = document.get_mut("case").and_then(Item::as_array_of_tables_mut) else { continue };
        for (block, one) in blocks.iter_mut().zip(&decided) {
            if cases.contains(&(file.to_owned(), one.line)) {
                set(block, "verdict", if one.verdict.allow { "allow" } else { "deny" }.into());
                set(block, "rule", policy.rule_code(one.verdict.rule).into());
            }
        }
        texts.insert(file.to_owned(), document.to_string());
    }
    Ok(PolicyFiles::from_map(texts))
}

fn parse(files: &PolicyFiles, file: &str) -> Result<DocumentMut, Vec<Finding>> {
    let text = files.text(file)?;
    text.parse::<DocumentMut>().map_err(|error| {
        let line = error.span().map(|span| line_of(text, span.start));
        vec![Finding::new(file, line, None, error.message())]
    })
}
