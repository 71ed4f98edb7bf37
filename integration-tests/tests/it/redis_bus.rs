//! Two nodes on one database with Redis between them, and what happens when Redis goes.

use integration_tests::app::App;
use integration_tests::services;
use integration_tests::socket::Socket;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_stores_the_other_delivers() {
    let redis = services::redis();
    let one = App::start_with(|settings| settings.redis.url = Some(redis.url().into())).await;
    let two = one.second_node(|settings| settings.redis.url = Some(redis.url().into())).await;
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
async fn without_redis_nothing_is_lost() {
    let redis = services::own_redis();
    let one = App::start_with(|settings| settings.redis.url = Some(redis.url().into())).await;
    let officer = one.sign_in("officer").await;
    let peer = one.sign_in("peer").await;
    let conversation = officer.direct_with(&one.person("peer")).await;
    let mut theirs = peer.socket().await;
    officer.say(&conversation, "with Redis").await.expect(201);
    theirs.event("message.created", &conversation).await;
    drop(redis);
    officer.say(&conversation, "without Redis").await.expect(201);
    assert_eq!(theirs.event("message.created", &conversation).await["data"]["body"], "without Redis");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_to_a_node_on_which_nobody_was_hears_only_what_is_new() {
    let redis = services::redis();
    let one = App::start_with(|settings| settings.redis.url = Some(redis.url().into())).await;
    let two = one.second_node(|settings| settings.redis.url = Some(redis.url().into())).await;
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
