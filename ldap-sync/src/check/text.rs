//! What was looked at, as an administrator reads it: first how much can be used, then what to correct.

use std::collections::BTreeMap;
use std::fmt::{Result, Write as _};

use super::{Check, Coverage};
use crate::finding::{Effect, Finding};

/// As many entries of one fault as are named.
const EXAMPLES: usize = 3;

pub(super) fn of(check: &Check) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _: Result = write(&mut text, check);
    text
}

fn write(text: &mut String, check: &Check) -> Result {
    let counts = &check.counts;
    writeln!(
        text,
        "{}: {} entries, of which {} people and {} units can be used",
        check.source, counts.entries, counts.people, counts.units
    )?;
    writeln!(text, "  {:<20} {:<22} {:>8} {:>8}", "key", "attribute", "people", "units")?;
    check.attributes.iter().try_for_each(|shown| coverage(text, shown))?;
    for group in &check.groups {
        let found = if group.found { "" } else { "  NOT FOUND" };
        writeln!(text, "  group {}: {} people, {} groups{found}", group.dn, group.people, group.groups)?;
    }
    findings(text, &check.findings)
}

fn coverage(text: &mut String, shown: &Coverage) -> Result {
    let (people, units) = (shown.people, shown.units);
    writeln!(text, "  {:<20} {:<22} {people:>8} {units:>8}", shown.key, shown.attribute)?;
    for word in &shown.words {
        let means = word.means.as_deref().unwrap_or("NOT MAPPED");
        writeln!(text, "  {:<20} {:?} → {means} × {}", "", word.word, word.times)?;
    }
    if shown.more_words > 0 {
        writeln!(text, "  {:<20} and {} other words", "", shown.more_words)?;
    }
    if !shown.samples.is_empty() {
        let samples: Vec<_> = shown.samples.iter().map(|sample| format!("{sample:?}")).collect();
        writeln!(text, "  {:<20} {}", "", samples.join(", "))?;
    }
    Ok(())
}

/// Fault by fault, those that stop everything first: how many entries, some of them, and what to do.
fn findings(text: &mut String, findings: &[Finding]) -> Result {
    if findings.is_empty() {
        return writeln!(text, "  everything can be used");
    }
    let mut faults: BTreeMap<(u8, String), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        let order = match finding.effect {
            Effect::Refused => 0,
            Effect::LeftOut => 1,
            Effect::LastGoodKept => 2,
            Effect::NotUsed => 3,
        };
        faults.entry((order, finding.code.as_text())).or_default().push(finding);
    }
    for ((order, code), found) in &faults {
        let effect =
            ["nothing would be taken", "left out", "the last good state stays", "the value is not used"];
        let effect = effect.get(usize::from(*order)).copied().unwrap_or_default();
        writeln!(text, "  {code} × {}: {effect}", found.len())?;
        if let Some(first) = found.first() {
            writeln!(text, "    {}", first.message_en)?;
        }
        for finding in found.iter().take(EXAMPLES) {
            let dn = finding.dn.as_deref().unwrap_or_default();
            let told = [finding.field.as_deref(), finding.value.as_deref()];
            let told: Vec<_> = told.into_iter().flatten().collect();
            writeln!(text, "    - {dn} {}", told.join(" = "))?;
        }
        if found.len() > EXAMPLES {
            writeln!(text, "    and {} more (--json has them all)", found.len() - EXAMPLES)?;
        }
    }
    let with = |effect| findings.iter().filter(|finding| finding.effect == effect).count();
    writeln!(
        text,
        "  {} entries would be left out, {} would keep their last good state, {} values would not be used",
        with(Effect::LeftOut),
        with(Effect::LastGoodKept),
        with(Effect::NotUsed)
    )?;
    if with(Effect::Refused) > 0 {
        writeln!(text, "  NOTHING would be taken of this directory before that is corrected")?;
    }
    Ok(())
}
