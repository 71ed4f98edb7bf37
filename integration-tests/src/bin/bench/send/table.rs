//! What was measured, for people: beside its goal, and with what it does not show.

use std::io::Write as _;

use integration_tests::load::{Cpu, told};

use super::Figures;

/// What the figures do not show.
pub(super) const CAVEATS: &[&str] = &[
    "The load, the server, Postgres and slapd share the processors of one machine: what the load takes, the server lacks.",
    "The floor has no references to other tables, no log, no read pointers and no memory of what was sent: a send has all of them.",
    "Nobody types, searches or reads history meanwhile. Two nodes share the processors that one has, and Redis takes its part besides.",
];

/// A figure and its goal: at most or at least so much, or so many times the floor where there is one.
struct Row {
    name: String,
    measured: f64,
    floor: Option<f64>,
    goal: Goal,
}

enum Goal {
    Most(f64),
    Least(f64),
    /// Shown for comparison.
    None,
}

/// Prints the table.
pub(super) fn print(figures: &Figures) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{:<58} {:>12} {:>12}  goal", "", "measured", "floor")?;
    for row in rows(figures) {
        let floor = row.floor.map(|floor| format!("{floor:.3}")).unwrap_or_default();
        writeln!(out, "{:<58} {:>12.3} {floor:>12}  {}", row.name, row.measured, row.judged())?;
    }
    writeln!(out, "from send to received: {}", told(figures.rate.received))?;
    let storm = figures.idle.storm;
    writeln!(out, "all sockets came back within {:.1} s: {}", storm.seconds, told(storm.welcomed))?;
    CAVEATS.iter().try_for_each(|caveat| writeln!(out, "- {caveat}"))?;
    Ok(())
}

fn rows(figures: &Figures) -> Vec<Row> {
    let row = |name, measured, floor, goal| Row { name, measured, floor, goal };
    let mut rows = Vec::new();
    for found in &figures.saturation {
        let floor = figures.floor.iter().find(|floor| floor.clients == found.pairs);
        let (name, least) = (format!("durable sends a second, {} at once", found.pairs), Goal::Least(1.5));
        rows.push(row(name, found.per_second, floor.map(|floor| floor.per_second), least));
        let Cpu { server, postgres } = found.cpu_per_thousand;
        let name = format!("  processor seconds for 1,000 (server {server:.3}, Postgres {postgres:.3})");
        rows.push(row(name, server + postgres, floor.map(|floor| floor.cpu_per_thousand), Goal::Most(0.8)));
    }
    let two = &figures.two_nodes;
    let name = format!("durable sends a second on two nodes, {} at once", two.pairs);
    rows.push(row(name, two.per_second, None, Goal::None));
    let Cpu { server, postgres } = two.cpu_per_thousand;
    let name = format!("  processor seconds for 1,000 (servers {server:.3}, Postgres {postgres:.3})");
    rows.push(row(name, server + postgres, None, Goal::None));
    let echo = &figures.echo;
    let name = format!("echoes of a bare WebSocket server a second, {} at once", echo.sockets);
    rows.push(row(name, echo.per_second, None, Goal::None));
    rows.push(row("  processor seconds for 1,000".to_owned(), echo.cpu_per_thousand, None, Goal::None));
    let single = figures.floor.first().map(|floor| floor.mean_ms);
    if let Some(received) = figures.rate.received {
        let name = format!("p99 from send to received at {} a second, ms", figures.rate.per_second);
        rows.push(row(name, received.p99, single, Goal::Most(8.0)));
    }
    let (fan_out, idle) = (&figures.fan_out, &figures.idle);
    let name = format!("µs of the server for a delivery, {} read", fan_out.readers);
    rows.push(row(name, fan_out.server_us_per_delivery, None, Goal::Most(8.0)));
    let name = format!("KiB of the server for an idle socket, of {}", idle.sockets);
    rows.push(row(name, idle.kib_per_socket, None, Goal::Most(20.0)));
    rows
}

impl Row {
    fn judged(&self) -> String {
        let (figure, times) = self.floor.map_or((self.measured, ""), |floor| (self.measured / floor, "x"));
        let (met, goal) = match self.goal {
            Goal::Most(most) => (figure <= most, format!("at most {times}{most}")),
            Goal::Least(least) => (figure >= least, format!("at least {times}{least}")),
            Goal::None => return String::new(),
        };
        format!("{times}{figure:.2} of {goal}: {}", if met { "met" } else { "MISSED" })
    }
}
