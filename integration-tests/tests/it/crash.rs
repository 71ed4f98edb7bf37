//! Killing the server at any moment loses no acknowledged message and repeats none.

use std::collections::BTreeMap;
use std::time::Duration;

use integration_tests::client::Client;
use integration_tests::process::ServerProcess;
use serde_json::json;

/// How often the server is killed while four writers send without pause.
const KILLS: u32 = 4;
const WRITERS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_nothing_acknowledged_is_lost_or_doubled() {
    let mut server = ServerProcess::start().await;
    let mut officer = Client::new(server.base());
    officer.try_sign_in("officer", "chancery").await.expect(201);
    let peer = server.person("peer").await;
    let conversation = officer.direct_with(&peer).await;

    let mut acknowledged: BTreeMap<String, i64> = BTreeMap::new();
    let mut next = 0_usize;
    for round in 0..KILLS {
        let writers = (0..WRITERS).map(|writer| {
            let first = next + writer * 10_000;
            write_until_it_dies(officer.clone(), conversation.clone(), first)
        });
        let writers = tokio::spawn(futures_util::future::join_all(writers.collect::<Vec<_>>()));
        tokio::time::sleep(Duration::from_millis(250 + u64::from(round) * 137)).await;
        server.kill9();
        let mut unanswered = Vec::new();
        for (acks, pending) in writers.await.unwrap() {
            acknowledged.extend(acks);
            unanswered.push(pending);
        }
        next += WRITERS * 10_000;

        server.restart().await;
        officer = Client::new(server.base());
        officer.try_sign_in("officer", "chancery").await.expect(201);
        // A client repeats what was not acknowledged, under the same client id.
        for client_id in unanswered {
            let answer = send(&officer, &conversation, &client_id).await.expect("the server is back");
            assert!(answer.status.is_success(), "{:#}", answer.body);
            acknowledged.insert(client_id, answer.body["message"]["seq"].as_i64().unwrap());
        }
    }
    assert!(acknowledged.len() > 50, "the writers hardly wrote: {}", acknowledged.len());

    let stored = history(&officer, &conversation).await;
    let seqs: Vec<i64> = stored.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(
        seqs,
        (1..=i64::try_from(stored.len()).unwrap()).collect::<Vec<_>>(),
        "the sequence has no gap"
    );
    let mut by_client: BTreeMap<String, i64> = BTreeMap::new();
    for (seq, body) in stored {
        assert!(by_client.insert(body.clone(), seq).is_none(), "{body} is stored twice");
    }
    for (client_id, seq) in &acknowledged {
        assert_eq!(by_client.get(client_id), Some(seq), "{client_id} was acknowledged as {seq}");
    }
    assert_eq!(by_client.len(), acknowledged.len(), "something is stored that nobody sent");
}

/// Sends one message after another; returns what was acknowledged and the one that was not.
async fn write_until_it_dies(
    client: Client,
    conversation: String,
    first: usize,
) -> (BTreeMap<String, i64>, String) {
    let mut acknowledged = BTreeMap::new();
    for number in first.. {
        let client_id = format!("m-{number}");
        match send(&client, &conversation, &client_id).await {
            Some(answer) if answer.status.as_u16() == 201 => {
                acknowledged.insert(client_id, answer.body["message"]["seq"].as_i64().unwrap());
            }
            _ => return (acknowledged, client_id),
        }
    }
    unreachable!("the numbers do not end")
}

async fn send(
    client: &Client,
    conversation: &str,
    client_id: &str,
) -> Option<integration_tests::client::Answer> {
    client
        .try_post(
            &format!("/conversations/{conversation}/messages"),
            json!({ "client_id": client_id, "body": client_id }),
        )
        .await
}

async fn history(client: &Client, conversation: &str) -> Vec<(i64, String)> {
    let mut all = Vec::new();
    loop {
        let after = all.last().map_or(0, |(seq, _)| *seq);
        let page = client
            .get(&format!("/conversations/{conversation}/messages?after={after}&limit=100"))
            .await
            .expect(200);
        for message in page["messages"].as_array().unwrap() {
            all.push((message["seq"].as_i64().unwrap(), message["body"].as_str().unwrap().to_owned()));
        }
        if page["has_more"] == false {
            return all;
        }
    }
}
