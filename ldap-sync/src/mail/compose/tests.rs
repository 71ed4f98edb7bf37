use chrono::DateTime;
use schema::directory_reports::Runs;
use serde_json::json;

use super::*;

fn settings(language: &str) -> MailSettings {
    let text = format!(
        "host = \"mail.test\"\nfrom = \"c@gov.test\"\nconsole_url = \"https://c.gov.test/\"\nlanguage = \"{language}\""
    );
    toml::from_str(&text).expect("settings")
}

fn news() -> News {
    let finding = json!({
        "code": "unknown_rank", "field": "govRank", "value": "<b>Зодчий</b>",
        "message_en": "No rank of this name.", "message_ru": "Такого ранга нет.",
    });
    News {
        entries: vec![Entry {
            dn: "uid=ann,dc=gov".to_owned(),
            effect: "left_out".to_owned(),
            finding,
            since: DateTime::UNIX_EPOCH,
        }],
        entries_total: 3,
        plans: vec![Plan {
            sha256: vec![0xab; 32],
            refusals: json!([{"effect": "refused", "dn": "ou=Roads", "value": "9 / 9", "message_en": "A unit is lost.",
                "message_ru": "Подразделение исчезло."}]),
            counts: json!({"people_gone": 9, "people_added": 0}),
            changes_total: 9,
            made_at: DateTime::UNIX_EPOCH,
        }],
        trouble: Some(
            json!({"code": "unreachable", "message_en": "No answer.", "message_ru": "Нет ответа."}),
        ),
        is_well_again: false,
    }
}

#[test]
fn a_report_names_entry_reason_and_what_to_do_in_either_language() {
    let letter = report(&settings("en"), "lands", &news()).expect("there is news");
    for part in [
        "uid=ann,dc=gov\n  govRank = «<b>Зодчий</b>»: No rank of this name. (not in Chancery)",
        "And 2 more",
        "set of 9 changes (number abababababab)",
        "ou=Roads: «9 / 9»: A unit is lost.",
        "people gone: 9",
        "No answer.",
        "https://c.gov.test/directory",
    ] {
        assert!(letter.text.contains(part), "{part:?} in {}", letter.text);
    }
    assert!(!letter.text.contains("people added"), "{}", letter.text);
    let letter = report(&settings("ru"), "lands", &news()).expect("there is news");
    assert!(
        letter.subject.starts_with("Справочник «lands»: у источника неполадка, изменения ждут"),
        "{}",
        letter.subject
    );
    assert!(letter.text.contains("Такого ранга нет. (нет в Chancery)"), "{}", letter.text);
}

#[test]
fn what_the_directory_says_is_text_in_html() {
    let letter = report(&settings("en"), "lands", &news()).expect("there is news");
    assert!(letter.html.contains("&lt;b&gt;Зодчий&lt;/b&gt;"), "{}", letter.html);
    assert!(!letter.html.contains("<b>"), "{}", letter.html);
}

#[test]
fn without_news_there_is_no_letter() {
    assert_eq!(report(&settings("ru"), "lands", &News::default()), None);
}

#[test]
fn a_digest_of_a_quiet_day_says_so() {
    let quiet = Day {
        runs: Runs { applied: 0, refused: 0, failed: 0 },
        changes: json!({}),
        entries: vec![],
        entries_total: 0,
        plans: vec![],
        trouble: None,
    };
    let day = NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day");
    let letter = digest(&settings("ru"), "lands", day, &quiet);
    assert_eq!(letter.subject, "Сводка справочника «lands»: 2026-11-23");
    assert!(
        letter.text.contains("Изменений не было.") && letter.text.contains("Нет: всё в порядке."),
        "{}",
        letter.text
    );
}
