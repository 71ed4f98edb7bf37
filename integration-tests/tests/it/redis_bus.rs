//! Two nodes on one database with Redis between them, and what happens when Redis goes.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use integration_tests::app::App;
use integration_tests::client::Client;
use integration_tests::services;
use integration_tests::socket::Socket;
use local_services::RedisGroup;
use serde_json::{Value, json};

/// How long it may take until nodes hear each other again, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_stores_the_other_delivers() {
    let redis = services::redis();
    let (one, two) = App::two_nodes(&redis.url()).await;
    let officer = one.sign_in("officer").await;
    let peer = two.sign_in("peer").await;
    let conversation = officer.direct_with(&one.person("peer")).await;
    let mut theirs = peer.socket().await;
    let mut mine = officer.socket().await;
    assert_eq!(mine.say(&conversation, "c-1", "across").await["type"], "ack");
    assert_eq!(theirs.event("message.created", &conversation).await["data"]["body"], "across");
    // The answer goes the other way, and the reply right is known on the first node too.
    assert_eq!(theirs.say(&conversation, "c-2", "and back").await["type"], "ack");
    let back = mine.until("the answer", |frame| frame["data"]["body"] == "and back").await;
    assert_eq!(back["seq"], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_the_nodes_tell_each_other_through_the_database() {
    let redis = services::own_redis();
    let (one, two) = App::two_nodes(&redis.url()).await;
    let officer = one.sign_in("officer").await;
    let peer = two.sign_in("peer").await;
    let conversation = officer.direct_with(&one.person("peer")).await;
    let (mut theirs, mut here) = (peer.socket().await, officer.socket().await);
    assert_eq!(here.say(&conversation, "c-0", "with Redis").await["type"], "ack");
    theirs.event("message.created", &conversation).await;
    drop(redis);
    for number in 1..=5 {
        let (client_id, body) = (format!("c-{number}"), format!("without Redis {number}"));
        let answer = format!("yes {number}");
        // The message itself comes, and not the order to fetch it.
        let brings = |body: String| move |frame: &Value| frame["data"]["body"] == body;
        assert_eq!(here.say(&conversation, &client_id, &body).await["type"], "ack");
        theirs.until("the message", brings(body)).await;
        assert_eq!(theirs.say(&conversation, &client_id, &answer).await["type"], "ack");
        here.until("the answer", brings(answer)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_redis_takes_over_where_sentinels_look_after_it() {
    let directory = services::shared().directory("sentinels").join("data");
    let mut group = RedisGroup::sentinels(&directory).unwrap();
    let url = group.url().to_owned();
    goes_on_after(&url, || group.kill9(0).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_carries_the_notes_and_goes_on_without_one_of_its_servers() {
    let directory = services::shared().directory("cluster").join("data");
    let mut group = RedisGroup::cluster(&directory).unwrap();
    let url = group.url().to_owned();
    goes_on_after(&url, || group.kill9(0).unwrap()).await;
}

/// Two nodes hear each other, lose a server of their Redis, and hear each other again without anybody's help. What was said
/// meanwhile is there.
async fn goes_on_after(url: &str, loss: impl FnOnce()) {
    let (one, two) = App::two_nodes(url).await;
    let (head, peer) = (one.sign_in("head").await, two.sign_in("peer").await);
    let mut conversations = vec![head.direct_with(&one.person("peer")).await];
    // Several, so that a cluster has them on several servers.
    for number in 1..=5 {
        let (name, people) = (format!("по делу {number}"), [one.person("peer"), one.person("officer")]);
        let group = serde_json::json!({ "kind": "group", "name": name, "person_ids": people });
        let made = head.post("/conversations", group).await.expect(201);
        conversations.push(made["conversation"]["id"].as_str().unwrap().to_owned());
    }
    until_whole(&head, &one).await;
    until_whole(&peer, &two).await;
    let mut theirs = peer.socket().await;
    for conversation in &conversations {
        head.say(conversation, "before").await.expect(201);
        theirs.event("message.created", conversation).await;
    }
    loss();
    for conversation in &conversations {
        head.say(conversation, "meanwhile").await.expect(201);
    }
    // Each is heard of, be it only that something was missed; then all is as before.
    let begin = Instant::now();
    let mut unheard: HashSet<&String> = conversations.iter().collect();
    while !unheard.is_empty() {
        assert!(begin.elapsed() < PATIENCE, "{unheard:?} are not heard of after {:?}", begin.elapsed());
        tokio::time::sleep(Duration::from_millis(50)).await;
        for frame in theirs.drain().await {
            let is_told = frame["type"] == "resync" || frame["data"]["body"] == "meanwhile";
            unheard.retain(|conversation| !(is_told && frame["conversation_id"] == **conversation));
        }
    }
    until_whole(&head, &one).await;
    until_whole(&peer, &two).await;
    theirs.drain().await;
    for conversation in &conversations {
        head.say(conversation, "after").await.expect(201);
        let is_said =
            |frame: &Value| frame["conversation_id"] == *conversation && frame["data"]["body"] == "after";
        assert_eq!(theirs.until("what is said after it", is_said).await["seq"], 3);
    }
}

async fn until_whole(client: &Client, node: &App) {
    let whole = async {
        loop {
            let answer = reqwest::get(format!("{}/readyz", node.base())).await.unwrap();
            let said: Value = answer.json().await.unwrap();
            if !said["reasons"].as_array().unwrap().contains(&"bus_broken".into()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, whole).await;
    assert!(waited.is_ok(), "{} does not hear the others ({})", node.base(), client.person_id());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_to_a_node_on_which_nobody_was_hears_only_what_is_new() {
    let redis = services::redis();
    let (one, two) = App::two_nodes(&redis.url()).await;
    let officer = one.sign_in("officer").await;
    let peer = two.sign_in("peer").await;
    let conversation = officer.direct_with(&one.person("peer")).await;
    let mut theirs = peer.socket().await;
    officer.say(&conversation, "heard").await.expect(201);
    theirs.event("message.created", &conversation).await;
    drop(theirs);
    while two.open_sockets() > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    for text in ["read elsewhere", "and this too"] {
        officer.say(&conversation, text).await.expect(201);
    }
    let mut again = Socket::open(two.base()).await;
    again.hello(peer.token(), Some(json!({ &conversation: 3 }))).await;
    officer.say(&conversation, "new").await.expect(201);
    assert_eq!(again.event("message.created", &conversation).await["seq"], 4);
}
