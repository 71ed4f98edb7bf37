//! Sets of rules that decide otherwise: one with other walls, one with another rule that may stand beside the first.

use std::fmt::Write as _;

use policies::facts::Dimension;
use policies::gate::PolicyFiles;
use schema::Pool;
use schema::audit::NewEntry;
use schema::ids::UnitId;
use schema::policy_activations::{self, Beginning, Mode};
use serde_json::json;
use server::policy::Numbers;

/// Writes them into the database, in force nowhere. Returns all numbers; only the last may decide in a single agency.
pub(super) async fn write(database: &tokio_postgres::Client) -> Vec<i64> {
    let mut other_walls = PolicyFiles::embedded().map().clone();
    let walls = other_walls.get_mut("walls.toml").unwrap();
    *walls = walls.replace("state = \"closed\"", "state = \"open\"");
    let mut numbers = vec![1];
    for (number, files) in [(2_i64, PolicyFiles::from_map(other_walls)), (3, other_rules())] {
        let hex: String = files.sha256().iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        });
        let text = serde_json::to_string(files.map()).unwrap();
        let sql = "insert into policy_versions (number, sha256, files, created_at)
            values ($1, decode($2::text, 'hex'), $3::text::jsonb, now())";
        database.execute(sql, &[&number, &hex, &text]).await.unwrap();
        numbers.push(number);
    }
    numbers
}

/// Nobody posts in a project, nor reads an announcement: of walls and labels it says what the first one says.
fn other_rules() -> PolicyFiles {
    let mut files = PolicyFiles::embedded().map().clone();
    files.retain(|name, _| !name.starts_with("tests/"));
    let mut given = String::new();
    for one in Dimension::ALL {
        let value = match one {
            Dimension::Action => "ch.post",
            Dimension::Target => "project",
            _ => one.values()[0],
        };
        writeln!(given, "{} = {value:?}", one.as_str()).unwrap();
    }
    let case = "[[case]]\nsays = \"Nobody posts.\"\nverdict = \"deny\"\nrule = \"D99\"\nwhen = {}\n";
    files.insert("tests/closed.toml".to_owned(), format!("[given]\n{given}\n{case}"));
    files.insert(
        "invariants.toml".to_owned(),
        "[[invariant]]\nid = \"closed\"\ntext = \"Nobody posts.\"\nmust = \"deny\"\n[invariant.where]\n\
         act = [\"ch.post\"]\ntgt = [\"project\"]\n"
            .to_owned(),
    );
    let rules = files.get_mut("rules.toml").unwrap();
    let first = rules.find("[[rule]]").unwrap();
    let others = rules.split_off(first);
    write!(
        rules,
        "[[rule]]\nid = \"D99\"\neffect = \"deny\"\nwhy = \"Closed.\"\nowner = \"test\"\nlegal_basis = \"test\"\n\
         review = 2027-06-01\ndisclose = \"none\"\nhard = true\n[rule.when]\nact = [\"ch.post\"]\ntgt = [\"project\"]\n\n{others}"
    )
    .unwrap();
    for (language, sentence) in [("ru", "Закрыто."), ("en", "Closed.")] {
        let messages = files.get_mut(&format!("messages.{language}.toml")).unwrap();
        *messages = messages.replacen("[rules]", &format!("[rules]\nD99 = \"{sentence}\""), 1);
    }
    PolicyFiles::from_map(files)
}

/// Which are in force by the database.
pub(super) async fn in_force(pool: &Pool) -> Numbers {
    Numbers::of(&policy_activations::current(&mut pool.get().await.unwrap()).await.unwrap())
}

/// Puts a set in force.
pub(super) async fn begin(
    pool: &Pool,
    number: i64,
    agency: Option<UnitId>,
    at: chrono::DateTime<chrono::Utc>,
) {
    let beginning = Beginning {
        number,
        mode: Mode::Active,
        agency_id: agency,
        by: None,
        reason: "Проверка.".to_owned(),
        at,
    };
    let entry = NewEntry { at, kind: "policy.begun", actor_id: None, entry: json!({ "number": number }) };
    policy_activations::begin(&mut pool.get().await.unwrap(), &beginning, &entry).await.unwrap();
}
