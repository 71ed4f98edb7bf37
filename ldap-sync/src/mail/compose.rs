//! The words of the mail: each entry with its name, the reason, and what to do.

use std::fmt::Write as _;

use chrono::NaiveDate;
use schema::directory_reports::{Day, Entry, News, Plan};
use serde_json::Value;

use super::settings::{Language, MailSettings};
use crate::entry::hex;

/// As many entries as a mail lists; the console has all of them.
pub(super) const LISTED: i32 = 100;

/// A mail, in both forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What it is about.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As HTML.
    pub html: String,
}

/// Tells what is new; nothing, where there is nothing to do.
pub fn report(settings: &MailSettings, source: &str, news: &News) -> Option<Letter> {
    let words = Words(settings.language);
    let mut page = Page::default();
    let mut subjects = Vec::new();
    if let Some(trouble) = &news.trouble {
        subjects.push(words.say("the source has trouble", "у источника неполадка"));
        page.heading(words.say("The source needs attention", "Источник требует внимания"));
        page.line(&words.sentence(trouble));
    }
    if news.is_well_again {
        subjects.push(words.say("all is well again", "всё снова в порядке"));
        page.heading(words.say("All is well again", "Всё снова в порядке"));
        page.line(words.say(
            "The trouble of which you were told is over. Nothing has to be done.",
            "Неполадка, о которой сообщалось, устранена. Делать ничего не нужно.",
        ));
    }
    if !news.plans.is_empty() {
        subjects.push(words.say("changes wait for approval", "изменения ждут подтверждения"));
    }
    plans(&mut page, words, &news.plans);
    if news.entries_total > 0 {
        subjects.push(words.say("entries cannot be used", "есть непригодные записи"));
        page.heading(words.say("Entries that cannot be used", "Записи, которые нельзя использовать"));
        page.line(words.say(
            "Repair them in the directory; Chancery takes them over by itself within seconds.",
            "Исправьте их в справочнике: Chancery примет изменения сама за несколько секунд.",
        ));
        entries(&mut page, words, &news.entries, news.entries_total);
    }
    if subjects.is_empty() {
        return None;
    }
    page.footer(settings, words);
    let subject = format!("{} «{source}»: {}", words.say("Directory", "Справочник"), subjects.join(", "));
    Some(page.letter(subject, words))
}

/// Tells what a day was like and how things stand.
pub fn digest(settings: &MailSettings, source: &str, day: NaiveDate, told: &Day) -> Letter {
    let words = Words(settings.language);
    let mut page = Page::default();
    page.heading(words.say("The last 24 hours", "За последние сутки"));
    page.line(&match settings.language {
        Language::En => format!(
            "Runs that changed something: {}. Refused by the guard: {}. Failed: {}.",
            told.runs.applied, told.runs.refused, told.runs.failed
        ),
        Language::Ru => format!(
            "Запусков с изменениями: {}. Остановлено защитой: {}. Не удалось: {}.",
            told.runs.applied, told.runs.refused, told.runs.failed
        ),
    });
    let counted = counts(words, &told.changes);
    if counted.is_empty() {
        page.line(words.say("Nothing changed.", "Изменений не было."));
    }
    page.items(counted);
    if let Some(trouble) = &told.trouble {
        page.heading(words.say("The source needs attention", "Источник требует внимания"));
        page.line(&words.sentence(trouble));
    }
    plans(&mut page, words, &told.plans);
    page.heading(words.say("Entries that cannot be used", "Записи, которые нельзя использовать"));
    if told.entries_total == 0 {
        page.line(words.say("None: everything is in order.", "Нет: всё в порядке."));
    }
    entries(&mut page, words, &told.entries, told.entries_total);
    page.footer(settings, words);
    let subject = format!("{} «{source}»: {day}", words.say("Directory digest", "Сводка справочника"));
    page.letter(subject, words)
}

fn plans(page: &mut Page, words: Words, plans: &[Plan]) {
    for plan in plans {
        page.heading(words.say("Changes wait for approval", "Изменения ждут подтверждения"));
        let hash = hex(plan.sha256.get(..6).unwrap_or_default());
        page.line(&match words.0 {
            Language::En => format!(
                "The guard stopped a set of {} changes (number {hash}); nothing of it is in force. If it is meant, \
                 approve it in the console; if not, repair the directory.",
                plan.changes_total
            ),
            Language::Ru => format!(
                "Защита остановила набор изменений: {} (номер {hash}); ничего из него не действует. Если так и \
                 задумано, подтвердите набор в консоли; если нет, исправьте справочник.",
                plan.changes_total
            ),
        });
        let refusals = plan.refusals.as_array().map(Vec::as_slice).unwrap_or_default();
        page.items(refusals.iter().map(|refusal| told(words, refusal)).collect());
        page.items(counts(words, &plan.counts));
    }
}

fn entries(page: &mut Page, words: Words, entries: &[Entry], total: i64) {
    for entry in entries {
        let effect = match entry.effect.as_str() {
            "left_out" => words.say("not in Chancery", "нет в Chancery"),
            "last_good_kept" => {
                words.say("the last good state is kept", "сохранено последнее верное состояние")
            }
            _ => words.say("the value is not used", "значение не используется"),
        };
        page.entry(&entry.dn, &format!("{} ({effect})", told(words, &entry.finding)));
    }
    let more = total - i64::try_from(entries.len()).unwrap_or(i64::MAX);
    if more > 0 {
        page.line(&match words.0 {
            Language::En => format!("And {more} more: the console lists all of them."),
            Language::Ru => format!("И ещё {more}: полный список в консоли."),
        });
    }
}

/// A finding in one line: the attribute, its value, the sentence.
fn told(words: Words, finding: &Value) -> String {
    let text = |key: &str| finding.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let about = match (text("field"), text("value")) {
        (Some(field), Some(value)) => format!("{field} = «{value}»: "),
        (Some(field), None) => format!("{field}: "),
        (None, Some(value)) => format!("«{value}»: "),
        (None, None) => String::new(),
    };
    let about = match text("dn").filter(|_| text("effect") == Some("refused")) {
        Some(dn) => format!("{dn}: {about}"),
        None => about,
    };
    format!("{about}{}", words.sentence(finding))
}

/// How much of what, as a run or plan counts it.
fn counts(words: Words, counts: &Value) -> Vec<String> {
    let named = [
        ("people_added", "people added", "добавлено людей"),
        ("people_moved", "people moved", "переведено людей"),
        ("people_disabled", "people disabled", "отключено людей"),
        ("people_enabled", "people enabled again", "снова включено людей"),
        ("people_gone", "people gone", "ушло людей"),
        ("people_changed", "people with any change", "людей с изменениями"),
        ("units_added", "units added", "добавлено подразделений"),
        ("units_changed", "units changed", "изменено подразделений"),
        ("units_gone", "units gone", "упразднено подразделений"),
    ];
    let counted = named.into_iter().filter_map(|(key, en, ru)| {
        let count = counts.get(key)?.as_i64().filter(|count| *count > 0)?;
        Some(format!("{}: {count}", words.say(en, ru)))
    });
    counted.collect()
}

#[derive(Clone, Copy)]
struct Words(Language);

impl Words {
    fn say(self, en: &'static str, ru: &'static str) -> &'static str {
        match self.0 {
            Language::En => en,
            Language::Ru => ru,
        }
    }

    /// The sentence that comes in both languages.
    fn sentence(self, value: &Value) -> String {
        let text = value.get(self.say("message_en", "message_ru")).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    }
}

/// The two forms of a letter, grown side by side.
#[derive(Default)]
struct Page {
    text: String,
    html: String,
}

// Writing to a string cannot fail.
impl Page {
    fn heading(&mut self, words: &str) {
        let gap = if self.text.is_empty() { "" } else { "\n" };
        let underline = "=".repeat(words.chars().count());
        let _: Result<(), _> = writeln!(self.text, "{gap}{words}\n{underline}\n");
        let _: Result<(), _> =
            write!(self.html, "<h2 style=\"font-size:18px;margin:24px 0 8px\">{}</h2>", escape(words));
    }

    fn line(&mut self, words: &str) {
        let _: Result<(), _> = writeln!(self.text, "{words}");
        let _: Result<(), _> = write!(self.html, "<p style=\"margin:8px 0\">{}</p>", escape(words));
    }

    fn items(&mut self, items: Vec<String>) {
        if items.is_empty() {
            return;
        }
        self.html.push_str("<ul style=\"margin:8px 0;padding-left:20px\">");
        for item in items {
            let _: Result<(), _> = writeln!(self.text, "  - {item}");
            let _: Result<(), _> = write!(self.html, "<li>{}</li>", escape(&item));
        }
        self.html.push_str("</ul>");
    }

    fn entry(&mut self, dn: &str, words: &str) {
        let _: Result<(), _> = writeln!(self.text, "\n{dn}\n  {words}");
        let _: Result<(), _> = write!(
            self.html,
            "<p style=\"margin:12px 0\"><code style=\"font-size:13px\">{}</code><br>{}</p>",
            escape(dn),
            escape(words)
        );
    }

    fn footer(&mut self, settings: &MailSettings, words: Words) {
        let Some(url) = &settings.console_url else { return };
        let url = format!("{}/directory", url.trim_end_matches('/'));
        let label = words.say("The directory in Chancery", "Справочник в Chancery");
        let _: Result<(), _> = writeln!(self.text, "\n{label}: {url}");
        let _: Result<(), _> =
            write!(self.html, "<p style=\"margin:24px 0\"><a href=\"{}\">{label}</a></p>", escape(&url));
    }

    fn letter(self, subject: String, words: Words) -> Letter {
        let language = words.say("en", "ru");
        let html = format!(
            "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>{}</title></head>\
             <body style=\"font-family:sans-serif;font-size:15px;line-height:1.5;max-width:640px\">{}</body></html>",
            escape(&subject),
            self.html
        );
        Letter { subject, text: self.text, html }
    }
}

/// What a directory says may be anything; in HTML it is text.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests;
