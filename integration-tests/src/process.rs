//! The real program as a process of its own: to be killed, and to be used by a browser.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use local_services::Companion;

use crate::directory::Directory;
use crate::services;

/// `chancery serve` with a database and a directory of its own.
pub struct ServerProcess {
    program: Companion,
    base: String,
    config: PathBuf,
    database_url: String,
    directory: Directory,
    sync: Option<Companion>,
}

impl ServerProcess {
    /// Starts it for the API alone.
    pub async fn start() -> Self {
        Self::launch(None).await
    }

    /// Starts it with the browser's client in `root`.
    pub async fn start_with_web(root: &Path) -> Self {
        Self::launch(Some(root)).await
    }

    async fn launch(web: Option<&Path>) -> Self {
        let shared = services::shared();
        let database_url = shared.database();
        let directory = Directory::start();
        let sources = directory.slapd(|slapd| services::sources(slapd));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let web =
            web.map(|root| format!("[web]\nroot = {}\n", services::toml_string(&root.display().to_string())));
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:{port}\"\n[database]\nurl = {}\n[auth]\ntoken_key = {}\n{}[audit]\nsigning_key = {}\n{}\n{}\n{sources}",
            services::toml_string(&database_url),
            services::toml_string(&crate::app::token_key()),
            services::UNLIMITED,
            services::toml_string(&crate::app::token_key()),
            web.unwrap_or_default(),
            services::files_section(&shared.directory("files")),
        );
        let config = shared.directory("server").join("chancery.toml");
        fs::write(&config, text).unwrap();
        let base = format!("http://127.0.0.1:{port}");
        let program = serve(&config);
        let mut server = Self { program, base, config, database_url, directory, sync: None };
        server.wait_until_ready().await;
        server
    }

    /// Where it listens.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Where its database is.
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.program.id()
    }

    /// Has the sync follow the directory from now on, so that what changes there comes by itself.
    pub fn follow_directory(&mut self) {
        let arguments = ["run", "--config", &self.config.display().to_string()];
        let folder = self.config.parent().unwrap();
        let program = services::program("chancery-ldap-sync");
        let name = "chancery-ldap-sync";
        self.sync =
            Some(Companion::start(name, &program, &arguments, folder, &folder.join("sync-log")).unwrap());
    }

    /// The rules for a crisis hold from now on: what whoever runs the server configures, and starts it anew for.
    pub async fn declare_crisis(&mut self) {
        let text = fs::read_to_string(&self.config).unwrap();
        fs::write(&self.config, format!("[policy]\ncrisis = true\n{text}")).unwrap();
        self.program.kill9().unwrap();
        self.restart().await;
    }

    /// Kills it in mid-air.
    pub fn kill9(&mut self) {
        self.program.kill9().unwrap();
    }

    /// Starts it again on the same database and port.
    pub async fn restart(&mut self) {
        self.program = serve(&self.config);
        self.wait_until_ready().await;
    }

    /// The id of whoever has this login.
    pub async fn person(&self, login: &str) -> String {
        let database = crate::app::connect(&self.database_url).await;
        database.query_one("select id::text from people where login = $1", &[&login]).await.unwrap().get(0)
    }

    /// What the browser's script is told about the server and the directory.
    pub async fn browser_environment(&self) -> Vec<(String, String)> {
        let (url, dn, password) = self.directory.slapd(|slapd| {
            (slapd.ldap_url(), slapd.admin_dn().to_owned(), slapd.admin_password().to_owned())
        });
        let sync = services::program("chancery-ldap-sync");
        let command = format!("'{}' once --config '{}'", sync.display(), self.config.display());
        [
            ("BASE_URL", self.base.clone()),
            ("LDAP_URL", url),
            ("LDAP_BASE", sample_ministry::BASE_DN.to_owned()),
            ("LDAP_ADMIN_DN", dn),
            ("LDAP_ADMIN_PASSWORD", password),
            ("PEER_DN", self.directory.dn("peer").await),
            ("OFFICER_DN", self.directory.dn("officer").await),
            ("SYNC_COMMAND", command),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    async fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + Duration::from_mins(1);
        let ready = format!("{}/readyz", self.base);
        loop {
            if let Ok(answer) = reqwest::get(&ready).await
                && answer.status().is_success()
            {
                return;
            }
            if let Some((status, said)) = self.program.ended().unwrap() {
                panic!("the server ended: {status}\n{said}");
            }
            assert!(Instant::now() < deadline, "the server is not ready in a minute");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn serve(config: &Path) -> Companion {
    let arguments = ["serve", "--config", &config.display().to_string()];
    let directory = config.parent().unwrap();
    Companion::start(
        "chancery",
        &services::program("chancery"),
        &arguments,
        directory,
        &directory.join("log"),
    )
    .unwrap()
}
