//! What was measured, for people: beside its goal, and with what it does not show.

use std::io::Write as _;

use integration_tests::load::told;

use super::Figures;

/// What the figures do not show.
pub(super) const CAVEATS: &[&str] = &[
    "The load, the server, Postgres and slapd share the processors of one machine: what the load takes, the server lacks.",
    "The floor has no references to other tables, no log, no read pointers and no memory of what was sent: a send has all of them.",
    "One node. Nobody types, searches or reads history meanwhile.",
];

/// Prints the table.
pub(super) fn print(figures: &Figures) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{:<58} {:>12} {:>12}  goal", "", "measured", "floor")?;
    let single = figures.floor.first();
    for found in &figures.saturation {
        let Some(floor) = figures.floor.iter().find(|floor| floor.clients == found.pairs) else { continue };
        let (rate, cost) = (found.per_second / floor.per_second, found.cpu_per_thousand);
        writeln!(
            out,
            "{:<58} {:>12.0} {:>12.0}  x{rate:.2} of at least x1.50: {}",
            format!("durable sends a second, {} at once", found.pairs),
            found.per_second,
            floor.per_second,
            verdict(rate >= 1.5)
        )?;
        let ratio = cost.sum() / floor.cpu_per_thousand;
        writeln!(
            out,
            "{:<58} {:>12.3} {:>12.3}  x{ratio:.2} of at most x0.80: {}",
            format!(
                "  processor seconds for 1,000 (server {:.3}, Postgres {:.3})",
                cost.server, cost.postgres
            ),
            cost.sum(),
            floor.cpu_per_thousand,
            verdict(ratio <= 0.8)
        )?;
    }
    if let (Some(spread), Some(floor)) = (figures.rate.received, single) {
        let ratio = spread.p99 / floor.mean_ms;
        writeln!(
            out,
            "{:<58} {:>12.2} {:>12.2}  x{ratio:.1} of at most x8.0: {}",
            format!("p99 from send to received at {} a second, ms", figures.rate.per_second),
            spread.p99,
            floor.mean_ms,
            verdict(ratio <= 8.0)
        )?;
    }
    writeln!(out, "  {}", told(figures.rate.received))?;
    let fan_out = figures.fan_out;
    writeln!(
        out,
        "{:<58} {:>12.1} {:>12}  at most 8: {}",
        format!("µs of the server for a delivery, {} read", fan_out.readers),
        fan_out.server_us_per_delivery,
        "",
        verdict(fan_out.server_us_per_delivery <= 8.0)
    )?;
    let idle = figures.idle;
    writeln!(
        out,
        "{:<58} {:>12.1} {:>12}  at most 20: {}",
        format!("KiB of the server for an idle socket, of {}", idle.sockets),
        idle.kib_per_socket,
        "",
        verdict(idle.kib_per_socket <= 20.0)
    )?;
    if let Some(storm) = idle.storm {
        writeln!(out, "  all came back within {:.1} s: {}", storm.seconds, told(storm.welcomed))?;
    }
    CAVEATS.iter().try_for_each(|caveat| writeln!(out, "- {caveat}"))?;
    Ok(())
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}
