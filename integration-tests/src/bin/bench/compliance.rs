//! What it costs to answer for the past. Each part measures one thing on a ground of its own, and gives rows to one table.

mod as_of;
mod export;
mod record;
mod sends;
mod table;

use anyhow::bail;
use clap::ValueEnum;
use serde_json::json;

use crate::report::{self, machine};
use crate::{Compliance, say};
use table::Row;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Who could read and write at a moment, out of the histories.
    AsOf,
    /// The log that shows tampering: its tree, and how fast it is checked.
    Record,
    /// Archives that are taken out of cases.
    Export,
    /// What the record costs the sends that it is of.
    Sends,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::AsOf => "as_of",
            Self::Record => "record",
            Self::Export => "export",
            Self::Sends => "sends",
        }
    }
}

/// What a part came to.
pub(crate) struct Measured {
    rows: Vec<Row>,
    figures: serde_json::Value,
}

/// Measures the parts, prints the table and writes the file; an error names the parts that failed.
pub(crate) async fn run(options: &Compliance) -> anyhow::Result<()> {
    let (mut rows, mut figures, mut failed) = (Vec::new(), serde_json::Map::new(), Vec::new());
    for part in &options.parts {
        let measured = match part {
            Part::AsOf => as_of::measure(options).await,
            Part::Record => record::measure(options).await,
            Part::Export => export::measure(options).await,
            Part::Sends => sends::measure(options).await,
        };
        match measured {
            Ok(measured) => {
                rows.extend(measured.rows);
                figures.insert(part.name().to_owned(), measured.figures);
            }
            Err(error) => {
                // What others measured is worth telling all the same.
                say(&format!("   {} is given up: {error:#}", part.name()));
                failed.push(part.name());
            }
        }
        let written = json!({
            "bench": "compliance", "machine": machine(), "caveats": table::CAVEATS, "rows": rows, "parts": figures,
        });
        report::write(&options.json, &written)?;
    }
    table::print(&rows)?;
    say(&format!("\nAll figures: {}", options.json.display()));
    if failed.is_empty() { Ok(()) } else { bail!("these parts failed: {}", failed.join(", ")) }
}
