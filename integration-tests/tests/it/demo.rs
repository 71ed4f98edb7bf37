//! `chancery demo`: one command to a working system, which keeps what was said and leaves nothing running.

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use integration_tests::client::Client;
use integration_tests::services;
use local_services::Companion;

/// How long the first start may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_keeps_its_messages_and_leaves_nothing_running() {
    let directory = services::shared().directory("demo");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let base = format!("http://127.0.0.1:{port}");

    let first = start(&directory, port, &base).await;
    let mut officer = Client::new(&base);
    officer.try_sign_in("officer", sample_ministry::PASSWORD).await.expect(201);
    let peers = officer.get("/me/colleagues").await.expect(200)["peers"].clone();
    let conversation = officer.direct_with(peers[0]["id"].as_str().unwrap()).await;
    officer.say(&conversation, "Сохранится ли это?").await.expect(201);
    stop(first, &directory).await;

    let second = start(&directory, port, &base).await;
    let mut officer = Client::new(&base);
    officer.try_sign_in("officer", sample_ministry::PASSWORD).await.expect(201);
    let history = officer.get(&format!("/conversations/{conversation}/messages")).await.expect(200);
    assert_eq!(history["messages"][0]["body"], "Сохранится ли это?");
    stop(second, &directory).await;
}

async fn start(directory: &Path, port: u16, base: &str) -> Companion {
    let (data, port) = (directory.join("data").display().to_string(), port.to_string());
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("web/dist").display().to_string();
    let arguments = ["demo", "--data-dir", &data, "--port", &port, "--web-root", &web];
    let program = services::program("chancery");
    let mut demo =
        Companion::start("chancery", &program, &arguments, directory, &directory.join("log")).unwrap();
    let deadline = Instant::now() + PATIENCE;
    while !reqwest::get(format!("{base}/readyz")).await.is_ok_and(|answer| answer.status().is_success()) {
        if let Some((status, said)) = demo.ended().unwrap() {
            panic!("the demo ended: {status}\n{said}");
        }
        assert!(Instant::now() < deadline, "the demo does not start");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    demo
}

/// Ctrl-C, and then a look for anything that still has to do with the demo's directory.
async fn stop(demo: Companion, directory: &Path) {
    tokio::task::spawn_blocking(move || demo.stop().unwrap()).await.unwrap();
    let name = directory.display().to_string();
    let running: Vec<String> = std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok())
        .map(|command| String::from_utf8_lossy(&command).replace('\0', " "))
        .filter(|command| command.contains(&name))
        .collect();
    assert!(running.is_empty(), "left behind: {running:#?}");
}
