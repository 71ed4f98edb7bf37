//! Opening sockets: the one way for tests, faults and load.

use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

/// An open socket.
pub type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How sockets are read: a little at once. More is cleared before each reading, which costs more than what is measured.
pub fn settings() -> WebSocketConfig {
    WebSocketConfig::default().read_buffer_size(4096)
}

/// Opens the socket of the server at `base`. Nobody has said hello yet.
pub async fn open(base: &str) -> Result<Stream, Error> {
    connect(&format!("{}/api/v1/socket", base.replacen("http", "ws", 1))).await
}

/// Opens a socket, on which frames go out at once.
pub async fn connect(url: &str) -> Result<Stream, Error> {
    Ok(connect_async_with_config(url, Some(settings()), true).await?.0)
}
