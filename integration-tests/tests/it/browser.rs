//! The main job in a real Chromium: `web/e2e/main-job.mjs` against the real server, directory and database.

use std::path::Path;
use std::process::Command;

use integration_tests::process::ServerProcess;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_official_does_the_main_job() {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("web");
    assert!(
        web.join("dist/index.html").exists(),
        "the web client is not built: ./run test builds it, or `npm run build` in web/"
    );
    assert!(web.join("node_modules/playwright-core").exists(), "run `npm ci` in web/ first");
    let server = ServerProcess::start_with_web(&web.join("dist")).await;
    let mut script = Command::new("node");
    script.arg("e2e/main-job.mjs").current_dir(&web).envs(server.browser_environment().await);
    let done = tokio::task::spawn_blocking(move || script.status()).await.unwrap().expect("node runs");
    assert!(done.success(), "the browser script failed: see its message above");
}
