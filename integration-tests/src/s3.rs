//! A store that speaks S3, in process: it checks signatures, and keeps what it is given in a directory.

use std::path::{Path, PathBuf};

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use server::config::Config;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const BUCKET: &str = "chancery";
const KEY_ID: &str = "chancery-node";
const KEY: &str = "a secret that is not on any wire";

/// A running store. Dropping it stops it.
pub struct S3 {
    address: String,
    directory: PathBuf,
    serving: JoinHandle<()>,
}

impl S3 {
    /// Starts one that keeps everything in `directory`.
    pub async fn start(directory: &Path) -> Self {
        std::fs::create_dir_all(directory.join(BUCKET)).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(directory).unwrap());
        service.set_auth(SimpleAuth::from_single(KEY_ID, KEY));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    // Whoever hangs up is no concern of the store.
                    let _ = Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(socket), service)
                        .await;
                });
            }
        });
        Self { address, directory: directory.join(BUCKET), serving }
    }

    /// Has a server keep its files here; with the wrong secret, if that is wanted.
    pub fn configure(&self, config: &mut Config, is_known: bool) {
        config.files.store = Some(format!("s3://{BUCKET}/files"));
        config.files.s3.endpoint = Some(self.address.clone());
        config.files.s3.region = Some("local".to_owned());
        config.files.s3.access_key_id = Some(KEY_ID.to_owned());
        config.files.s3.secret_access_key = Some(if is_known { KEY } else { "another one" }.into());
    }

    /// Where it keeps what it is given.
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
