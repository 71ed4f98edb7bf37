//! The seats in unit channels follow what begins and ends by its date.

use chrono::{DateTime, TimeDelta, Utc};
use schema::appointments::{self, Ending, Kind, NewAppointment, Outcome};
use schema::due_spans::settle;
use schema::ids::AppointmentId;
use schema::{Transaction, sync_runs, unit_channels};

use super::*;

impl Office {
    /// Who is in the channel of the division.
    fn seats(&self) -> String {
        self.sql(&format!(
            "select string_agg(login || ' ' || role, ', ' order by login) from members
                join conversations on conversations.id = conversation_id and channel_kind = 'unit'
                join people on people.id = person_id where unit_id = '{}'",
            DIVISION.0
        ))
    }

    async fn settle(&self, at: DateTime<Utc>) -> Option<i64> {
        settle(&mut *self.connection().await, at).await.unwrap()
    }

    /// Appoints somebody, or corrects an entry, at a moment.
    async fn appoint(&self, new: &NewAppointment, corrects: Option<AppointmentId>, at: DateTime<Utc>) -> i64 {
        let ending =
            corrects.map(|id| Ending { id, ended_by: person(1), end_reason: "a mistake".to_owned() });
        let mut connection = self.connection().await;
        match appointments::change(&mut connection, ending.as_ref(), Some(new), at, &[]).await.unwrap() {
            Outcome::Done(version) => version,
            refused => panic!("{refused:?}"),
        }
    }
}

/// `p4` has a further post in the division.
fn further(from_at: DateTime<Utc>, until_at: DateTime<Utc>) -> NewAppointment {
    NewAppointment {
        id: AppointmentId::new(),
        source_id: SOURCE,
        kind: Kind::Further,
        person_id: person(4),
        principal_id: None,
        unit_id: Some(DIVISION),
        rank_id: Some(RANK),
        title: Some("T".to_owned()),
        from_at,
        until_at: Some(until_at),
        reason: "an order".to_owned(),
        order_number: None,
        entered_by: person(1),
    }
}

/// `p5` stands in for the head of the division.
fn deputy(from_at: DateTime<Utc>, until_at: DateTime<Utc>) -> NewAppointment {
    NewAppointment {
        kind: Kind::Deputy,
        person_id: person(5),
        principal_id: Some(person(2)),
        unit_id: None,
        rank_id: None,
        title: None,
        ..further(from_at, until_at)
    }
}

const OWN: &str = "p2 moderator, p3 member";

#[tokio::test]
async fn what_begins_and_ends_takes_and_leaves_its_seat_once() {
    let office = Office::open().await;
    let now = office.now().await;
    let hour = |hours: i64| now + TimeDelta::hours(hours);
    office.appoint(&further(hour(1), hour(3)), None, now).await;
    let made = office.appoint(&deputy(hour(2), hour(4)), None, now).await;
    assert_eq!(office.seats(), OWN);

    assert_eq!(office.settle(hour(1) - TimeDelta::microseconds(1)).await, None);
    assert_eq!(office.seats(), OWN);
    assert_eq!(office.settle(hour(1)).await, Some(made + 1));
    assert_eq!(office.seats(), "p2 moderator, p3 member, p4 member");
    assert_eq!(office.settle(hour(1)).await, None, "the second node finds nothing to do");
    assert_eq!(office.settle(hour(2)).await, Some(made + 2));
    assert_eq!(office.seats(), "p2 moderator, p3 member, p4 member, p5 moderator");
    // A node whose clock is late takes nothing back.
    assert_eq!(office.settle(hour(1)).await, None);
    // Both ends at once, long after: nobody was there in between.
    assert_eq!(office.settle(hour(9)).await, Some(made + 3));
    assert_eq!(office.seats(), OWN);
    let told =
        "select string_agg(kind || ' ' || right(id::text, 3), ', ' order by kind, id) from org_changes";
    let told = office.sql(&format!("{told} where version = {}", made + 3));
    assert_eq!(
        told, "person 104, person 105, unit 302",
        "each node reads anew whom it concerns, and no more"
    );
}

#[tokio::test]
async fn what_changes_no_seat_is_no_new_version() {
    let office = Office::open().await;
    let now = office.now().await;
    let hour = |hours: i64| now + TimeDelta::hours(hours);
    // Whoever belongs to the division anyway, and what is over before anybody looks.
    let own = NewAppointment { person_id: person(3), ..further(hour(1), hour(2)) };
    office.appoint(&own, None, now).await;
    office.appoint(&deputy(hour(1), hour(2)), None, now).await;
    let version = office.sql("select version from org_state");
    assert_eq!(office.settle(hour(3)).await, None);
    assert_eq!((office.seats(), office.sql("select version from org_state")), (OWN.to_owned(), version));
    assert_eq!(office.sql(&format!("select settled_at = '{}' from org_state", hour(3).to_rfc3339())), "t");
}

#[tokio::test]
async fn an_acting_head_of_the_directory_leaves_the_seat_with_the_last_day() {
    let office = Office::open().await;
    let now = office.now().await;
    let until = now + TimeDelta::hours(1);
    let valid = format!("tstzrange(now(), '{}')", until.to_rfc3339());
    // As the sync writes it: a post and a delegation, for somebody of the division and for somebody else.
    for number in [3, 4] {
        office.sql(&post(number, DIVISION, "acting", &valid));
        office.sql(&format!(
            "insert into delegations (id, person_id, principal_id, hat, valid)
                values (gen_random_uuid(), '{}', '{}', 'acting', {valid})",
            person(number).0,
            person(2).0
        ));
    }
    unit_channels::reconcile(&mut *office.connection().await, SOURCE).await.unwrap();
    assert_eq!(office.seats(), "p2 moderator, p3 moderator, p4 moderator");
    assert!(office.settle(until).await.is_some());
    assert_eq!(office.seats(), OWN);
}

#[tokio::test]
async fn of_nodes_that_settle_at_once_one_does_it() {
    let office = Office::open().await;
    let now = office.now().await;
    office.appoint(&further(now + TimeDelta::hours(1), now + TimeDelta::hours(2)), None, now).await;
    let at = now + TimeDelta::minutes(61);
    let done = tokio::join!(office.settle(at), office.settle(at), office.settle(at));
    let done = [done.0, done.1, done.2];
    assert_eq!(done.iter().flatten().count(), 1, "{done:?}");
    assert_eq!(office.seats(), "p2 moderator, p3 member, p4 member");
}

#[tokio::test]
async fn an_appointment_from_now_is_seated_and_a_correction_keeps_the_seat() {
    let office = Office::open().await;
    let now = office.now().await;
    let first = further(now, now + TimeDelta::hours(1));
    office.appoint(&first, None, now).await;
    let seated =
        office.sql("select joined_at from members where person_id::text like '%104' order by joined_at");
    assert_eq!(office.seats(), "p2 moderator, p3 member, p4 member");
    let later = office.now().await;
    let second = further(later, later + TimeDelta::hours(2));
    office.appoint(&second, Some(first.id), later).await;
    assert_eq!(office.seats(), "p2 moderator, p3 member, p4 member");
    assert_eq!(
        office.sql("select joined_at from members where person_id::text like '%104' order by joined_at"),
        seated
    );
    // Whoever ends it as well, by a clock that is late, comes second.
    let ending = Ending { id: first.id, ended_by: person(2), end_reason: "the same".to_owned() };
    let mut connection = office.connection().await;
    let again = appointments::change(&mut connection, Some(&ending), None, now, &[]).await.unwrap();
    assert!(matches!(again, Outcome::Over), "{again:?}");
}

#[tokio::test]
async fn a_run_that_began_before_an_appointment_leaves_its_seat() {
    let office = Office::open().await;
    let mut early = Transaction::begin_alone(&office.pool, sync_runs::APPLY).await.unwrap();
    let began = early.began_at().await.unwrap();
    let now = office.now().await;
    office.appoint(&further(now, now + TimeDelta::hours(1)), None, now).await;
    unit_channels::reconcile_part(&mut early, SOURCE, &[DIVISION], false, began).await.unwrap();
    early.commit().await.unwrap();
    assert_eq!(office.seats(), "p2 moderator, p3 member, p4 member");

    let mut early = Transaction::begin_alone(&office.pool, sync_runs::APPLY).await.unwrap();
    early.began_at().await.unwrap();
    let now = office.now().await;
    office.appoint(&deputy(now, now + TimeDelta::hours(1)), None, now).await;
    unit_channels::reconcile(&mut early, SOURCE).await.unwrap();
    early.commit().await.unwrap();
    assert_eq!(office.seats(), "p2 moderator, p3 member, p4 member, p5 moderator");
}
