//! The figures for people to read: one row each, one column for each size.

use std::io::{self, Write as _};

use super::Round;
use super::domain::Domain;
use super::live::Live;
use super::rows::{CAVEATS, DOMAIN, ROUNDS, Row, entries};
use integration_tests::figures::Spread;

/// Prints all rounds.
pub(super) fn print(rounds: &[Round], domain: Option<&Domain>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let heads: Vec<String> = rounds.iter().map(|round| format!("{} people", round.people)).collect();
    let sizes: Vec<Option<f64>> = rounds.iter().map(entries).collect();
    let rounds_by_size: Vec<&Round> = rounds.iter().collect();
    rows(&mut out, "", &heads, &ROUNDS, &rounds_by_size, growth(&sizes))?;
    if let Some(domain) = domain {
        let heads = [format!("{} people", domain.people)];
        rows(&mut out, "Active Directory (Samba)", &heads, &DOMAIN, &[domain], None)?;
        writeln!(out, "It holds the {} people of the sample ministry's State Archives.", domain.people)?;
    }
    for round in rounds {
        let what = format!("{} people", round.people);
        after(&mut out, &what, round.failed.as_deref(), round.live.as_ref())?;
    }
    if let Some(domain) = domain {
        after(&mut out, "Active Directory", domain.failed.as_deref(), domain.live.as_ref())?;
    }
    writeln!(out, "\nWhat this does not show:")?;
    CAVEATS.iter().try_for_each(|caveat| writeln!(out, "- {caveat}"))?;
    Ok(())
}

/// One table; `grown` is how many times the entries of the first the last has.
fn rows<T>(
    out: &mut impl io::Write,
    title: &str,
    heads: &[String],
    rows: &[Row<T>],
    all: &[&T],
    grown: Option<f64>,
) -> io::Result<()> {
    write!(out, "\n{title:<34}")?;
    for head in heads {
        write!(out, "{head:>16}")?;
    }
    writeln!(out, "{:>9}  goal", if heads.len() > 1 { "growth" } else { "" })?;
    for row in rows {
        let figures: Vec<Option<f64>> = all.iter().map(|one| (row.of)(one)).collect();
        write!(out, "{:<34}", row.name)?;
        for figure in &figures {
            write!(out, "{:>16}", figure.map_or_else(|| "—".to_owned(), |figure| shown(figure, row.unit)))?;
        }
        let growth = growth(&figures);
        write!(out, "{:>9}", growth.map(|growth| format!("×{growth:.1}")).unwrap_or_default())?;
        if let Some((text, most)) = row.goal {
            let worst = figures.iter().flatten().copied().reduce(f64::max);
            write!(out, "  ≤ {text} {}: {}", row.unit, judged(worst, most))?;
        }
        // Of sizes that do not grow there is nothing to say.
        if let (Some(allowed), Some(grown)) = (row.growth, grown.filter(|grown| *grown > 1.0)) {
            let most = allowed.most(grown);
            write!(out, "  growth ≤ ×{most:.1}: {}", judged(growth, most))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn judged(figure: Option<f64>, most: f64) -> &'static str {
    match figure {
        None => "not measured",
        Some(figure) if figure > most => "missed",
        Some(_) => "met",
    }
}

/// What else there is to say of a round: why it failed, and each kind of change.
fn after(out: &mut impl io::Write, what: &str, failed: Option<&str>, live: Option<&Live>) -> io::Result<()> {
    if let Some(failed) = failed {
        writeln!(out, "\n{what}: failed, given up: {failed}")?;
    }
    let Some(live) = live else { return Ok(()) };
    writeln!(out, "\nLive changes, {what}, ms until in force:")?;
    for (kind, spread) in &live.by_kind {
        let Spread { count, p50, p99, max } = spread;
        writeln!(out, "  {kind:<10}{count:>6}   p50 {p50:>8.1}   p99 {p99:>8.1}   longest {max:>8.1}")?;
    }
    Ok(())
}

fn shown(figure: f64, unit: &str) -> String {
    match unit {
        "" => format!("{figure:.0}"),
        "s" => format!("{figure:.2} s"),
        _ => format!("{figure:.1} {unit}"),
    }
}

/// How many times the last is the first.
fn growth(figures: &[Option<f64>]) -> Option<f64> {
    let [Some(first), .., Some(last)] = figures else { return None };
    (*first > 0.0).then(|| last / first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::rows::Growth;

    #[test]
    fn growth_is_judged_by_that_of_the_entries() {
        let grown = growth(&[Some(1_000.0), None, Some(10_000.0)]).unwrap();
        let time = |last| judged(growth(&[Some(2.0), Some(last)]), Growth::Linear.most(grown));
        assert_eq!([time(2.0), time(23.9), time(24.1)], ["met", "met", "missed"]);
        let memory = |last| judged(growth(&[Some(80.0), Some(last)]), Growth::Flat.most(grown));
        assert_eq!([memory(60.0), memory(119.0), memory(121.0)], ["met", "met", "missed"]);
        assert_eq!(judged(growth(&[Some(2.0), None]), 1.0), "not measured");
        assert_eq!(growth(&[Some(2.0)]), None, "one size does not grow");
    }
}
