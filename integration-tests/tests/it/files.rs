//! Files: who sends and who opens them, what is kept of them, and when that is gone.

use std::path::{Path, PathBuf};
use std::time::Duration;

use integration_tests::app::App;
use integration_tests::client::Client;
use integration_tests::s3::S3;
use integration_tests::services;
use local_services::Clamd;
use serde_json::{Value, json};

/// What a private scanner takes for malware.
const MALWARE: &[u8] = b"chancery-takes-this-for-malware";
const DAY: Duration = Duration::from_hours(24);

/// An image of so many pixels, as PNG.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut data = std::io::Cursor::new(Vec::new());
    let image = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([u8::try_from(x % 256).unwrap(), u8::try_from(y % 256).unwrap(), 90])
    });
    image.write_to(&mut data, image::ImageFormat::Png).unwrap();
    data.into_inner()
}

fn id_of(message: &Value) -> String {
    message["files"][0]["id"].as_str().unwrap().to_owned()
}

fn content(file: &str) -> String {
    format!("/files/{file}/content")
}

/// Every file that is kept, with its octets.
fn kept(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(kept(&path));
        } else {
            let data = std::fs::read(&path).unwrap();
            found.push((path, data));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_opened_by_whoever_reads_its_message_and_kept_sealed() {
    let app = App::start().await;
    let (officer, peer) = (app.sign_in("officer").await, app.sign_in("peer").await);
    let pair = officer.direct_with(peer.person_id()).await;
    let mut socket = peer.socket().await;
    // More than a block of the seal, and not a whole number of them.
    let text = "Проект приказа, слово аметист.\n".repeat(9_000);
    let sent = officer.send_file(&pair, "", "Проект приказа.txt", text.as_bytes()).await;
    assert_eq!(sent["body"], "", "a message may bring a file and say nothing");
    let told = &sent["files"][0];
    assert_eq!(
        (&told["name"], &told["media_type"], &told["size"]),
        (&json!("Проект приказа.txt"), &json!("text/plain"), &json!(text.len()))
    );
    let event = socket.event("message.created", &pair).await;
    assert_eq!(event["data"]["files"], sent["files"], "whoever listens is told as well");
    let listed = peer.get(&format!("/conversations/{pair}/messages")).await.expect(200);
    assert_eq!(listed["messages"][0]["files"], sent["files"]);

    let file = id_of(&sent);
    for reader in [&officer, &peer] {
        let (status, headers, octets) = reader.fetch(&content(&file)).await;
        assert_eq!((status, octets.as_slice()), (200, text.as_bytes()));
        let header = |name: &str| headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-length"), text.len().to_string());
        assert!(
            header("content-disposition").starts_with("attachment; filename*=UTF-8''%D0%9F"),
            "{headers:?}"
        );
        assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(header("cache-control"), "private, no-store");
    }
    let outsider = app.sign_in("outsider").await;
    assert_eq!(outsider.fetch(&content(&file)).await.0, 404);
    assert_eq!(outsider.fetch(&format!("/files/{file}/thumbnail")).await.0, 404);
    assert_eq!(peer.fetch(&format!("/files/{file}/thumbnail")).await.0, 404, "a text has none");
    officer.delete(&format!("/files/{file}")).await.expect_error(404, "not_found");

    let on_disk = kept(&app.files());
    assert_eq!(on_disk.len(), 1);
    let has = |word: &[u8]| on_disk[0].1.windows(word.len()).any(|found| found == word);
    assert!(!has("аметист".as_bytes()) && on_disk[0].1.len() > text.len(), "what is kept is sealed");
    let uploaded = app.audited("file.uploaded").await;
    assert_eq!((&uploaded[0]["file_id"], &uploaded[0]["scanned_by"]), (&json!(file), &Value::Null));
    assert!(!uploaded[0].to_string().contains("приказ"), "the record has no name that outlives the file");
    let opened = app.audited("file.opened").await;
    assert_eq!(opened.len(), 2, "each that was given, and none that was refused");
    assert_eq!((&opened[0]["file_id"], &opened[0]["message_id"]), (&json!(file), &sent["id"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_has_a_small_one() {
    let app = App::start().await;
    let (officer, peer) = (app.sign_in("officer").await, app.sign_in("peer").await);
    let pair = officer.direct_with(peer.person_id()).await;
    let image = png(1200, 600);
    // Whatever its name says.
    let sent = officer.send_file(&pair, "Схема.", "схема.exe", &image).await;
    let told = &sent["files"][0];
    assert_eq!(
        (&told["media_type"], &told["width"], &told["height"]),
        (&json!("image/png"), &json!(1200), &json!(600))
    );
    let file = id_of(&sent);
    let (status, headers, small) = peer.fetch(&format!("/files/{file}/thumbnail")).await;
    assert_eq!((status, &headers["content-type"]), (200, &"image/jpeg".parse().unwrap()));
    let seen = image::load_from_memory(&small).unwrap();
    assert_eq!((seen.width(), seen.height()), (640, 320));
    assert_eq!(peer.fetch(&content(&file)).await.2, image);
    // What only says that it is an image is a file like any other.
    let fake = officer.send_file(&pair, "", "a.png", b"\x89PNG\r\n\x1a\nand nothing more").await;
    assert!(fake["files"][0].get("width").is_none(), "{fake}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_sent_is_its_senders_alone_and_sent_once() {
    let app = App::start().await;
    let (officer, peer) = (app.sign_in("officer").await, app.sign_in("peer").await);
    let pair = officer.direct_with(peer.person_id()).await;
    let elsewhere = app.group(&officer, &["peer"]).await;
    let put = async |name: &str| {
        let answer = officer.upload(&pair, name, "содержание").await.expect(201);
        answer["file"]["id"].as_str().unwrap().to_owned()
    };
    let say = async |client: &Client, conversation: &str, files: Value| {
        let client_id = uuid::Uuid::now_v7().to_string();
        let message = json!({ "client_id": client_id, "body": "Вот.", "file_ids": files });
        client.post(&format!("/conversations/{conversation}/messages"), message).await
    };
    let file = put("one.txt").await;
    assert_eq!(officer.fetch(&content(&file)).await.0, 200, "its sender may look at it");
    assert_eq!(peer.fetch(&content(&file)).await.0, 404);
    peer.delete(&format!("/files/{file}")).await.expect_error(404, "not_found");
    let wrong = say(&peer, &pair, json!([file])).await.expect_error(400, "unknown_file");
    assert_eq!(wrong["field"], "file_ids");
    say(&officer, &elsewhere, json!([file])).await.expect_error(400, "unknown_file");
    say(&officer, &pair, json!([file, file])).await.expect_error(400, "unknown_file");
    say(&officer, &pair, json!([uuid::Uuid::now_v7()])).await.expect_error(400, "unknown_file");
    let many: Vec<_> = (0..11).map(|_| uuid::Uuid::now_v7()).collect();
    say(&officer, &pair, json!(many)).await.expect_error(400, "too_many_files");
    let second = put("two.txt").await;
    let sent = say(&officer, &pair, json!([second, file])).await.expect(201)["message"].clone();
    let names: Vec<_> = sent["files"].as_array().unwrap().iter().map(|file| file["name"].clone()).collect();
    assert_eq!(names, ["two.txt", "one.txt"], "in the order that they were given in");
    say(&officer, &pair, json!([file])).await.expect_error(400, "unknown_file");

    // One that is taken back, and one that nobody sends within a day.
    let (back, old) = (put("back.txt").await, put("old.txt").await);
    officer.delete(&format!("/files/{back}")).await.expect(204);
    assert_eq!(officer.fetch(&content(&back)).await.0, 404);
    assert_eq!(app.clear_files().await, 1);
    app.advance(DAY);
    let officer = app.sign_in("officer").await;
    say(&officer, &pair, json!([old])).await.expect_error(400, "unknown_file");
    app.advance(Duration::from_mins(1));
    assert_eq!(app.clear_files().await, 1);
    assert_eq!(officer.fetch(&content(&old)).await.0, 404);
    assert_eq!(kept(&app.files()).len(), 2, "what was sent stays");
    assert_eq!(app.sign_in("peer").await.fetch(&content(&file)).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_large_empty_cut_or_badly_named_is_refused_and_leaves_nothing() {
    let app = App::start_with(|config| config.files.max_mib = 1).await;
    let officer = app.sign_in("officer").await;
    let pair = officer.direct_with(&app.person("peer")).await;
    let large =
        officer.upload(&pair, "a.bin", vec![0; (1 << 20) + 1]).await.expect_error(413, "file_too_large");
    assert!(large["message"].as_str().unwrap().contains("1 МиБ"), "{large}");
    officer.upload(&pair, "a.bin", Vec::new()).await.expect_error(400, "empty_file");
    let named = officer.upload(&pair, "..", "x").await.expect_error(400, "invalid_value");
    assert_eq!(named["field"], "name");
    officer.upload(&pair, &"x".repeat(256), "x").await.expect_error(400, "too_long");
    let me = officer.get("/me").await.expect(200);
    assert_eq!(me["files"], json!({ "max_bytes": 1 << 20, "max_per_message": 10 }));

    // Together they may have no more than one alone.
    let half = vec![1; 600 << 10];
    let mut ids = Vec::new();
    for name in ["a.bin", "b.bin"] {
        ids.push(officer.upload(&pair, name, half.clone()).await.expect(201)["file"]["id"].clone());
    }
    let both = json!({ "client_id": "both", "body": "", "file_ids": ids });
    officer.post(&format!("/conversations/{pair}/messages"), both).await.expect_error(413, "file_too_large");
    assert_eq!(kept(&app.files()).len(), 2);

    // Somebody hangs up in the middle.
    cut_short(&app, &officer, &pair).await;
    let begun = "select count(*) from files where arrived_at is null and erased_at is null";
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while app.database().await.query_one(begun, &[]).await.unwrap().get::<_, i64>(0) > 0 {
        assert!(std::time::Instant::now() < deadline, "what did not come is not given up");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    app.clear_files().await;
    assert_eq!(kept(&app.files()).len(), 2, "nothing is left of it");
}

/// Sends a tenth of what was announced, and hangs up.
async fn cut_short(app: &App, client: &Client, conversation: &str) {
    use tokio::io::AsyncWriteExt as _;
    let address = app.base().trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/v1/conversations/{conversation}/files?name=cut.bin HTTP/1.1\r\nHost: {address}\r\n\
         Authorization: Bearer {}\r\nContent-Length: 500000\r\n\r\n",
        client.token()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![7; 50_000]).await.unwrap();
    stream.flush().await.unwrap();
    let begun = "select count(*) from files where name = 'cut.bin'";
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while app.database().await.query_one(begun, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        assert!(std::time::Instant::now() < deadline, "it does not begin");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malware_is_found_by_a_real_scanner_and_without_one_that_answers_nothing_is_taken() {
    let directory = services::shared().directory("clamd");
    let clamd = Clamd::start(&directory, &[("Chancery.Test-1", MALWARE)]).unwrap();
    let address = clamd.address();
    let app = App::start_with(move |config| config.files.scanner = Some(address)).await;
    let (officer, peer) = (app.sign_in("officer").await, app.sign_in("peer").await);
    let pair = officer.direct_with(peer.person_id()).await;
    let clean = officer.upload(&pair, "clean.bin", vec![3; 300_000]).await.expect(201);
    assert_eq!(clean["file"]["scanned_by"], "clamd");
    // Behind much else, and across the pieces that it comes in.
    let mut bad = vec![b'x'; 200_000];
    bad.extend_from_slice(MALWARE);
    bad.extend(vec![b'y'; 200_000]);
    let refused = officer.upload(&pair, "счёт.pdf", bad).await.expect_error(422, "malware");
    assert!(refused["message"].as_str().unwrap().contains("Chancery.Test-1"), "{refused}");
    let noted = app.audited("file.refused").await;
    assert_eq!((noted.len(), &noted[0]["conversation_id"]), (1, &json!(pair)));
    assert!(noted[0]["found"].as_str().unwrap().starts_with("Chancery.Test-1"), "{noted:?}");
    app.clear_files().await;
    assert_eq!(kept(&app.files()).len(), 1, "nothing of it is kept");
    let reasons = officer.get("/readyz").await.expect(200)["reasons"].clone();
    assert_eq!(reasons, json!([]));

    clamd.stop().unwrap();
    officer.upload(&pair, "later.txt", "x").await.expect_error(503, "scanner_unavailable");
    let ready = officer.get("/readyz").await.expect(200);
    assert_eq!((&ready["ready"], &ready["reasons"]), (&json!(true), &json!(["scanner_unavailable"])));
    app.clear_files().await;
    assert_eq!(kept(&app.files()).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_no_longer_read_the_message_gets_nothing_of_its_file() {
    let app = App::start().await;
    let (officer, peer) = (app.sign_in("officer").await, app.sign_in("peer").await);
    let group = app.group(&officer, &["peer", "head"]).await;
    let sent = officer.send_file(&group, "Проект.", "p.txt", "проект".as_bytes()).await;
    let file = id_of(&sent);
    assert_eq!(peer.fetch(&content(&file)).await.0, 200);
    officer.delete(&format!("/conversations/{group}/members/{}", peer.person_id())).await.expect(204);
    assert_eq!(peer.fetch(&content(&file)).await.0, 404);
    // The row of a file opens nothing that the message does not tell of.
    let other = officer.direct_with(peer.person_id()).await;
    let cover = officer.say(&other, "Обложка.").await.expect(201)["message"].clone();
    let database = app.database().await;
    let moved = "update files set conversation_id = $1::text::uuid, message_id = $2::text::uuid, seq = 1 where id = $3::text::uuid";
    let cover_id = cover["id"].as_str().unwrap();
    assert_eq!(database.execute(moved, &[&other, &cover_id, &file.as_str()]).await.unwrap(), 1);
    assert_eq!(peer.fetch(&content(&file)).await.0, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_labelled_file_stays_with_the_staff_and_the_denial_says_so() {
    let app = App::start_with_own_directory().await;
    let sql =
        "select login from people where employment = 'external' and status = 'active' order by login limit 1";
    let login: String = app.database().await.query_one(sql, &[]).await.unwrap().get(0);
    app.directory().replace(&login, "govClearance", &["official"]).await;
    app.sync().await;
    let external = app.sign_in(&login).await;
    let colleagues = external.get("/me/colleagues").await.expect(200);
    let superior = colleagues["superiors"][0]["id"].as_str().unwrap().to_owned();
    external.direct_with(&superior).await;
    let superior = app.sign_in_as(superior.parse().unwrap()).await;
    let pair = superior.direct_with(external.person_id()).await;
    let file = superior.upload(&pair, "a.txt", "x").await.expect(201)["file"]["id"].clone();
    let label = json!({ "level": "official", "categories": [] });
    let with = |client_id: &str, files: Value| json!({ "client_id": client_id, "body": "Вот.", "file_ids": files, "label": label });
    let path = format!("/conversations/{pair}/messages");
    let denied = superior.post(&path, with("file", json!([file]))).await.expect_error(403, "policy_denied");
    assert_eq!(denied["decision"]["rule"], "D07", "{}", denied["decision"]["message"]);
    assert_eq!(app.audited("message.sent").await.len(), 0);
    // What may be said under that label is said without it.
    superior.post(&path, with("words", json!([]))).await.expect(201);
    let noted = "select count(*) from decisions where not allow and action = 'dm.file' and rule = 'D07'";
    assert_eq!(app.database().await.query_one(noted, &[]).await.unwrap().get::<_, i64>(0), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_erased_takes_its_files_along() {
    use server::config::{Config, RetentionRule};
    let rules = |settings: &mut Config| {
        settings.retention.rules =
            vec![RetentionRule { kind: None, label: None, days: Some(30), months: None }];
    };
    let app = App::start_with(rules).await;
    let officer = app.sign_in("officer").await;
    let pair = officer.direct_with(&app.person("peer")).await;
    let sent = officer.send_file(&pair, "Старое.", "old.png", &png(40, 40)).await;
    assert_eq!(kept(&app.files()).len(), 2, "the image and the small one");
    app.advance(32 * DAY);
    app.retain().await;
    let officer = app.sign_in("officer").await;
    assert_eq!(officer.fetch(&content(&id_of(&sent))).await.0, 404);
    let listed = officer.get(&format!("/conversations/{pair}/messages")).await.expect(200);
    for message in listed["messages"].as_array().unwrap() {
        assert_eq!(message["files"], json!([]), "{message}");
    }
    let left = "select count(*) from files where name <> '' or sealed_key is not null";
    assert_eq!(
        app.database().await.query_one(left, &[]).await.unwrap().get::<_, i64>(0),
        0,
        "no key is left"
    );
    assert_eq!(app.clear_files().await, 1);
    assert_eq!(kept(&app.files()).len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_store_there_are_no_files() {
    let app = App::start_with(|config| config.files.store = None).await;
    let officer = app.sign_in("officer").await;
    let pair = officer.direct_with(&app.person("peer")).await;
    assert_eq!(officer.get("/me").await.expect(200)["files"], Value::Null);
    officer.upload(&pair, "a.txt", "x").await.expect_error(409, "files_not_available");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_speaks_s3_keeps_them_as_well() {
    let store = S3::start(&services::shared().directory("s3")).await;
    let app = App::start_with(|config| store.configure(config, true)).await;
    let (officer, peer) = (app.sign_in("officer").await, app.sign_in("peer").await);
    let pair = officer.direct_with(peer.person_id()).await;
    // More than one piece of what it takes at once.
    let mut data = vec![0_u8; 12 << 20];
    for (place, octet) in data.iter_mut().enumerate() {
        *octet = u8::try_from(place % 251).unwrap();
    }
    let sent = officer.send_file(&pair, "", "large.bin", &data).await;
    let image = officer.send_file(&pair, "", "small.png", &png(64, 64)).await;
    assert!(peer.fetch(&content(&id_of(&sent))).await.2 == data, "what is fetched is what was sent");
    assert_eq!(peer.fetch(&format!("/files/{}/thumbnail", id_of(&image))).await.0, 200);
    let visible =
        |(path, _): &(PathBuf, Vec<u8>)| !path.file_name().unwrap().to_str().unwrap().starts_with('.');
    let on_disk: Vec<_> = kept(store.directory()).into_iter().filter(visible).collect();
    assert_eq!(on_disk.len(), 3, "{:?}", on_disk.iter().map(|(path, _)| path).collect::<Vec<_>>());
    assert!(
        on_disk.iter().all(|(_, octets)| !octets.windows(251).any(|found| found == &data[..251])),
        "sealed"
    );
    let loose = officer.upload(&pair, "back.txt", "x").await.expect(201)["file"]["id"].clone();
    officer.delete(&format!("/files/{}", loose.as_str().unwrap())).await.expect(204);
    assert_eq!(app.clear_files().await, 1);
    assert_eq!(officer.get("/readyz").await.expect(200)["reasons"], json!([]));

    let stranger = app.second_node(|config| store.configure(config, false)).await;
    let officer = officer.at(stranger.base());
    officer.upload(&pair, "no.txt", "x").await.expect_error(503, "file_store_unavailable");
    assert_eq!(officer.get("/readyz").await.expect(200)["reasons"], json!(["file_store_unavailable"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_node_gives_what_one_has_taken_and_one_with_another_key_does_not() {
    use base64::Engine as _;
    let app = App::start().await;
    let (officer, peer) = (app.sign_in("officer").await, app.sign_in("peer").await);
    let pair = officer.direct_with(peer.person_id()).await;
    let sent = officer.send_file(&pair, "", "a.txt", b"the same on all nodes").await;
    let path = content(&id_of(&sent));
    let second = app.second_node(|_| {}).await;
    assert_eq!(peer.at(second.base()).fetch(&path).await.2, b"the same on all nodes");
    let key = base64::engine::general_purpose::STANDARD.encode([8; 32]);
    let third = app.second_node(|config| config.files.key = Some(key.into())).await;
    let (status, _, said) = peer.at(third.base()).fetch(&path).await;
    assert_eq!(status, 500, "{}", String::from_utf8_lossy(&said));
}
