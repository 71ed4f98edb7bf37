//! Two hundred changes behind the log's back, drawn at random, by somebody who is the database's superuser and whom no trigger
//! hinders: each is found and named, and nothing is found where nothing was changed.

use std::fmt::Write as _;

use schema::Pool;
use server::audit::verify::report::Finding;
use tokio_postgres::Client;

use super::{an_office, checked, signed_app};
use crate::dice::Dice;

/// How many changes are made.
const CHANGES: usize = 200;

/// What is changed of a row of a table, as SQL.
struct Target {
    table: &'static str,
    /// Columns that tell its rows from each other.
    key: &'static [&'static str],
    alterations: &'static [&'static str],
    /// What a row is given that is put in beside the one it is copied from.
    copy: &'static str,
}

const TARGETS: [Target; 11] = [
    Target {
        table: "audit_log",
        key: &["seq"],
        alterations: &[
            "at = at + interval '1 microsecond'",
            "kind = 'session.began_'",
            "actor_id = gen_random_uuid()",
            "entry = entry || '{\"x\": 1}'",
        ],
        copy: "jsonb_build_object('seq', -seq)",
    },
    Target {
        table: "messages",
        key: &["conversation_id", "seq"],
        alterations: &[
            "body = body || '.'",
            "body = 'Nothing.', body_salt = null",
            "files = case when files is null then jsonb_build_array(jsonb_build_object('id', gen_random_uuid(), 'name', 'x',
                'media_type', 'text/plain', 'size', 1, 'sha256', '')) end",
            "label_level = 2, label_policy = 'urn:chancery:labels:1'",
            "author_id = (select id from people where id <> author_id limit 1)",
            "rule = 'A99'",
            "policy_version = policy_version + 1",
        ],
        copy: "jsonb_build_object('seq', seq + 1000, 'id', gen_random_uuid())",
    },
    Target {
        table: "people_history",
        key: &["id"],
        alterations: &[
            "display_name = display_name || ' jr.'",
            "roles = roles || array['compliance']",
            "status = case status when 'active' then 'gone' else 'active' end",
            "held = tstzrange(lower(held) - interval '1 day', upper(held))",
        ],
        copy: "jsonb_build_object('id', gen_random_uuid())",
    },
    Target {
        table: "posts_history",
        key: &["id"],
        alterations: &["title = title || '!'", "held = tstzrange(lower(held), lower(held) + interval '1 second')"],
        copy: "jsonb_build_object('id', gen_random_uuid())",
    },
    Target {
        table: "units_history",
        key: &["id"],
        alterations: &["name = name || '!'", "parent_id = gen_random_uuid()"],
        copy: "jsonb_build_object('id', gen_random_uuid())",
    },
    Target {
        table: "clearances_history",
        key: &["person_id"],
        alterations: &["level = level % 9 + 1", "categories = array['x']"],
        copy: "jsonb_build_object('person_id', gen_random_uuid())",
    },
    Target {
        table: "members_history",
        key: &["conversation_id", "person_id"],
        alterations: &["reads_from_seq = reads_from_seq + 1", "role = case role when 'owner' then 'member' else 'owner' end"],
        copy: "jsonb_build_object('person_id', gen_random_uuid())",
    },
    Target {
        table: "conversations_history",
        key: &["id"],
        alterations: &["label_level = (label_level + 1) % 9", "name = coalesce(name, '') || '!'"],
        copy: "jsonb_build_object('id', gen_random_uuid())",
    },
    Target {
        table: "conversations",
        key: &["id"],
        alterations: &["label_level = 2, label_policy = 'urn:chancery:labels:1'", "archived_at = now()"],
        copy: "jsonb_build_object('id', gen_random_uuid(), 'kind', 'group', 'name', 'x', 'channel_kind', null, 'unit_id', null,
            'direct_low', null, 'direct_high', null, 'created_by', (select id from people limit 1))",
    },
    Target {
        table: "policy_activations",
        key: &["id"],
        alterations: &["reason = reason || '!'", "valid = tstzrange(lower(valid) - interval '1 day', upper(valid))"],
        copy: "jsonb_build_object('id', gen_random_uuid(), 'valid', tstzrange('2000-01-01', '2000-01-02'))",
    },
    Target {
        table: "policy_versions",
        key: &["number"],
        alterations: &["note = note || '!'", "sha256 = sha256(sha256)"],
        copy: "jsonb_build_object('number', number + 100)",
    },
];

/// What was done, and how it is undone.
struct Done {
    what: String,
    /// A value that a finding must name.
    named: String,
    undo: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "it says what it drew")]
async fn whatever_is_changed_behind_its_back_is_found_and_named() {
    let app = signed_app().await;
    an_office(&app).await;
    let pool = Pool::new(app.database_url(), 2).unwrap();
    app.signed_log(&pool).await;
    let report = checked(&app, &pool, &[]).await;
    assert!(report.is_whole && report.checkpoints > 0, "before anything was changed: {:?}", report.findings);
    assert!(report.leaves > 50 && report.messages == 25 && report.rows > 1000, "{report:?}");

    let superuser = app.database().await;
    superuser.batch_execute("set session_replication_role = replica").await.unwrap();
    let seed = u64::try_from(uuid::Uuid::now_v7().as_u128() & u128::from(u64::MAX)).unwrap();
    println!("seed {seed}");
    let mut dice = Dice::new(seed);
    let mut counted = std::collections::BTreeMap::new();
    for _ in 0..CHANGES {
        let target = &TARGETS[dice.below(TARGETS.len())];
        let done = match dice.below(4) {
            0 => delete(&superuser, target, &mut dice).await,
            1 => insert(&superuser, target, &mut dice).await,
            2 if target.table == "audit_log" => swap(&superuser, &mut dice).await,
            _ => alter(&superuser, target, &mut dice).await,
        };
        let report = checked(&app, &pool, &[]).await;
        let is_named = report.findings.iter().any(|finding| finding.to_string().contains(&done.named));
        assert!(is_named, "{} is not named by {:?} (seed {seed})", done.what, report.findings);
        superuser.batch_execute(&done.undo).await.unwrap_or_else(|error| panic!("{}: {error:?}", done.undo));
        *counted.entry(done.what.split(' ').take(2).collect::<Vec<_>>().join(" ")).or_insert(0) += 1;
    }
    let report = checked(&app, &pool, &[]).await;
    assert!(report.is_whole, "when everything was put right again: {:?}", report.findings);
    println!("{CHANGES} changes, all found: {counted:?}");
}

/// A row of the table, drawn at random: its text, its key as a condition, and what of the key a finding names.
async fn draw(superuser: &Client, target: &Target, dice: &mut Dice) -> (String, String, String) {
    let condition: Vec<String> =
        target.key.iter().map(|column| format!("'{column} = ' || quote_literal({column})")).collect();
    let history =
        if target.table.ends_with("_history") { " || ' and held = ' || quote_literal(held)" } else { "" };
    let named = target.key.iter().map(|column| format!("{column}::text")).collect::<Vec<_>>();
    // Of a message, that a finding names the conversation would not tell it from others.
    let named = if target.table == "messages" {
        "'message ' || seq || ' of conversation ' || conversation_id".to_owned()
    } else if target.table == "audit_log" {
        "'entry ' || seq || ' '".to_owned()
    } else {
        named.last().unwrap().clone()
    };
    let sql = format!(
        "select to_jsonb(r)::text, {}{history}, {named} from {} r order by sha256(convert_to(r::text || $1, 'UTF8')) limit 1",
        condition.join(" || ' and ' || "),
        target.table
    );
    let salt = dice.below(1 << 30).to_string();
    let row = superuser.query_one(&sql, &[&salt]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    (row.get(0), row.get(1), row.get(2))
}

/// Puts a row back as it was.
fn put_back(table: &str, row: &str) -> String {
    let row = row.replace('\'', "''");
    format!(
        "insert into {table} overriding system value select * from jsonb_populate_record(null::{table}, '{row}'); "
    )
}

async fn alter(superuser: &Client, target: &Target, dice: &mut Dice) -> Done {
    let (row, condition, named) = draw(superuser, target, dice).await;
    let change = target.alterations[dice.below(target.alterations.len())];
    let table = target.table;
    // The row is found again by its place, whatever of it was changed.
    let sql =
        format!("update {table} set {change} where {condition} returning tableoid::regclass || ' ' || ctid");
    let changed = superuser.query(&sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    assert_eq!(changed.len(), 1, "{sql}");
    let place: String = changed[0].get(0);
    let (part, ctid) = place.split_once(' ').unwrap();
    let undo = format!("delete from {part} where ctid = '{ctid}'; {}", put_back(table, &row));
    Done { what: format!("alter {table} {change} where {condition}"), named, undo }
}

async fn delete(superuser: &Client, target: &Target, dice: &mut Dice) -> Done {
    let (row, condition, named) = draw(superuser, target, dice).await;
    let table = target.table;
    let gone = superuser.execute(&format!("delete from {table} where {condition}"), &[]).await.unwrap();
    assert_eq!(gone, 1, "{condition}");
    Done { what: format!("delete {table} where {condition}"), named, undo: put_back(table, &row) }
}

async fn insert(superuser: &Client, target: &Target, dice: &mut Dice) -> Done {
    let (_, condition, _) = draw(superuser, target, dice).await;
    let (table, copy) = (target.table, target.copy);
    let mut key = String::new();
    for column in target.key {
        write!(key, "{}r.{column}::text", if key.is_empty() { "" } else { " || ' ' || " }).unwrap();
    }
    let sql = format!(
        "insert into {table} as r overriding system value
         select (jsonb_populate_record(null::{table}, to_jsonb(o) || {copy})).* from {table} o where {condition}
         returning r.tableoid::regclass || ' ' || r.ctid, {key}"
    );
    let row = superuser.query_one(&sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let (place, key): (String, String) = (row.get(0), row.get(1));
    let (part, ctid) = place.split_once(' ').unwrap();
    let named = match (table, key.split_once(' ')) {
        ("messages", Some((conversation, seq))) => format!("message {seq} of conversation {conversation}"),
        ("audit_log", _) => format!("entry {key} "),
        (_, Some((_, last))) => last.to_owned(),
        (_, None) => key,
    };
    let undo = format!("delete from {part} where ctid = '{ctid}'");
    Done { what: format!("insert {table} beside {condition}"), named, undo }
}

/// Two entries change places.
async fn swap(superuser: &Client, dice: &mut Dice) -> Done {
    let target = &TARGETS[0];
    let (one, one_is, named) = draw(superuser, target, dice).await;
    let (two, two_is) = loop {
        let (two, two_is, _) = draw(superuser, target, dice).await;
        if two_is != one_is {
            break (two, two_is);
        }
    };
    let number = |condition: &str| condition.trim_start_matches("seq = ").trim_matches('\'').to_owned();
    let (first, second) = (number(&one_is), number(&two_is));
    let sql = format!(
        "with said as (select seq, at, kind, actor_id, entry from audit_log where seq in ({first}, {second}))
         update audit_log a set at = said.at, kind = said.kind, actor_id = said.actor_id, entry = said.entry
         from said where a.seq in ({first}, {second}) and said.seq in ({first}, {second}) and said.seq <> a.seq"
    );
    assert_eq!(superuser.execute(&sql, &[]).await.unwrap(), 2, "{sql}");
    let back = [put_back("audit_log", &one), put_back("audit_log", &two)].concat();
    let undo = format!("delete from audit_log where seq in ({first}, {second}); {back}");
    Done { what: format!("swap audit_log {first} and {second}"), named, undo }
}

/// Whoever also makes the hashes right is given away by what was signed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_makes_the_hashes_right_is_given_away_by_what_was_signed() {
    let app = signed_app().await;
    an_office(&app).await;
    let pool = Pool::new(app.database_url(), 2).unwrap();
    app.signed_log(&pool).await;
    let superuser = app.database().await;
    superuser.batch_execute("set session_replication_role = replica").await.unwrap();
    let tile = "select hashes, seqs[20] from audit_tiles where height = 0 and number = 0";
    let row = superuser.query_one(tile, &[]).await.unwrap();
    let (kept, seq): (Vec<u8>, i64) = (row.get(0), row.get(1));
    superuser
        .execute("update audit_log set actor_id = gen_random_uuid() where seq = $1", &[&seq])
        .await
        .unwrap();
    let entry = {
        let mut connection = pool.get().await.unwrap();
        schema::audit_tree::entry(&mut connection, seq).await.unwrap().unwrap()
    };
    let leaf = audit_log::leaf::Leaf {
        seq: entry.seq,
        at: entry.at,
        kind: &entry.kind,
        actor: entry.actor_id,
        entry: &entry.entry,
    };
    let mut hashes = kept;
    hashes[19 * 32..20 * 32].copy_from_slice(&audit_log::tree::leaf_hash(&leaf.line()));
    superuser
        .execute("update audit_tiles set hashes = $1 where height = 0 and number = 0", &[&hashes])
        .await
        .unwrap();
    let report = checked(&app, &pool, &[]).await;
    let is_signed_otherwise =
        report.findings.iter().any(|finding| matches!(finding, Finding::NotAsSigned { from_leaf: 0, .. }));
    assert!(is_signed_otherwise, "{:?}", report.findings);
}

/// Cutting off the newest part and everything that tells of it is seen by whoever has a checkpoint.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_cut_off_is_missed_by_whoever_has_a_checkpoint() {
    let app = signed_app().await;
    an_office(&app).await;
    let pool = Pool::new(app.database_url(), 2).unwrap();
    let before = app.signed_log(&pool).await;
    let superuser = app.database().await;
    superuser.batch_execute("set session_replication_role = replica; create table old_tree as table audit_tree;
        create table old_tiles as table audit_tiles; create table old_last as select max(seq) as seq from audit_log")
        .await
        .unwrap();
    let officer = app.sign_in("officer").await;
    let direct = officer.direct_with(&app.person("peer")).await;
    officer.say(&direct, "This will be cut off.").await.expect(201);
    let note = app.signed_log(&pool).await;
    assert_ne!(before, note);
    // Everything goes back to what it was, as if from a backup.
    superuser
        .batch_execute(
            "delete from audit_log using old_last where audit_log.seq > old_last.seq;
             delete from messages where body like 'This will%'; delete from sends where created_at > (select max(created_at) from messages);
             delete from audit_checkpoints where size > (select size from old_tree);
             delete from audit_tree; insert into audit_tree select * from old_tree;
             delete from audit_tiles; insert into audit_tiles select * from old_tiles",
        )
        .await
        .unwrap();
    let report = checked(&app, &pool, &[before]).await;
    assert!(report.is_whole, "the database alone does not tell: {:?}", report.findings);
    let report = checked(&app, &pool, &[note]).await;
    let is_missed = report.findings.iter().any(|finding| matches!(finding, Finding::CutOff { .. }));
    assert!(is_missed, "{:?}", report.findings);
}
