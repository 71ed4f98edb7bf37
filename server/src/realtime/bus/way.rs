//! How Redis is reached: one server, the one that Sentinels name at the moment, or a cluster.
//!
//! `redis://`, `rediss://`, `redis+unix://` as everywhere; `redis-sentinel://[user:password@]host:port,…/service` and
//! `redis-cluster://[user:password@]host:port,…` beside them, with `rediss-` for TLS. In a cluster the notes are spread over
//! sharded channels (Redis 7), so that no server carries them all; of one conversation all go one way.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{Stream, StreamExt};
use redis::aio::MultiplexedConnection;
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::sentinel::{SentinelClient, SentinelNodeConnectionInfo, SentinelServerType};
use redis::{
    AsyncTypedCommands, Client, ErrorKind, IntoConnectionInfo, ProtocolVersion, PushInfo, PushKind,
    RedisError, RedisResult, TlsMode,
};
use schema::ids::ConversationId;
use tokio::sync::mpsc;

/// Where all nodes of one installation meet.
const CHANNEL: &str = "chancery:notes";
/// Over how many channels the notes are spread in a cluster.
const SHARDS: usize = 16;
/// How many notes of a cluster wait to be heard before some count as missed.
const QUEUE: usize = 8192;

/// See the module.
#[derive(Debug, Clone)]
pub(super) enum Way {
    Server(Client),
    Sentinels(Group),
    Cluster(Group),
}

/// Several servers of one address.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// Of each server, with credentials.
    urls: Vec<String>,
    /// What Sentinels call the server that they look after.
    service: String,
    is_protected: bool,
}

impl Way {
    /// The way that the address means, or what is wrong with it. Connects to nothing yet.
    pub(super) fn parse(url: &str) -> RedisResult<Self> {
        let Some((scheme, rest)) = url.split_once("://") else { return Client::open(url).map(Self::Server) };
        match scheme {
            "redis-sentinel" | "rediss-sentinel" => {
                let group = Group::parse(scheme, rest)?;
                if group.service.is_empty() {
                    return Err(wrong(
                        "the name of the service is missing: redis-sentinel://host:port/service",
                    ));
                }
                Ok(Self::Sentinels(group))
            }
            "redis-cluster" | "rediss-cluster" => {
                let group = Group::parse(scheme, rest)?;
                if !group.service.is_empty() {
                    return Err(wrong("a cluster has no databases: redis-cluster://host:port,host:port"));
                }
                Ok(Self::Cluster(group))
            }
            _ => Client::open(url).map(Self::Server),
        }
    }

    /// On how many channels notes are told.
    pub(super) fn channels(&self) -> usize {
        if matches!(self, Self::Cluster(_)) { SHARDS } else { 1 }
    }

    /// Connects to tell.
    pub(super) async fn speaker(&self) -> RedisResult<Speaker> {
        match self {
            Self::Server(client) => Ok(Speaker::Server(client.get_multiplexed_async_connection().await?)),
            Self::Sentinels(group) => {
                let client = group.named_by_sentinels().await?;
                Ok(Speaker::Server(client.get_multiplexed_async_connection().await?))
            }
            Self::Cluster(group) => {
                let client = ClusterClient::builder(group.urls.clone()).build()?;
                Ok(Speaker::Cluster(Box::new(client.get_async_connection().await?)))
            }
        }
    }

    /// Connects to hear all channels.
    pub(super) async fn listener(&self) -> RedisResult<Listener> {
        match self {
            Self::Server(client) => subscribe(client).await,
            Self::Sentinels(group) => subscribe(&group.named_by_sentinels().await?).await,
            Self::Cluster(group) => group.subscribe().await,
        }
    }
}

impl Group {
    fn parse(scheme: &str, rest: &str) -> RedisResult<Self> {
        let (credentials, rest) = rest.rsplit_once('@').map_or(("", rest), |(who, rest)| (who, rest));
        let (hosts, service) = rest.split_once('/').unwrap_or((rest, ""));
        let is_protected = scheme.starts_with("rediss-");
        let scheme = if is_protected { "rediss" } else { "redis" };
        let at = if credentials.is_empty() { "" } else { "@" };
        let urls: Vec<String> =
            hosts.split(',').map(|host| format!("{scheme}://{credentials}{at}{host}")).collect();
        for url in &urls {
            url.as_str().into_connection_info()?;
        }
        Ok(Self { urls, service: service.to_owned(), is_protected })
    }

    /// The server that the Sentinels name now. Asked anew for each connection: it may be another one every time.
    async fn named_by_sentinels(&self) -> RedisResult<Client> {
        let mut node = SentinelNodeConnectionInfo::default();
        if let Some(url) = self.urls.first() {
            node =
                node.set_redis_connection_info(url.as_str().into_connection_info()?.redis_settings().clone());
        }
        if self.is_protected {
            node = node.set_tls_mode(TlsMode::Secure);
        }
        let sentinels = self.urls.clone();
        SentinelClient::build(sentinels, self.service.clone(), Some(node), SentinelServerType::Master)?
            .async_get_client()
            .await
    }

    async fn subscribe(&self) -> RedisResult<Listener> {
        let (said, hearing) = mpsc::channel(QUEUE);
        let is_full = Arc::new(AtomicBool::new(false));
        let full = Arc::clone(&is_full);
        let push = move |info: PushInfo| {
            let told = said.try_send(info);
            if told.is_err() {
                full.store(true, Ordering::Relaxed);
            }
            told
        };
        let client = ClusterClient::builder(self.urls.clone())
            .use_protocol(ProtocolVersion::RESP3)
            .push_sender(push)
            .build()?;
        let mut connection = client.get_async_connection().await?;
        for number in 0..SHARDS {
            // One by one: they belong to different servers.
            connection.ssubscribe(shard(number)).await?;
        }
        Ok(Listener::Cluster { hearing, is_full, _connection: Box::new(connection) })
    }
}

async fn subscribe(client: &Client) -> RedisResult<Listener> {
    let mut subscription = client.get_async_pubsub().await?;
    subscription.subscribe(CHANNEL).await?;
    Ok(Listener::Server(Box::pin(subscription.into_on_message())))
}

/// A connection that tells.
pub(super) enum Speaker {
    Server(MultiplexedConnection),
    Cluster(Box<ClusterConnection>),
}

impl Speaker {
    /// Tells what is about a conversation, or else about anything.
    pub(super) async fn tell(&mut self, about: Option<ConversationId>, text: &str) -> RedisResult<()> {
        match self {
            Self::Server(connection) => connection.publish(CHANNEL, text).await.map(|_| ()),
            Self::Cluster(connection) => {
                connection.spublish(shard(about.map_or(0, shard_of)), text).await.map(|_| ())
            }
        }
    }

    /// Tells it on every channel.
    pub(super) async fn tell_all(&mut self, text: &str) -> RedisResult<()> {
        match self {
            Self::Server(_) => self.tell(None, text).await,
            Self::Cluster(connection) => {
                for number in 0..SHARDS {
                    connection.spublish(shard(number), text).await?;
                }
                Ok(())
            }
        }
    }
}

/// A connection that hears.
pub(super) enum Listener {
    Server(Pin<Box<dyn Stream<Item = redis::Msg> + Send>>),
    Cluster {
        hearing: mpsc::Receiver<PushInfo>,
        is_full: Arc<AtomicBool>,
        _connection: Box<ClusterConnection>,
    },
}

/// What was said, and on which of the channels.
pub(super) struct Said {
    pub(super) channel: usize,
    pub(super) text: String,
}

impl Listener {
    /// What is said next. Nothing: something may have been missed.
    pub(super) async fn next(&mut self) -> Option<Said> {
        match self {
            Self::Server(stream) => {
                // What is no text is no note: whoever reads it passes it over.
                let text = stream.next().await?.get_payload().unwrap_or_default();
                Some(Said { channel: 0, text })
            }
            Self::Cluster { hearing, is_full, .. } => loop {
                let PushInfo { kind, data } = hearing.recv().await?;
                if kind == PushKind::Disconnection || is_full.load(Ordering::Relaxed) {
                    return None;
                }
                if kind == PushKind::SMessage {
                    let mut data = data.into_iter().map(redis::from_redis_value::<String>);
                    let (Some(Ok(channel)), Some(Ok(text))) = (data.next(), data.next()) else { return None };
                    let channel = (0..SHARDS).find(|number| shard(*number) == channel)?;
                    return Some(Said { channel, text });
                }
            },
        }
    }
}

fn shard(number: usize) -> String {
    format!("{CHANNEL}:{number}")
}

fn shard_of(conversation: ConversationId) -> usize {
    // The same on every node of one version; where versions differ, only the order of one conversation's notes may suffer, which
    // whoever hears them mends by their numbers.
    let mut hasher = DefaultHasher::new();
    conversation.hash(&mut hasher);
    usize::try_from(hasher.finish() % SHARDS as u64).unwrap_or_default()
}

fn wrong(what: &'static str) -> RedisError {
    RedisError::from((ErrorKind::InvalidClientConfig, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_which_way_it_means() {
        let parse = |url: &str| Way::parse(url).unwrap();
        assert!(matches!(parse("redis://localhost:6379/1"), Way::Server(_)));
        assert!(matches!(parse("redis+unix:///run/redis.sock"), Way::Server(_)));
        let Way::Sentinels(group) = parse("rediss-sentinel://chat:se@cret@one:26379,two:26379/main") else {
            panic!("no Sentinels")
        };
        assert_eq!(group.service, "main");
        assert_eq!(group.urls, ["rediss://chat:se@cret@one:26379", "rediss://chat:se@cret@two:26379"]);
        assert!(group.is_protected);
        let Way::Cluster(group) = parse("redis-cluster://one:7000,two:7001") else { panic!("no cluster") };
        assert_eq!(group.urls, ["redis://one:7000", "redis://two:7001"]);
    }

    #[test]
    fn a_wrong_address_is_refused() {
        for url in [
            "",
            "http://one",
            "redis-sentinel://one:26379",
            "redis-cluster://one:1/2",
            "redis-cluster://one:x",
        ] {
            assert!(Way::parse(url).is_err(), "{url}");
        }
    }
}
