//! The migrations on a real Postgres: they go up and down without a trace, the generated tables are fresh, every
//! foreign key has its index, the history keeps every version, and the rules of the tables hold.

#![expect(clippy::unwrap_used, reason = "tests: what is not there fails the test, also in what tests share")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use local_services::{Durability, Postgres, Scratch};
use tokio_postgres::{Client, NoTls};

struct Shared {
    postgres: Postgres,
    _scratch: Scratch,
}

/// Started by the first test that needs it; dies with the process.
static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let scratch = Scratch::new().unwrap();
    let postgres = Postgres::start(&scratch.path().join("pg"), Durability::Relaxed).unwrap();
    postgres.create_database("template").unwrap();
    schema::migrations::run(&postgres.url("template")).unwrap();
    Shared { postgres, _scratch: scratch }
});

/// One at a time: Postgres copies no template that is being copied.
static COPYING: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// A migrated database of one test.
struct Database(String);

impl Database {
    fn migrated() -> Self {
        let database = Self(Self::name());
        let copying = COPYING.lock().unwrap();
        SHARED.postgres.create_database_from(&database.0, "template").unwrap();
        drop(copying);
        database
    }

    fn empty() -> Self {
        let database = Self(Self::name());
        SHARED.postgres.create_database(&database.0).unwrap();
        database
    }

    fn name() -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed))
    }

    fn url(&self) -> String {
        SHARED.postgres.url(&self.0)
    }

    fn sql(&self, sql: &str) -> String {
        SHARED.postgres.sql(&self.0, sql).unwrap().trim().to_owned()
    }

    /// The name of the rule that refuses `sql`.
    fn refused(&self, sql: &str) -> String {
        SHARED.postgres.sql(&self.0, sql).unwrap_err().to_string()
    }

    /// Everything that a migration can make.
    fn content(&self) -> String {
        self.sql(
            "select 'relation', relname, relkind::text from pg_class where relnamespace = 'public'::regnamespace
             union all select 'function', proname, '' from pg_proc where pronamespace = 'public'::regnamespace
             union all select 'type', typname, '' from pg_type where typnamespace = 'public'::regnamespace
             union all select 'extension', extname, '' from pg_extension
             union all select 'trigger', tgname, tgrelid::regclass::text from pg_trigger where not tgisinternal
             order by 1, 2, 3",
        )
    }

    async fn connect(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }
}

const SOURCE: &str = "insert into sources (id, name, kind) values
    ('00000000-0000-0000-0000-000000000001', 'one', 'openldap')";

fn person(number: u8) -> String {
    format!(
        "insert into people (id, source_id, directory_id, dn, dn_key, login, login_key, display_name, employment, status)
         values ('00000000-0000-0000-0000-0000000001{number:02}', '00000000-0000-0000-0000-000000000001',
            '00000000-0000-0000-0000-0000000002{number:02}', 'cn=p{number}', 'cn=p{number}', 'p{number}', 'p{number}',
            'P {number}', 'staff', 'active')"
    )
}

fn person_id(number: u8) -> String {
    format!("'00000000-0000-0000-0000-0000000001{number:02}'")
}

#[test]
fn they_go_up_and_down_and_up_without_a_trace() {
    let database = Database::empty();
    let nothing = database.content();
    let names = schema::migrations::run(&database.url()).unwrap();
    assert!(names.len() >= 4);
    let up = database.content();
    assert!(schema::migrations::run(&database.url()).unwrap().is_empty(), "a second time does nothing");
    schema::migrations::revert_all(&database.url()).unwrap();
    let bookkeeping = |content: &str| -> Vec<String> {
        content
            .lines()
            .filter(|line| !line.contains("__diesel_schema_migrations"))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(bookkeeping(&database.content()), bookkeeping(&nothing));
    assert_eq!(schema::migrations::run(&database.url()).unwrap(), names);
    assert_eq!(database.content(), up);
}

#[test]
fn the_generated_tables_are_fresh() {
    let database = Database::migrated();
    let live = database.sql(
        "select table_name, column_name, udt_name, is_nullable from information_schema.columns
         join pg_class on relname = table_name and relnamespace = 'public'::regnamespace and not relispartition
         where table_schema = 'public' and relkind in ('r', 'p') and table_name not like '\\_\\_%'
         order by table_name, ordinal_position",
    );
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in live.lines() {
        let [table, column, udt, nullable] = line.split('|').collect::<Vec<_>>().try_into().unwrap();
        let kind = match udt {
            "_text" => "Array<Text>".to_owned(),
            "_int8" => "Array<Int8>".to_owned(),
            "_uuid" => "Array<Uuid>".to_owned(),
            udt => udt[..1].to_uppercase() + &udt[1..],
        };
        let kind = if nullable == "YES" { format!("Nullable<{kind}>") } else { kind };
        wanted.entry(table.to_owned()).or_default().push(format!("{column} -> {kind}"));
    }
    let mut generated: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut table = String::new();
    for line in include_str!("../src/tables.rs").lines().map(str::trim) {
        if let Some((name, _)) = line.strip_suffix(") {").and_then(|head| head.split_once(" (")) {
            name.clone_into(&mut table);
        } else if line.contains(" -> ") && line.ends_with(',') {
            generated.entry(table.clone()).or_default().push(line.trim_end_matches(',').to_owned());
        }
    }
    for (name, columns) in &wanted {
        assert_eq!(generated.remove(name).as_ref(), Some(columns), "{name}: run `./run tables`");
    }
    assert!(generated.is_empty(), "there are no such tables: {:?}", generated.keys());
}

#[test]
fn every_foreign_key_has_an_index_that_begins_with_its_columns() {
    let database = Database::migrated();
    let keys = "select con.conrelid::regclass::text, con.conname from pg_constraint con
        where con.contype = 'f' and con.conparentid = 0 and con.connamespace = 'public'::regnamespace";
    assert!(database.sql(keys).lines().count() > 30, "the query finds them");
    let bare = format!(
        "{keys} and not exists (select from pg_index where indrelid = con.conrelid
            and (indpred is null or pg_get_expr(indpred, indrelid) = (select format('(%I IS NOT NULL)', attname)
                from pg_attribute where attrelid = con.conrelid and array[attnum] = con.conkey))
            and (select array_agg(k order by k) from unnest(con.conkey) k)
              = (select array_agg(k order by k) from unnest((indkey::int2[])[0:cardinality(con.conkey) - 1]) k))"
    );
    assert_eq!(database.sql(&bare), "");
    database.sql("drop index units_head");
    assert_eq!(database.sql(&bare), "units|units_source_id_head_id_fkey", "the query would tell");
}

#[test]
fn every_history_table_is_its_table_and_a_span() {
    let database = Database::migrated();
    let columns = |table: &str| {
        let kind = "format_type(atttypid, atttypmod)";
        database.sql(&format!(
            "select attname, {kind} from pg_attribute where attrelid = '{table}'::regclass and attnum > 0 order by attnum"
        ))
    };
    let twins =
        database.sql("select relname from pg_class where relname like '%\\_history' and relkind = 'r'");
    let twins: BTreeSet<&str> = twins.lines().collect();
    assert!(twins.len() >= 9);
    for twin in twins {
        let table = twin.strip_suffix("_history").unwrap();
        assert_eq!(columns(twin), format!("held|tstzrange\n{}", columns(table)));
        // The trigger of a row says `insert or update or delete`; those of a statement are one for each.
        let kept = database.sql(&format!(
            "select string_agg(tgname, ' ' order by tgname) from pg_trigger
                where tgrelid = '{table}'::regclass and tgname like 'keep\\_history%'"
        ));
        let of_statements = "keep_history_of_changed keep_history_of_gone keep_history_of_new";
        assert_eq!(kept, if table == "conversations" { "keep_history" } else { of_statements }, "{table}");
    }
}

#[test]
fn the_history_keeps_every_version_that_held() {
    let database = Database::migrated();
    database.sql(SOURCE);
    database.sql(&person(1));
    let id = person_id(1);
    database.sql(&format!("update people set phone = '1' where id = {id}"));
    database.sql(&format!("update people set phone = '1' where id = {id}"));
    // Of two changes in one transaction only the last one ever held.
    database.sql(&format!(
        "begin; update people set phone = 'never' where id = {id}; update people set phone = '2' where id = {id}; commit"
    ));
    database.sql(&format!("begin; update people set phone = 'lost' where id = {id}; rollback"));
    database.sql(&format!("delete from people where id = {id}"));
    let versions = "select coalesce(phone, '-'), upper_inf(held) from people_history order by held";
    assert_eq!(database.sql(versions), "-|f\n1|f\n2|f");
    database.sql(&person(1));
    assert_eq!(database.sql(versions), "-|f\n1|f\n2|f\n-|t");
    let gaps = database
        .sql("select count(*) from people_history a join people_history b on upper(a.held) = lower(b.held)");
    assert_eq!(gaps, "2", "each version begins when the one before ends, except after the gap");
}

#[tokio::test]
async fn transactions_that_commit_in_another_order_keep_the_history_in_order() {
    // The services are started outside: their migrations make a runtime of their own.
    let database = tokio::task::spawn_blocking(|| {
        let database = Database::migrated();
        database.sql(SOURCE);
        database.sql(&person(1));
        database
    })
    .await
    .unwrap();
    let (early, late) = (database.connect().await, database.connect().await);
    let id = person_id(1);
    early.batch_execute("begin; select now()").await.unwrap();
    late.batch_execute(&format!("begin; update people set phone = 'late' where id = {id}; commit"))
        .await
        .unwrap();
    early.batch_execute(&format!("update people set phone = 'early' where id = {id}; commit")).await.unwrap();
    let versions =
        database.sql("select coalesce(phone, '-'), upper_inf(held) from people_history order by held");
    assert_eq!(versions, "-|f\nlate|f\nearly|t");
}

#[tokio::test]
async fn a_row_that_an_older_transaction_brings_back_is_held_from_then_on() {
    let database = tokio::task::spawn_blocking(|| {
        let database = Database::migrated();
        database.sql(SOURCE);
        database.sql(&person(1));
        database
    })
    .await
    .unwrap();
    let (early, late) = (database.connect().await, database.connect().await);
    let id = person_id(1);
    early.batch_execute("begin; select now()").await.unwrap();
    late.batch_execute(&format!("delete from people where id = {id}")).await.unwrap();
    early.batch_execute(&format!("{}; commit", person(1))).await.unwrap();
    assert_eq!(database.sql("select upper_inf(held) from people_history order by held"), "f\nt");
    let overlap = "select count(*) from people_history a join people_history b on a.held && b.held and a.held <> b.held";
    assert_eq!(database.sql(overlap), "0");
}

#[test]
fn a_statement_over_many_rows_keeps_the_history_of_each() {
    let database = Database::migrated();
    database.sql(SOURCE);
    for number in 1..=3 {
        database.sql(&person(number));
    }
    let one = person_id(1);
    database.sql(&format!("update people set phone = case when id = {one} then null else '7' end"));
    let versions =
        "select login, coalesce(phone, '-'), upper_inf(held) from people_history order by login, held";
    assert_eq!(database.sql(versions), "p1|-|t\np2|-|f\np2|7|t\np3|-|f\np3|7|t");
    database.sql("begin; update people set phone = '8'; delete from people; commit");
    assert_eq!(database.sql(versions), "p1|-|f\np2|-|f\np2|7|f\np3|-|f\np3|7|f");
}

#[test]
fn nobody_holds_two_primary_posts_at_a_time() {
    let database = Database::migrated();
    let source = "'00000000-0000-0000-0000-000000000001'";
    database.sql(SOURCE);
    database.sql(&person(1));
    database.sql(&person(2));
    database.sql(&format!(
        "insert into units (id, source_id, directory_id, dn, dn_key, kind, name, status)
            values ({source}, {source}, {source}, 'ou=a', 'ou=a', 'agency', 'A', 'active');
         insert into ranks (id, source_id, code, name_ru, name_en, step, band) values ({source}, {source}, 'a', 'А', 'A', 1, 'officer')"
    ));
    let post = |person: u8, kind: &str, from: &str, until: &str| {
        format!(
            "insert into posts (id, source_id, person_id, unit_id, rank_id, kind, title, valid)
                values (gen_random_uuid(), {source}, {}, {source}, {source}, '{kind}', 'T', tstzrange({from}, {until}))",
            person_id(person)
        )
    };
    database.sql(&post(1, "primary", "'2026-01-01'", "'2026-02-01'"));
    database.sql(&post(1, "primary", "'2026-02-01'", "null"));
    database.sql(&post(1, "acting", "'2026-01-01'", "null"));
    database.sql(&post(2, "primary", "'2026-01-01'", "null"));
    let refused = database.refused(&post(1, "primary", "'2026-03-01'", "null"));
    assert!(refused.contains("posts_one_primary_at_a_time"), "{refused}");
    let delegation = format!(
        "insert into delegations (id, person_id, principal_id, hat) values (gen_random_uuid(), {}, {}, 'acting')",
        person_id(1),
        person_id(2)
    );
    database.sql(&delegation);
    assert!(database.refused(&delegation).contains("delegations_once_at_a_time"));
}

#[test]
fn the_rules_of_the_tables_hold() {
    let database = Database::migrated();
    database.sql(SOURCE);
    database.sql(&person(1));
    let same_login = person(2).replace("'p2', 'p2',", "'P1', 'p1',");
    assert!(database.refused(&same_login).contains("people_login_key"));
    database.sql(&same_login.replace("'active'", "'disabled'"));
    let unit = |id: u8, parent: &str| {
        let kind = if parent == "null" { "agency" } else { "department" };
        format!(
            "insert into units (id, source_id, directory_id, dn, dn_key, kind, parent_id, name, status)
                values ('00000000-0000-0000-0000-00000000030{id}', '00000000-0000-0000-0000-000000000001',
                    gen_random_uuid(), 'ou={id}', 'ou={id}', '{kind}', {parent}, 'U', 'active')"
        )
    };
    let unit_id = |id: u8| format!("'00000000-0000-0000-0000-00000000030{id}'");
    database.sql(&unit(1, "null"));
    database.sql(&unit(2, &unit_id(1)));
    database.sql(&unit(3, &unit_id(2)));
    let circle = format!("update units set parent_id = {} where id = {}", unit_id(3), unit_id(2));
    assert!(database.refused(&circle).contains("inside itself"));
    let number = "insert into audit_log (at, kind, entry) values (now(), 'a.b', '{}')";
    database.sql(number);
    for change in ["update audit_log set kind = 'c.d'", "delete from audit_log", "truncate audit_log"] {
        assert!(database.refused(change).contains("only grows"), "{change}");
    }
}

#[test]
fn the_dated_list_holds_no_two_of_the_same_at_a_time() {
    let database = Database::migrated();
    let source = "'00000000-0000-0000-0000-000000000001'";
    database.sql(SOURCE);
    for number in 1..=4 {
        database.sql(&person(number));
    }
    database.sql(&format!(
        "insert into units (id, source_id, directory_id, dn, dn_key, kind, name, status)
            values ({source}, {source}, {source}, 'ou=a', 'ou=a', 'agency', 'A', 'active');
         insert into ranks (id, source_id, code, name_ru, name_en, step, band) values ({source}, {source}, 'a', 'А', 'A', 1, 'officer')"
    ));
    let entry = |kind: &str, who: u8, place: &str, span: &str, by: u8| {
        format!(
            "insert into appointments (id, source_id, kind, person_id, principal_id, unit_id, rank_id, title, valid,
                reason, entered_by, entered_at)
             values (gen_random_uuid(), {source}, '{kind}', {}, {place}, '{span}', 'an order', {}, now())",
            person_id(who),
            person_id(by)
        )
    };
    let for_two = format!("{}, null, null, null", person_id(2));
    let unit = format!("null, {source}, {source}, 'T'");
    let (spring, june, later) = ("[2026-03-01, 2026-06-01)", "[2026-06-01, 2026-07-01)", "[2026-03-01,)");

    database.sql(&entry("acting", 1, &for_two, spring, 3));
    // A span ends where the next one begins; an assistant is no stand-in; another person is another person.
    database.sql(&entry("deputy", 1, &for_two, june, 3));
    database.sql(&entry("assistant", 1, &for_two, later, 3));
    database.sql(&entry("acting", 4, &for_two, spring, 3));
    database.sql(&entry("further", 1, &unit, later, 3));
    for (refused, rule) in [
        (entry("deputy", 1, &for_two, spring, 3), "appointments_one_principal_at_a_time"),
        (entry("assistant", 1, &for_two, june, 3), "appointments_one_principal_at_a_time"),
        (entry("secondment", 1, &unit, june, 3), "appointments_one_post_in_a_unit_at_a_time"),
        (entry("acting", 1, &unit, spring, 3), "appointments_have_a_"),
        (entry("further", 1, &for_two, spring, 3), "appointments_have_a_"),
        (entry("acting", 3, &for_two, later, 1), "appointments_end"),
        (entry("secondment", 3, &unit, later, 1), "appointments_end"),
        (entry("acting", 2, &for_two, spring, 3), "appointments_check"),
        // Nobody appoints themselves.
        (entry("acting", 3, &for_two, spring, 3), "appointments_check"),
        (entry("acting", 3, &for_two, "(,2026-06-01)", 1), "appointments_valid_check"),
        (entry("acting", 3, &for_two, "empty", 1), "appointments_valid_check"),
        (
            format!("update appointments set ended_at = now(), ended_by = {}", person_id(3)),
            "appointments_ended_for_a_reason",
        ),
    ] {
        let said = database.refused(&refused);
        assert!(said.contains(rule), "{rule}: {said}");
    }
    // What ended early makes room from then on, what never began for all of its time; and the list forgets nothing.
    let end = |kind: &str, at: &str| {
        database.sql(&format!(
            "update appointments set ended_at = '{at}', ended_by = {}, end_reason = 'a mistake'
                where kind = '{kind}' and person_id = {}",
            person_id(3),
            person_id(1)
        ))
    };
    end("acting", "2026-04-01");
    end("deputy", "2026-04-01");
    let in_force = "select in_force from appointments where kind in ('acting', 'deputy')
        and ended_at is not null order by in_force";
    assert_eq!(
        database.sql(&format!(
            "select lower(in_force)::date, upper(in_force)::date from ({in_force}) as entries where not isempty(in_force)"
        )),
        "2026-03-01|2026-04-01"
    );
    database.sql(&entry("deputy", 1, &for_two, "[2026-04-01, 2026-07-01)", 3));
    assert!(
        database
            .refused(&entry("acting", 1, &for_two, "[2026-03-31, 2026-04-01)", 3))
            .contains("appointments_one_principal_at_a_time")
    );
    assert_eq!(database.sql("select count(*) from appointments_history"), "8");
}

#[test]
fn exceptions_end_and_nobody_decides_about_themselves() {
    let database = Database::migrated();
    database.sql(SOURCE);
    for number in 1..=4 {
        database.sql(&person(number));
    }
    let entry = |kind: &str, from: u8, to: u8, span: &str, approver: &str, by: u8| {
        format!(
            "insert into exceptions (id, kind, from_id, to_id, approver, approver_id, reason, valid, made_at)
                values (gen_random_uuid(), '{kind}', {}, {}, '{approver}', {}, 'a reason', '{span}', now())",
            person_id(from),
            person_id(to),
            person_id(by)
        )
    };
    let (march, april) = ("[2026-03-01, 2026-04-01)", "[2026-04-01, 2026-05-01)");
    database.sql(&entry("grant", 1, 2, march, "superior", 3));
    // A span ends where the next one begins; the way back is another one; the superior may be the one to be written to.
    database.sql(&entry("grant", 1, 2, april, "security", 3));
    database.sql(&entry("grant", 2, 1, march, "superior", 1));
    database.sql(&entry("block", 1, 2, march, "security", 3));
    for (refused, rule) in [
        (entry("grant", 1, 2, march, "superior", 4), "exceptions_one_grant_at_a_time"),
        (entry("block", 2, 1, march, "security", 4), "exceptions_one_block_at_a_time"),
        (entry("grant", 3, 4, "[2026-03-01,)", "superior", 1), "exceptions_begin_and_end"),
        (entry("grant", 3, 4, "(,2026-03-01)", "superior", 1), "exceptions_begin_and_end"),
        (entry("grant", 3, 4, march, "superior", 3), "exceptions_by_somebody_else"),
        (entry("grant", 3, 4, march, "security", 4), "exceptions_by_somebody_else"),
        (entry("block", 3, 4, march, "superior", 1), "exceptions_blocked_by_the_security_office"),
        (
            format!(
                "update exceptions set ended_at = now(), ended_by = {}, end_reason = 'mine' where kind = 'block'",
                person_id(2)
            ),
            "exceptions_by_somebody_else",
        ),
        ("update exceptions set ended_at = now()".to_owned(), "exceptions_ended_for_a_reason"),
    ] {
        let said = database.refused(&refused);
        assert!(said.contains(rule), "{rule}: {said}");
    }
    // What ended early makes room from then on, what never began for all of its time; and the history keeps both.
    database.sql(&format!(
        "update exceptions set ended_at = '2026-03-10', ended_by = {}, end_reason = 'enough'
            where from_id = {} and kind = 'grant'",
        person_id(1),
        person_id(1)
    ));
    assert_eq!(
        database.sql(
            "select isempty(in_force), upper(in_force)::date from exceptions where ended_at is not null
                order by lower(valid)"
        ),
        "f|2026-03-10\nt|"
    );
    database.sql(&entry("grant", 1, 2, "[2026-03-10, 2026-05-01)", "superior", 3));
    assert_eq!(database.sql("select count(*) from exceptions_history"), "7");
    let request = |state: &str, by: &str, answer: &str| {
        format!(
            "insert into exception_requests (id, from_id, to_id, action, rule, policy_version, approver, reason, asked_at,
                wanted_until, state, decided_by, decided_at, answer)
             values (gen_random_uuid(), {}, {}, 'dm.start', 'D05', 1, 'superior', 'why', now(), now() + interval '1 day',
                '{state}', {by}, case when '{state}' = 'open' then null else now() end, {answer})",
            person_id(3),
            person_id(4)
        )
    };
    database.sql(&request("open", "null", "null"));
    assert!(database.refused(&request("open", "null", "null")).contains("exception_requests_one_open"));
    database.sql(&request("withdrawn", &person_id(3), "null"));
    database.sql(&request("refused", &person_id(1), "'no'"));
    for (refused, rule) in [
        (request("refused", &person_id(3), "'yes'"), "exception_requests_decided_by_somebody_else"),
        (request("withdrawn", &person_id(1), "null"), "exception_requests_decided_by_somebody_else"),
        (request("granted", &person_id(1), "'yes'"), "exception_requests_decided"),
        (request("refused", &person_id(1), "null"), "exception_requests_decided"),
    ] {
        let said = database.refused(&refused);
        assert!(said.contains(rule), "{rule}: {said}");
    }
}
