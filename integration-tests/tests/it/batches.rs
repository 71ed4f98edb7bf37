//! Sends share transactions: what arrives while one commit is under way is the next. A database that is slow is felt by those
//! who send, and by nothing else.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use integration_tests::app::App;
use serde_json::json;

/// Stops every commit of messages until it is rolled back; reading goes on.
const STOP: &str = "begin; lock table messages in share mode";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_one_commit_waits_the_next_gathers() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    let database = app.database().await;
    database.batch_execute(STOP).await.unwrap();
    let sends = futures_util::future::join_all((0..60).map(|number| {
        let (officer, conversation) = (officer.clone(), conversation.clone());
        async move { officer.say(&conversation, &format!("number {number}")).await.expect(201) }
    }));
    let release = async {
        while app.waiting_to_be_stored() < 55 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        database.batch_execute("rollback").await.unwrap();
    };
    let (answers, ()) = tokio::join!(sends, release);
    let mut seqs: Vec<_> = answers.iter().map(|answer| answer["message"]["seq"].as_i64().unwrap()).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=60).collect::<Vec<i64>>());
    let row = database.query_one("select count(distinct xmin::text) from messages", &[]).await.unwrap();
    let transactions: i64 = row.get(0);
    assert!(transactions <= 6, "{transactions} transactions for 60 messages");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_database_turns_senders_away_and_forgets_nothing() {
    let app = App::start().await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    let path = format!("/conversations/{conversation}/messages");
    let database = app.database().await;
    database.batch_execute(STOP).await.unwrap();
    let draft = |number: usize| json!({ "client_id": format!("c-{number}"), "body": "много" });
    let send = async |number: usize| (number, officer.post(&path, draft(number)).await);
    let mut sends: FuturesUnordered<_> = (0..700).map(send).collect();
    let (mut stored, mut turned_away) = (Vec::new(), Vec::new());
    while let Some((number, answer)) = sends.next().await {
        if answer.status.is_success() {
            stored.push(answer.body["message"]["seq"].as_i64().unwrap());
            continue;
        }
        if turned_away.is_empty() {
            // Somebody was told: now it may go on.
            database.batch_execute("rollback").await.unwrap();
        }
        let error = answer.expect_error(503, "overloaded");
        assert!(error["retry_after_seconds"].as_u64().is_some_and(|wait| wait >= 1), "{error:#}");
        turned_away.push(number);
    }
    assert!(!turned_away.is_empty() && turned_away.len() < 200, "{} were turned away", turned_away.len());
    stored.sort_unstable();
    let all: Vec<i64> = (1..=i64::try_from(stored.len()).unwrap()).collect();
    assert_eq!(stored, all, "what was taken is stored, without gaps");
    for number in turned_away {
        officer.post(&path, draft(number)).await.expect(201);
    }
    let last = officer.get(&format!("/conversations/{conversation}")).await.expect(200);
    assert_eq!(last["conversation"]["last_seq"], 700);
}
