//! What is broken: one Postgres, one Redis, one directory, and two nodes.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use local_services::{Durability, Postgres, Redis, Scratch};
use uuid::Uuid;

use super::history::{Message, digest};
use super::node::{Common, Node};
use crate::directory::Directory;
use crate::services;

const DATABASE: &str = "faults";
/// How long Postgres may take to come back, with the last of those who served its clients still ending.
const RECOVERY: Duration = Duration::from_secs(30);

/// See the module. The nodes end first, then what they stand on.
pub struct Ground {
    pub nodes: [Node; 2],
    pub redis: Redis,
    pub postgres: Postgres,
    pub directory: Directory,
    sync_config: PathBuf,
    _scratch: Scratch,
}

impl Ground {
    pub async fn prepare() -> Self {
        let scratch = Scratch::new().unwrap();
        let folder = |name: &str| scratch.path().join(name);
        // It must keep its promises itself. Its log is in small files, so that a limit on files leaves room for it.
        let postgres =
            Postgres::start_with(&folder("postgres"), Durability::Durable, &["--wal-segsize=1"]).unwrap();
        let redis = Redis::start(&folder("redis")).unwrap();
        let directory = Directory::start_in(&folder("slapd"));
        postgres.create_database(DATABASE).unwrap();
        let url = postgres.url(DATABASE);
        std::thread::scope(|scope| scope.spawn(|| schema::migrations::run(&url).unwrap()).join().unwrap());
        let sync_config = folder("sync.toml");
        fs::write(&sync_config, directory.slapd(|slapd| services::sync_config(&url, slapd))).unwrap();
        let sources = directory.slapd(|slapd| services::sources(slapd));
        let common = Common {
            folder: scratch.path(),
            postgres: &postgres,
            redis: &redis,
            database: DATABASE,
            sources: &sources,
        };
        sync(&sync_config);
        let (one, two) = tokio::join!(Node::start("one", &common), Node::start("two", &common));
        let nodes = [one, two];
        Self { nodes, redis, postgres, directory, sync_config, _scratch: scratch }
    }

    pub fn bases(&self) -> Vec<String> {
        self.nodes.iter().map(|node| node.base.clone()).collect()
    }

    /// Takes over what the directory says now.
    pub fn sync(&self) {
        tokio::task::block_in_place(|| sync(&self.sync_config));
    }

    /// A connection to the database that nothing cuts.
    pub async fn database(&self) -> tokio_postgres::Client {
        crate::app::connect(&self.postgres.url(DATABASE)).await
    }

    /// Starts Postgres again after a crash.
    pub fn restart_postgres(&mut self) {
        let began = Instant::now();
        tokio::task::block_in_place(|| {
            while let Err(error) = self.postgres.restart() {
                assert!(began.elapsed() < RECOVERY, "Postgres does not come back: {error}");
                std::thread::sleep(Duration::from_millis(100));
            }
        });
    }

    /// The number of the last message of each conversation.
    pub async fn last_seq(&self, conversation: Uuid) -> i64 {
        let sql = "select last_seq from conversations where id = $1::text::uuid";
        self.database().await.query_one(sql, &[&conversation.to_string()]).await.unwrap().get(0)
    }

    /// What a conversation holds after a message, as the database has it.
    pub async fn stored(&self, conversation: Uuid, after: i64) -> Vec<Message> {
        let sql = "select seq, id::text, author_id::text, client_id, body, policy_version from messages \
                   where conversation_id = $1::text::uuid and seq > $2 order by seq";
        let rows = self.database().await.query(sql, &[&conversation.to_string(), &after]).await.unwrap();
        let id = |text: String| text.parse().unwrap();
        rows.iter()
            .map(|row| Message {
                conversation,
                seq: row.get(0),
                id: id(row.get(1)),
                author: id(row.get(2)),
                client_id: row.get(3),
                body: digest(row.get(4)),
                policy: row.get(5),
            })
            .collect()
    }
}

fn sync(config: &std::path::Path) {
    let output = services::run_sync(config);
    assert!(output.status.success(), "the sync failed: {}", services::said(&output));
}
