//! Labels as other systems read them: the XML of a confidentiality label in the shape of STANAG 4774 (ADatP-4774, edition A), and
//! the `SIO-Label` of mails (RFC 7444).

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use policies::label::{Label, LabelVocabulary};

/// A label that something carries, in the words of the policy.
#[derive(Debug, Clone)]
pub(super) struct Marked {
    /// The label in XML.
    pub xml: String,
    /// The value of the mail's header.
    pub header: String,
    /// What stands on a document.
    pub text: String,
}

/// The marking of what was labelled at `at`; none of what has no label.
pub(super) fn of(labels: &LabelVocabulary, label: Label, at: DateTime<Utc>) -> Option<Marked> {
    if label == Label::default() {
        return None;
    }
    let level = labels.levels().iter().find(|level| level.number == label.level)?;
    let codes = labels.category_codes(label.categories);
    let categories = labels
        .categories()
        .iter()
        .filter(|category| codes.contains(&category.code.as_str()))
        // Restrictive: who reads must be admitted to each of them.
        .fold(String::new(), |mut all, category| {
            // Writing to memory does not fail.
            let _ = write!(
                all,
                "<slab:Category TagName=\"{}\" Type=\"RESTRICTIVE\"><slab:GenericValue>{}</slab:GenericValue></slab:Category>",
                escaped(&category.code),
                escaped(&category.name_en)
            );
            all
        });
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<slab:originatorConfidentialityLabel \
         xmlns:slab=\"urn:nato:stanag:4774:confidentialitymetadatalabel:1:0\"><slab:ConfidentialityInformation>\
         <slab:PolicyIdentifier>{}</slab:PolicyIdentifier><slab:Classification>{}</slab:Classification>{categories}\
         </slab:ConfidentialityInformation><slab:CreationDateTime>{}</slab:CreationDateTime>\
         </slab:originatorConfidentialityLabel>\n",
        escaped(labels.policy_id()),
        escaped(&level.marking_en),
        at.to_rfc3339_opts(SecondsFormat::Secs, true),
    );
    Some(Marked { header: header(&xml), xml, text: text(labels, label)? })
}

/// What stands on a document with the label, in both languages; nothing where it has none.
pub(super) fn text(labels: &LabelVocabulary, label: Label) -> Option<String> {
    if label == Label::default() {
        return None;
    }
    labels.marking(label).map(|marking| format!("{} / {}", marking.ru, marking.en))
}

/// The label that a row has; none where the policy does not know it.
pub(super) fn known(
    labels: &LabelVocabulary,
    policy: Option<&str>,
    level: i16,
    categories: &[String],
) -> Label {
    let level = u8::try_from(level).unwrap_or(u8::MAX);
    labels.label(policy, level, categories).unwrap_or_default()
}

/// RFC 7444, 2: the label in base64, in parts that fit into lines.
fn header(xml: &str) -> String {
    let encoded = STANDARD.encode(xml);
    let parts = encoded.as_bytes().chunks(56).enumerate();
    let parts = parts.map(|(number, part)| format!("label*{number}=\"{}\"", String::from_utf8_lossy(part)));
    std::iter::once("type=\":xml\"".to_owned()).chain(parts).collect::<Vec<_>>().join("; ")
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use policies::gate::PolicyFiles;

    use super::*;

    #[test]
    fn a_label_is_said_in_xml_and_in_a_header() {
        let policy = crate::policy::load(&PolicyFiles::embedded(), 1).unwrap();
        let labels = policy.labels();
        let at = "2026-03-03T09:00:00Z".parse().unwrap();
        assert!(of(labels, Label::default(), at).is_none());
        let category = labels.categories()[0].code.clone();
        let label = labels.parse("secret", std::slice::from_ref(&category)).unwrap();
        let marked = of(labels, label, at).unwrap();
        assert!(
            marked.xml.contains(&format!("TagName=\"{category}\" Type=\"RESTRICTIVE\"")),
            "{}",
            marked.xml
        );
        assert!(marked.xml.contains("<slab:CreationDateTime>2026-03-03T09:00:00Z<"), "{}", marked.xml);
        let parts = marked.header.split("; ").skip(1).map(|part| part.split('"').nth(1).unwrap());
        assert_eq!(STANDARD.decode(parts.collect::<String>()).unwrap(), marked.xml.as_bytes());
        assert_eq!(escaped("<a & \"b\">"), "&lt;a &amp; &quot;b&quot;&gt;");
    }
}
