//! The matrix as people read it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::UPDATE;
use super::cast::{Cast, SAME};
use super::walk::{Section, Table};
use crate::gate::Snapshot;

/// How wide the column of those who ask is, and each of the others.
const WHO: usize = 34;
const CELL: usize = 5;

/// So many may be named, and more are all others.
const UNNAMED: usize = 4;

/// The whole file.
pub(super) fn write(policy: &Snapshot, cast: &Cast, sections: &[Section]) -> String {
    let mut out = String::new();
    out.push_str(&introduction());
    out.push_str("\n== The people\n\n");
    for member in &cast.members {
        writeln!(out, "{:<5} {:<19} {}", member.code, member.name, member.about).unwrap();
    }
    for (login, other) in SAME {
        writeln!(out, "      {login:<19} as {other}").unwrap();
    }
    rules(&mut out, policy, sections);
    let names: Vec<&str> = cast.askers.iter().map(|(name, _)| name.as_str()).collect();
    let mut shown: Vec<&Section> = Vec::new();
    for section in sections {
        let alike = |other: &Section| other.columns == section.columns && other.tables == section.tables;
        if shown.iter().any(|earlier| alike(earlier)) {
            continue;
        }
        shown.push(section);
        out.push('\n');
        for same in sections.iter().filter(|other| alike(other)) {
            writeln!(out, "== {}", same.title).unwrap();
        }
        out.push('\n');
        write_section(&mut out, section, &names);
    }
    out
}

fn introduction() -> String {
    format!(
        "Who may do what in the sample ministry, by the rules beside this file.\n\
         \n\
         Left: who asks, and as whom (\"acting as absent\": acting for the absent head; \"assistant for minister\": on behalf of\n\
         the minister). Above: whom it is about, or how the asker stands to the conversation (none, member, moderator, owner)\n\
         and which label is set there (open, official, secret). Where they meet:\n\
         \n\
         +A05   permitted, by rule A05\n\
         -D05   forbidden, by rule D05\n\
         -      forbidden: no rule permits it\n\
         \n\
         The first table of a section holds in office hours, without a crisis, a label, a grant or a block, before the other one\n\
         has written; members are added by a moderator. Conversations may hold what is official. Below, each circumstance shows\n\
         what it changes, and leaves the rest blank. People who are answered alike share a line.\n\
         \n\
         Made by a test, which fails where the policy decides otherwise. To write it anew after a change of the rules:\n\
         {UPDATE}\n"
    )
}

/// The rules in words, and which of them nobody here meets.
fn rules(out: &mut String, policy: &Snapshot, sections: &[Section]) {
    let tables = sections.iter().flat_map(|section| &section.tables);
    let cells = tables.flat_map(|table| table.rows.iter().flatten());
    let met: BTreeSet<&str> = cells.map(|cell| cell.trim_start_matches(['+', '-'])).collect();
    out.push_str("\n== The rules\n\n");
    for rule in policy.rules() {
        let hard = if rule.hard { " Binds everybody." } else { "" };
        let never = if met.contains(rule.id.as_str()) { "" } else { " (Decides nowhere in this table.)" };
        let sign = if rule.allows { '+' } else { '-' };
        writeln!(out, "{sign}{}  {}{hard}{never}", rule.id, rule.why).unwrap();
        writeln!(out, "      says: {}", rule.sentence_en).unwrap();
    }
}

fn write_section(out: &mut String, section: &Section, names: &[&str]) {
    let [ordinary, others @ ..] = section.tables.as_slice() else { return };
    head(out, &section.columns);
    write_rows(out, &ordinary.rows, names, &section.columns);
    // What two circumstances change alike is written once.
    let mut told: Vec<(Vec<Vec<String>>, Vec<&str>)> = Vec::new();
    for table in others {
        let changes = changes(table, ordinary);
        match told.iter_mut().find(|(known, _)| *known == changes) {
            Some((_, whens)) => whens.push(table.when),
            None => told.push((changes, vec![table.when])),
        }
    }
    // What changes nothing stands last.
    let is_nothing = |changes: &[Vec<String>]| changes.iter().flatten().all(String::is_empty);
    told.sort_by_key(|(changes, _)| is_nothing(changes));
    for (changes, whens) in &told {
        if is_nothing(changes) {
            writeln!(out, "\n  Changes nothing: {}", whens.join("; ")).unwrap();
        } else {
            writeln!(out, "\n  Changes when {}", whens.join(", or when ")).unwrap();
            write_rows(out, changes, names, &section.columns);
        }
    }
}

/// The cells that differ from what is ordinary; the others are empty.
fn changes(table: &Table, ordinary: &Table) -> Vec<Vec<String>> {
    let row = |(row, usual): (&Vec<String>, &Vec<String>)| {
        let cells = row.iter().zip(usual);
        cells.map(|(cell, usual)| if cell == usual { String::new() } else { cell.clone() }).collect()
    };
    table.rows.iter().zip(&ordinary.rows).map(row).collect()
}

fn head(out: &mut String, columns: &[String]) {
    let heads = cells(columns, width(columns));
    writeln!(out, "{:WHO$}{heads}", "").unwrap();
}

fn width(columns: &[String]) -> usize {
    columns.iter().map(|column| column.len() + 1).max().unwrap_or(0).max(CELL)
}

/// One line for all who are answered alike, none for whom there is nothing to tell. Where their names take more room than
/// there is, they go on below.
fn write_rows(out: &mut String, rows: &[Vec<String>], names: &[&str], columns: &[String]) {
    let width = width(columns);
    let mut groups: Vec<(&Vec<String>, Vec<&str>)> = Vec::new();
    for (row, name) in rows.iter().zip(names).filter(|(row, _)| !row.iter().all(String::is_empty)) {
        match groups.iter_mut().find(|(known, _)| *known == row) {
            Some((_, who)) => who.push(name),
            None => groups.push((row, vec![name])),
        }
    }
    // Where everybody has a line, the largest group need not be named: it is all others, and stands last.
    let told: usize = groups.iter().map(|(_, who)| who.len()).sum();
    let largest = groups.iter().map(|(_, who)| who.len()).max().unwrap_or(0);
    let unnamed = if told == names.len() && largest > UNNAMED { largest } else { usize::MAX };
    groups.sort_by_key(|(_, who)| who.len() == unnamed);
    let last = groups.len().saturating_sub(1);
    for (number, (row, who)) in groups.iter().enumerate() {
        let who = match (who.len() == unnamed && number == last, last) {
            (true, 0) => vec!["everybody".to_owned()],
            (true, _) => vec!["all others".to_owned()],
            (false, _) => wrapped(who),
        };
        let cells = cells(row, width);
        for (number, line) in who.iter().enumerate() {
            let cells = if number == 0 { cells.as_str() } else { "" };
            writeln!(out, "{}", format!("{line:WHO$}{cells}").trim_end()).unwrap();
        }
    }
}

/// Cells side by side.
fn cells(row: &[String], width: usize) -> String {
    let cells = row.iter().map(|cell| format!("{cell:<width$}"));
    cells.collect::<Vec<_>>().concat().trim_end().to_owned()
}

/// Names in lines that fit.
fn wrapped(names: &[&str]) -> Vec<String> {
    let mut lines = vec![String::new()];
    for (number, name) in names.iter().enumerate() {
        let comma = if number + 1 < names.len() { "," } else { "" };
        let line = lines.last_mut().unwrap();
        let blank = usize::from(!line.is_empty());
        if line.len() + blank + name.len() + comma.len() < WHO {
            line.push_str(if blank == 1 { " " } else { "" });
            line.push_str(name);
            line.push_str(comma);
        } else {
            lines.push(format!("{name}{comma}"));
        }
    }
    lines
}
