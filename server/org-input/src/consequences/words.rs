//! Says consequences in words, out of the document that requests keep and commands print.

use std::fmt::Write as _;

use serde_json::Value;

/// The document for people, under a line that says by what it was decided.
pub fn text(meaning: &Value) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _: Result<(), _> = write(&mut text, meaning);
    text
}

fn write(text: &mut String, meaning: &Value) -> std::fmt::Result {
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
    let (silenced, voiced) = (number("/conversations/writing_lost"), number("/conversations/writing_gained"));
    if silenced + voiced > 0 {
        writeln!(text, "    writing        {silenced} lost, {voiced} gained where people go on reading")?;
    }
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
        "    contacts       {about}{}{} now forbidden, {about}{}{} now allowed (who may begin to write to whom)",
        number("/contacts/now_forbidden"),
        give_or_take(number("/contacts/forbidden_margin")),
        number("/contacts/now_allowed"),
        give_or_take(number("/contacts/allowed_margin"))
    )?;
    for pair in examples(meaning, "/contacts/examples") {
        let (from, to) = (name(pair, "/from"), name(pair, "/to"));
        let rule = word(pair, "/rule").unwrap_or_default();
        writeln!(text, "      {from} → {to} ({}, {rule})", effect(pair))?;
    }
    Ok(())
}

fn give_or_take(margin: u64) -> String {
    if margin == 0 { String::new() } else { format!(" ± {margin}") }
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
