//! The rows of all parts, beside their goals.

use std::io::Write as _;

use serde::Serialize;

/// What the figures do not show.
pub(super) const CAVEATS: &[&str] = &[
    "The server, Postgres and the bench share the processors of one machine, and nobody else asks or writes meanwhile.",
    "The organisation and its past are made up, and regular: everybody has as many versions, at times that are spread evenly.",
    "The files have been read before: nothing shows a cold disk. What is asked about a moment for the first time is the first of that \
     moment, not of the server.",
];

/// One figure.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    pub(super) part: &'static str,
    pub(super) name: String,
    pub(super) unit: &'static str,
    pub(super) measured: f64,
    /// At most so much.
    pub(super) most: Option<f64>,
}

impl Row {
    pub(super) fn new(
        part: &'static str,
        name: impl Into<String>,
        unit: &'static str,
        measured: f64,
    ) -> Self {
        Self { part, name: name.into(), unit, measured, most: None }
    }

    pub(super) fn at_most(self, most: f64) -> Self {
        Self { most: Some(most), ..self }
    }
}

/// Prints the table.
pub(super) fn print(rows: &[Row]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{:<10} {:<62} {:>12}        goal", "", "", "measured")?;
    for row in rows {
        let goal = row.most.map_or(String::new(), |most| {
            format!("at most {most}: {}", if row.measured <= most { "met" } else { "MISSED" })
        });
        writeln!(out, "{:<10} {:<62} {:>12.3} {:<6} {goal}", row.part, row.name, row.measured, row.unit)?;
    }
    CAVEATS.iter().try_for_each(|caveat| writeln!(out, "- {caveat}"))?;
    Ok(())
}
