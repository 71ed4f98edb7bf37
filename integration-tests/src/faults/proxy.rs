//! A way to a service that can be cut: between a node and its Postgres or its Redis.

use std::io;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How the way is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Everything passes.
    Open,
    /// Connections are closed, and so is every new one.
    Refused,
    /// Connections stay, and nothing passes until the way is open again, as where a network loses every packet.
    Silent,
}

/// See the module. Dropping it closes the way.
pub struct Proxy {
    port: u16,
    way: watch::Sender<Way>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// A way from a free port to the service at `socket`.
    pub async fn to(socket: &Path) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let (way, seen) = watch::channel(Way::Open);
        let accepting = tokio::spawn(accept(listener, socket.to_owned(), seen));
        Ok(Self { port, way, accepting })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts the way, or heals it.
    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.set(Way::Refused);
    }
}

async fn accept(listener: TcpListener, socket: PathBuf, way: watch::Receiver<Way>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(connect(client, socket.clone(), way.clone()));
    }
}

async fn connect(client: TcpStream, socket: PathBuf, mut way: watch::Receiver<Way>) {
    if passes(&mut way).await
        && let Ok(service) = UnixStream::connect(socket).await
    {
        drop(client.set_nodelay(true));
        let (from_client, to_client) = client.into_split();
        let (from_service, to_service) = service.into_split();
        tokio::spawn(carry(from_client, to_service, way.clone()));
        carry(from_service, to_client, way).await;
    }
}

/// Waits while nothing passes; false where the connection is to be closed.
async fn passes(way: &mut watch::Receiver<Way>) -> bool {
    way.wait_for(|way| *way != Way::Silent).await.is_ok_and(|way| *way == Way::Open)
}

async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut way: watch::Receiver<Way>,
) {
    let mut buffer = vec![0; 16 * 1024];
    let mut cut = way.clone();
    loop {
        let read = tokio::select! {
            _ = cut.wait_for(|way| *way == Way::Refused) => return,
            read = from.read(&mut buffer) => read.unwrap_or(0),
        };
        // What was on its way when the way was cut arrives when it is healed, the end of the connection too.
        if !passes(&mut way).await {
            return;
        }
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
    drop(to.shutdown().await);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use local_services::Scratch;
    use tokio::net::UnixListener;

    use super::*;

    async fn echo(listener: UnixListener) {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.into_split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    }

    async fn answer(stream: &mut TcpStream) -> Option<u8> {
        let mut byte = [0];
        let read = tokio::time::timeout(Duration::from_millis(200), stream.read_exact(&mut byte)).await;
        read.ok()?.ok().map(|_| byte[0])
    }

    #[tokio::test]
    async fn cuts_and_heals() {
        let scratch = Scratch::new().unwrap();
        let socket = scratch.path().join("echo");
        tokio::spawn(echo(UnixListener::bind(&socket).unwrap()));
        let proxy = Proxy::to(&socket).await.unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
        stream.write_all(b"a").await.unwrap();
        assert_eq!(answer(&mut stream).await, Some(b'a'));

        proxy.set(Way::Silent);
        stream.write_all(b"b").await.unwrap();
        assert_eq!(answer(&mut stream).await, None, "nothing passes");
        proxy.set(Way::Open);
        assert_eq!(answer(&mut stream).await, Some(b'b'), "and nothing is lost");

        proxy.set(Way::Refused);
        assert_eq!(stream.read(&mut [0]).await.unwrap_or(0), 0, "the connection is closed");
        let mut refused = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
        assert_eq!(refused.read(&mut [0]).await.unwrap_or(0), 0, "so is a new one");
        proxy.set(Way::Open);
        let mut again = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
        again.write_all(b"c").await.unwrap();
        assert_eq!(answer(&mut again).await, Some(b'c'));
    }
}
