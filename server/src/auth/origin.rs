//! Where a request comes from: its address, and whether another site made the browser send it.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::HttpRequest;
use actix_web::http::header::{HOST, HeaderMap, HeaderName, ORIGIN};

use crate::config::{Config, Server};
use crate::error::{Error, codes};

/// The address of the client: the peer, or what a trusted proxy says in front of it.
pub fn address(request: &HttpRequest, settings: &Server) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> =
        forwarded.flat_map(|value| value.split(',')).map_while(|hop| hop.trim().parse().ok()).collect();
    client_of(peer, &hops, &settings.trusted_proxies)
}

/// The nearest hop that is no proxy of ours: everything before it is only claimed.
fn client_of(peer: IpAddr, hops: &[IpAddr], trusted: &[IpAddr]) -> IpAddr {
    let mut client = peer;
    for hop in hops.iter().rev() {
        if !trusted.contains(&client) {
            break;
        }
        client = *hop;
    }
    client
}

/// Refuses a request that another site made the browser send. Programs that are no browsers send neither header.
pub fn refuse_cross_site(request: &HttpRequest, config: &Config) -> Result<(), Error> {
    let headers = request.headers();
    let ours = match text(headers, &HeaderName::from_static("sec-fetch-site")) {
        Some(site) => site == "same-origin" || site == "none",
        None => true,
    } && match text(headers, &ORIGIN) {
        Some(origin) => is_own(origin, config.server.public_url.as_deref(), text(headers, &HOST)),
        None => true,
    };
    if ours { Ok(()) } else { Err(Error::Forbidden(codes::CROSS_SITE)) }
}

fn is_own(origin: &str, public_url: Option<&str>, host: Option<&str>) -> bool {
    if public_url.is_some_and(|url| url.eq_ignore_ascii_case(origin)) {
        return true;
    }
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    // The Host header is the browser's own word for where it sends to; a page cannot change it.
    matches!((authority, host), (Some(authority), Some(host)) if authority.eq_ignore_ascii_case(host))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let hops = [ip("1.1.1.1"), ip("2.2.2.2")];
        assert_eq!(client_of(ip("9.9.9.9"), &hops, &[]), ip("9.9.9.9"));
        assert_eq!(client_of(ip("9.9.9.9"), &hops, &[ip("9.9.9.9")]), ip("2.2.2.2"));
        assert_eq!(client_of(ip("9.9.9.9"), &hops, &[ip("9.9.9.9"), ip("2.2.2.2")]), ip("1.1.1.1"));
        assert_eq!(client_of(ip("9.9.9.9"), &[], &[ip("9.9.9.9")]), ip("9.9.9.9"));
    }

    #[test]
    fn another_site_is_refused() {
        let config = Config::default();
        let allowed = |headers: &[(&'static str, &str)]| {
            let mut request = TestRequest::post().uri("/").insert_header(("host", "chat.example"));
            for (name, value) in headers {
                request = request.insert_header((*name, *value));
            }
            refuse_cross_site(&request.to_http_request(), &config).is_ok()
        };
        assert!(allowed(&[]));
        assert!(allowed(&[("origin", "https://chat.example"), ("sec-fetch-site", "same-origin")]));
        assert!(!allowed(&[("origin", "https://evil.example")]));
        assert!(!allowed(&[("origin", "null")]));
        assert!(!allowed(&[("sec-fetch-site", "cross-site")]));
        assert!(!allowed(&[("sec-fetch-site", "same-site")]));
    }
}
