//! Logs and figures. Neither holds a body, a token, a query or a name.

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, HttpMessage};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing::{Span, field};
use tracing_actix_web::{RequestId, RootSpanBuilder};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::app::App;
use crate::config::{Log, LogFormat};

/// Where the time of requests is counted, in seconds.
const BUCKETS: [f64; 10] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// Begins to log, to the standard error. Once per process.
pub fn start_logging(settings: &Log) -> Result<(), ParseError> {
    let filter = EnvFilter::try_new(&settings.filter)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match settings.format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    Ok(())
}

/// The figures of this process.
pub fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        let recorder = builder.set_buckets(&BUCKETS).unwrap_or_default().build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another recorder of figures was there first");
        }
        handle
    })
}

/// Takes the figures that are not counted but read off.
pub fn measure(app: &App) {
    let number = |value: usize| u32::try_from(value).map_or(f64::MAX, f64::from);
    let version = |value: i64| u32::try_from(value).map_or(f64::MAX, f64::from);
    let pools = [("all", app.pool.status()), ("writers", app.writing.status())];
    for (pool, status) in pools.into_iter().chain(app.reads.status().map(|status| ("replica", status))) {
        let of = |state| metrics::gauge!("chancery_database_connections", "pool" => pool, "state" => state);
        of("open").set(number(status.open));
        of("idle").set(number(status.idle));
        of("awaited").set(number(status.waiting));
    }
    metrics::gauge!("chancery_sends_waiting").set(number(app.commits.waiting()));
    metrics::gauge!("chancery_org_version").set(version(app.org.current().version()));
    metrics::gauge!("chancery_org_stale").set(if app.org.is_stale() { 1.0 } else { 0.0 });
    metrics::gauge!("chancery_policy_version").set(version(app.gate.snapshot().version()));
    metrics::gauge!("chancery_sockets_open").set(number(app.hub.open()));
}

/// Counts how long somebody waited for a connection of `pool`.
pub fn waited_for_connection(pool: &'static str, waited: Duration) {
    metrics::histogram!("chancery_database_wait_seconds", "pool" => pool).record(waited.as_secs_f64());
}

/// The span of a request: its method, the pattern of its address, its number, and how it ended.
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let request_id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
        request.extensions_mut().insert(Began(std::time::Instant::now()));
        tracing::info_span!("request", method = %request.method(), %request_id, route = field::Empty, status = field::Empty)
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let Ok(response) = outcome else { return };
        let route = response.request().match_pattern().unwrap_or_else(|| "none".to_owned());
        let status = response.status().as_u16();
        span.record("route", &route);
        span.record("status", status);
        let began = response.request().extensions().get::<Began>().map(|began| began.0);
        if let Some(began) = began {
            metrics::histogram!("chancery_request_seconds", "route" => route, "status" => status.to_string())
                .record(began.elapsed().as_secs_f64());
        }
        span.in_scope(|| tracing::debug!("answered"));
    }
}

#[derive(Clone, Copy)]
struct Began(std::time::Instant);
