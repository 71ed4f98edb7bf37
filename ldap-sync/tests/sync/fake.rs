//! Servers that no real one can be made to be: a connection that ends after so many bytes, and answers that are wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Which connection ends, and after how many bytes from the server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    pub(crate) connection: usize,
    pub(crate) after: usize,
}

/// A way to a real server.
pub(crate) struct Proxy {
    pub(crate) url: String,
    longest: Arc<AtomicUsize>,
}

impl Proxy {
    /// How many bytes the server sent on the connection that had most.
    pub(crate) fn longest(&self) -> usize {
        self.longest.load(Ordering::SeqCst)
    }
}

pub(crate) async fn proxy(url: &str, cut: Option<Cut>) -> Proxy {
    let target = url.trim_start_matches("ldap://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    let longest = Arc::new(AtomicUsize::new(0));
    let found = longest.clone();
    tokio::spawn(async move {
        for number in 0.. {
            let (client, _) = listener.accept().await.unwrap();
            let server = TcpStream::connect(&target).await.unwrap();
            let limit = cut.filter(|cut| cut.connection == number).map_or(usize::MAX, |cut| cut.after);
            tokio::spawn(forward(client, server, limit, found.clone()));
        }
    });
    Proxy { url, longest }
}

async fn forward(client: TcpStream, server: TcpStream, limit: usize, longest: Arc<AtomicUsize>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let up = tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
    let mut sent = 0;
    let mut buffer = vec![0; 512];
    while sent < limit {
        let room = buffer.len().min(limit - sent);
        match from_server.read(&mut buffer[..room]).await {
            Ok(0) | Err(_) => break,
            Ok(read) => {
                if to_client.write_all(&buffer[..read]).await.is_err() {
                    break;
                }
                sent += read;
                longest.fetch_max(sent, Ordering::SeqCst);
            }
        }
    }
    up.abort();
}

/// What a search is answered with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    WithoutPaging,
    EmptyControl,
    NonsenseControl,
    NonsenseBytes,
    /// An entry, and then the end with this result code, as if nothing more were to come.
    EntryThen(u8),
}

/// A server that lets everybody in and answers every search with success and `answer`.
pub(crate) async fn server(answer: Answer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(client, answer));
        }
    });
    url
}

async fn serve(mut client: TcpStream, answer: Answer) {
    let mut buffer = vec![0; 4096];
    while let Ok(read @ 1..) = client.read(&mut buffer).await {
        let message = &buffer[..read];
        // SEQUENCE, its length in one of three forms, then INTEGER 1 id, then the operation.
        let id_at = match message[1] {
            0x81 => 5,
            0x82 => 6,
            _ => 4,
        };
        let (id, operation) = (message[id_at], message[id_at + 1]);
        let reply = match operation {
            0x60 => reply(id, 0x61, &[]),
            0x63 => match answer {
                Answer::WithoutPaging => reply(id, 0x65, &[]),
                Answer::EmptyControl => reply(id, 0x65, &control(None)),
                Answer::NonsenseControl => reply(id, 0x65, &control(Some(b"\x30\x02\x05\x00"))),
                Answer::EntryThen(code) => {
                    let entry = wrap(0x64, &[wrap(0x04, b"cn=a"), wrap(0x30, &[])].concat());
                    let found = wrap(0x30, &[vec![0x02, 0x01, id], entry].concat());
                    let no_more = control(Some(b"\x30\x05\x02\x01\x00\x04\x00"));
                    [found, ended(id, 0x65, code, &no_more)].concat()
                }
                Answer::NonsenseBytes => b"\x30\x03\x02\x01\x05HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
            },
            _ => return,
        };
        if client.write_all(&reply).await.is_err() {
            return;
        }
        if matches!(answer, Answer::NonsenseBytes) && operation == 0x63 {
            return;
        }
    }
}

/// A result with success and no text, and `controls` after it.
fn reply(id: u8, operation: u8, controls: &[u8]) -> Vec<u8> {
    ended(id, operation, 0, controls)
}

fn ended(id: u8, operation: u8, code: u8, controls: &[u8]) -> Vec<u8> {
    let mut inner = vec![0x02, 0x01, id, operation, 0x07, 0x0a, 0x01, code, 0x04, 0x00, 0x04, 0x00];
    inner.extend(controls);
    wrap(0x30, &inner)
}

fn control(value: Option<&[u8]>) -> Vec<u8> {
    let mut inner = wrap(0x04, b"1.2.840.113556.1.4.319");
    if let Some(value) = value {
        inner.extend(wrap(0x04, value));
    }
    wrap(0xa0, &wrap(0x30, &inner))
}

fn wrap(tag: u8, inner: &[u8]) -> Vec<u8> {
    let mut all = vec![tag, u8::try_from(inner.len()).unwrap()];
    all.extend(inner);
    all
}
