//! What a plan would mean, as requests keep it, commands print it and the console shows it.

use std::fmt::Write as _;

use schema::Pool;
use schema::ids::SourceId;
use serde_json::{Value, json};

use super::weigh::{WeighError, weigh};
use crate::config::Source;
use crate::plan::{Counts, Plan};

/// What it would mean, by the policy in force. Where more than the counts cannot be told, `not_known` says why.
pub(crate) async fn of(pool: &Pool, source: &Source, id: SourceId, plan: &Plan) -> Value {
    let weighed = weigh(pool, source, id, plan).await.map(|consequences| json!(consequences));
    let told = weighed.unwrap_or_else(|error| {
        if !matches!(error, WeighError::NoPolicy) {
            tracing::warn!(source = source.name, %error, "what the plan would mean is not known");
        }
        json!({ "not_known": error.to_string() })
    });
    with_people(told, &plan.counts)
}

/// What the first read of a source would mean: everybody is new, and nobody loses anything.
pub(crate) fn of_first(counts: &Counts) -> Value {
    with_people(json!({ "not_known": "nobody of this source is in the mirror yet" }), counts)
}

fn with_people(mut told: Value, counts: &Counts) -> Value {
    if let Some(fields) = told.as_object_mut() {
        let people = json!({
            "added": counts.people_added, "moved": counts.people_moved, "disabled": counts.people_disabled,
            "gone": counts.people_gone,
        });
        fields.insert("people".to_owned(), people);
    }
    told
}

/// For people.
pub(crate) fn text(meaning: &Value) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _: Result<(), _> = write(&mut text, meaning);
    text
}

fn write(text: &mut String, meaning: &Value) -> std::fmt::Result {
    writeln!(text, "  what it means, by the policy in force:")?;
    if let Some(why) = meaning.get("not_known").and_then(Value::as_str) {
        return writeln!(text, "    not known: {why}");
    }
    let number = |pointer: &str| meaning.pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
    writeln!(
        text,
        "    conversations  {} lost, {} gained (counted once for each person)",
        number("/conversations/lost"),
        number("/conversations/gained")
    )?;
    for seat in examples(meaning, "/conversations/examples") {
        let conversation = word(seat, "/conversation").unwrap_or("a conversation of their own");
        writeln!(text, "      {}: {conversation} ({})", name(seat, "/person"), effect(seat))?;
    }
    writeln!(
        text,
        "    unit channels  {} made, {} archived",
        number("/channels/made"),
        number("/channels/archived")
    )?;
    for channel in examples(meaning, "/channels/names") {
        writeln!(text, "      {} ({})", word(channel, "/name").unwrap_or_default(), effect(channel))?;
    }
    let about = if meaning.pointer("/contacts/sampled") == Some(&Value::Bool(true)) { "about " } else { "" };
    writeln!(
        text,
        "    contacts       {about}{} now forbidden, {about}{} now allowed (who may begin to write to whom)",
        number("/contacts/now_forbidden"),
        number("/contacts/now_allowed")
    )?;
    for pair in examples(meaning, "/contacts/examples") {
        let (from, to) = (name(pair, "/from"), name(pair, "/to"));
        let rule = word(pair, "/rule").unwrap_or_default();
        writeln!(text, "      {from} → {to} ({}, {rule})", effect(pair))?;
    }
    Ok(())
}

/// As many examples as fit on a screen.
const EXAMPLES: usize = 5;

fn examples<'a>(meaning: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    meaning.pointer(pointer).and_then(Value::as_array).into_iter().flatten().take(EXAMPLES)
}

fn word<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

fn name<'a>(value: &'a Value, pointer: &str) -> &'a str {
    word(value, &format!("{pointer}/name")).unwrap_or_default()
}

fn effect(value: &Value) -> &str {
    word(value, "/effect").unwrap_or_default()
}
