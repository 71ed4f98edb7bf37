//! What people do, in a real Chromium: the scripts of `web/e2e` against the real server, directory and database.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use integration_tests::process::ServerProcess;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_official_does_the_main_job() {
    let web = web();
    let server = ServerProcess::start_with_web(&web.join("dist")).await;
    run(&web, "e2e/main-job.mjs", server.browser_environment().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personnel_keep_the_directory() {
    let web = web();
    let server = ServerProcess::start_with_web(&web.join("dist")).await;
    let database = integration_tests::app::connect(server.database_url()).await;
    database.batch_execute(include_str!("browser/directory.sql")).await.unwrap();
    run(&web, "e2e/directory-console.mjs", server.browser_environment().await).await;
    let row = database
        .query_one("select string_agg(kind, ' ' order by seq) from audit_log where kind like 'directory.%' and entry ? 'reason'", &[])
        .await
        .unwrap();
    let acts: String = row.get(0);
    assert_eq!(
        acts,
        "directory.plan_approved directory.source_held directory.source_released directory.requested \
         directory.requested"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exception_is_asked_for_granted_and_taken_back() {
    let web = web();
    let server = ServerProcess::start_with_web(&web.join("dist")).await;
    run(&web, "e2e/exceptions.mjs", server.browser_environment().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_send_files_and_open_them() {
    let web = web();
    let server = ServerProcess::start_with_web(&web.join("dist")).await;
    run(&web, "e2e/files.mjs", server.browser_environment().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_answer_change_and_take_back() {
    let web = web();
    let server = ServerProcess::start_with_web(&web.join("dist")).await;
    run(&web, "e2e/changes.mjs", server.browser_environment().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_find_what_was_said() {
    let web = web();
    let server = ServerProcess::start_with_web(&web.join("dist")).await;
    run(&web, "e2e/search.mjs", server.browser_environment().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_move_by_keys_and_are_told() {
    let web = web();
    let server = ServerProcess::start_with_web(&web.join("dist")).await;
    run(&web, "e2e/moving.mjs", server.browser_environment().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn officers_answer_for_the_policy() {
    let web = web();
    let server = ServerProcess::start_with_web(&web.join("dist")).await;
    run(&web, "e2e/policy-console.mjs", server.browser_environment().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auditor_finds_a_leak() {
    let web = web();
    let server = ServerProcess::start_with_web(&web.join("dist")).await;
    run(&web, "e2e/compliance-console.mjs", server.browser_environment().await).await;
    // A last look from outside: nobody read a case but whoever opened it, and every search is an entry.
    let database = integration_tests::app::connect(server.database_url()).await;
    let row = database
        .query_one(
            "select count(*), count(distinct actor_id) from audit_log
                where kind = 'case.looked' and entry ->> 'look' <> 'looks'",
            &[],
        )
        .await
        .unwrap();
    let (looks, readers): (i64, i64) = (row.get(0), row.get(1));
    assert!(looks >= 3 && readers == 1, "{looks} looks of {readers} people");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn labels_are_raised_by_one_and_lowered_by_two() {
    let web = web();
    let server = ServerProcess::start_with_web(&web.join("dist")).await;
    run(&web, "e2e/labels.mjs", server.browser_environment().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ministry_upwards_and_downwards() {
    play("ranks").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ministry_in_other_hats() {
    play("hats").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ministry_and_those_from_outside() {
    play("outsiders").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ministry_and_its_secrets() {
    play("secrets").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ministry_between_two_people() {
    play("contacts").await;
}

/// Plays situations of the ministry, with a directory that is followed. A line of the script that begins with `!` is for
/// whoever runs the server, who answers when it is done.
async fn play(situations: &str) {
    let web = web();
    let mut server = ServerProcess::start_with_web(&web.join("dist")).await;
    server.follow_directory();
    let mut node = tokio::process::Command::new("node");
    node.arg(format!("e2e/ministry/{situations}.mjs")).current_dir(&web).kill_on_drop(true);
    node.envs(server.browser_environment().await).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut playing = node.spawn().expect("node runs");
    let mut answers = playing.stdin.take().unwrap();
    let mut lines = BufReader::new(playing.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        match line.as_str() {
            "!declare the crisis" => server.declare_crisis().await,
            said => {
                eprintln!("{said}");
                continue;
            }
        }
        answers.write_all(b"done\n").await.unwrap();
    }
    assert!(playing.wait().await.unwrap().success(), "the browser script failed: see its message above");
}

fn web() -> PathBuf {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("web");
    assert!(
        web.join("dist/index.html").exists(),
        "the web client is not built: ./run test builds it, or `npm run build` in web/"
    );
    assert!(web.join("node_modules/playwright-core").exists(), "run `npm ci` in web/ first");
    web
}

async fn run(web: &Path, script: &str, environment: Vec<(String, String)>) {
    let mut node = Command::new("node");
    node.arg(script).current_dir(web).envs(environment);
    let done = tokio::task::spawn_blocking(move || node.status()).await.unwrap().expect("node runs");
    assert!(done.success(), "the browser script failed: see its message above");
}
