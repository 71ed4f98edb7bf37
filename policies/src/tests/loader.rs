//! Malformed policies: each is refused, with file, line and key, and nothing is dropped in silence.

use crate::files::PolicyFiles;
use crate::finding::Finding;
use crate::gate::Snapshot;

fn refused(files: &PolicyFiles) -> Vec<Finding> {
    Snapshot::load(files, 1).expect_err("it loads")
}

/// File, what is replaced by what, the key that is named, and what is said.
const MALFORMED: &[(&str, &str, &str, &str, &str)] = &[
    // Casbin ignores an effect that it cannot read, and the permission wins.
    ("rules.toml", "effect = \"deny\"", "effect = \"Deny\"", "D01.effect", "`Deny` is not one of"),
    ("rules.toml", "effect = \"deny\"", "effect = \"deny # later\"", "D01.effect", "is not one of"),
    ("rules.toml", "effect = \"deny\"", "effect = \"allow\"", "D01.effect", "called A.."),
    // It drops rows of a type that the model does not have.
    ("rules.toml", "# Who may do what.", "version = 2 #", "version", "unknown field"),
    ("rules.toml", "[[rule]]", "[[rules]]", "rule", "duplicate key"),
    // It fails every request that reaches a row with a column too few.
    ("rules.toml", "why = \"Segments", "because = \"Segments", "because", "unknown field"),
    ("rules.toml", "owner = \"security-office\"\n", "", "owner", "missing field"),
    // A condition on a misspelt attribute never fires.
    ("rules.toml", "wall = [\"closed\"]", "wal = [\"closed\"]", "D01.when.wal", "there is no such column"),
    (
        "rules.toml",
        "wall = [\"closed\"]",
        "wall = [\"shut\"]",
        "D01.when.wall",
        "`shut` is not one of none, open, closed",
    ),
    ("rules.toml", "wall = [\"closed\"]", "wall = \"closed\"", "wall", "invalid type"),
    ("rules.toml", "wall = [\"closed\"]", "wall = []", "D01.when.wall", "names no value"),
    ("rules.toml", "wall = [\"closed\"]", "wall = [\"closed\", \"closed\"]", "D01.when.wall", "named twice"),
    ("rules.toml", "wall = [\"closed\"]\n", "", "D01.when", "names no column"),
    ("rules.toml", "id = \"D02\"", "id = \"D01\"", "D01", "used twice"),
    ("rules.toml", "id = \"D02\"", "id = \"2\"", "id", "does not read like"),
    ("rules.toml", "disclose = \"generic\"", "disclose = \"some\"", "D01.disclose", "`some` is not one of"),
    ("rules.toml", "review = 2027-06-01", "review = \"soon\"", "review", "datetime"),
    ("rules.toml", "review = 2027-06-01", "review = 12:00:00", "D01.review", "must be a date"),
    ("rules.toml", "hard = true", "hard = \"yes\"", "hard", "invalid type"),
    (
        "rules.toml",
        "legal_basis = \"Regulation on service correspondence, part 3\"",
        "legal_basis = \" \"",
        "D01.legal_basis",
        "must not be empty",
    ),
    ("rules.toml", "id = \"D01\"", "id = \"D01", "id", "invalid basic string"),
    (
        "rules.toml",
        "exception = \"superior\"",
        "exception = \"boss\"",
        "D05.exception",
        "not one of superior, security",
    ),
    (
        "rules.toml",
        "hard = true\n",
        "hard = true\nexception = \"superior\"\n",
        "D01.exception",
        "nobody but the security office",
    ),
    (
        "rules.toml",
        "id = \"A01\"\n",
        "id = \"A01\"\nexception = \"superior\"\n",
        "A01.exception",
        "only a rule that denies",
    ),
    ("rules.toml", "default = \"superior\"", "default = \"nobody\"", "exceptions.default", "not one of"),
    ("rules.toml", "longest_days = 90", "longest_days = 0", "exceptions.longest_days", "from 1 to 366"),
    ("rules.toml", "longest_days = 90", "longest_days = 367", "exceptions.longest_days", "from 1 to 366"),
    ("rules.toml", "longest_days = 90", "longest = 90", "longest", "unknown field"),
    ("rules.toml", "longest_days = 90", "", "longest_days", "missing field"),
    (
        "rules.toml",
        "[exceptions]\n# Who may permit a direct contact that no rule permits.\ndefault = \"superior\"\n\
         # For how many days at most, whoever permits it.\nlongest_days = 90\n",
        "",
        "exceptions.longest_days",
        "does not say for how many days",
    ),
    ("messages.ru.toml", "D05 = ", "D99 = ", "rules.D99", "a sentence for nothing"),
    ("messages.en.toml", "through {superior}", "through {boss}", "rules.D05", "{boss} is not one of"),
    ("messages.en.toml", "[missing]", "[missed]", "missed", "unknown field"),
    (
        "walls.toml",
        "between = [\"audit\", \"procurement\"]",
        "between = [\"audit\", \"sales\"]",
        "wall.between",
        "`sales` is not among the segments",
    ),
    (
        "walls.toml",
        "between = [\"audit\", \"procurement\"]",
        "between = [\"audit\", \"audit\"]",
        "wall.between",
        "from itself",
    ),
    ("walls.toml", "between = [\"audit\", \"procurement\"]", "from = \"audit\"", "from", "unknown field"),
    ("walls.toml", "state = \"closed\"", "state = \"Closed\"", "state", "unknown variant"),
    (
        "walls.toml",
        "[\"audit\", \"procurement\"]",
        "[\"audit\", \"procurement\", \"audit\"]",
        "segments",
        "named twice",
    ),
    ("labels.toml", "number = 2", "number = 1", "level.number", "higher number"),
    ("labels.toml", "number = 0", "number = 1", "level.number", "number 0"),
    ("labels.toml", "code = \"personnel\"", "code = \"budget\"", "code", "used twice"),
    ("labels.toml", "#2f6f4f", "green", "level.background", "does not read like"),
    (
        "labels.toml",
        "background = \"#2f6f4f\"",
        "background = \"#cfcfcf\"",
        "level.foreground",
        "cannot be read",
    ),
    ("labels.toml", "urn:chancery:labels:1", "labels", "policy_id", "neither a URN nor an OID"),
    ("labels.toml", "policy_id = \"urn:chancery:labels:1\"", "", "policy_id", "missing field"),
    (
        "labels.toml",
        "marking_ru = \"КАДРЫ\"",
        "marking_ru = \" \"",
        "category.marking_ru",
        "must not be empty",
    ),
    ("labels.toml", "marking_en = \"SECRET\"", "marking_de = \"GEHEIM\"", "marking_de", "unknown field"),
    ("labels.toml", "name_ru = \"Секретно\"", "name_de = \"Geheim\"", "name_de", "unknown field"),
    ("vocab.toml", "\"up3\"", "\"up4\"", "rel.values", "the program knows"),
    ("vocab.toml", "name = \"rel\"", "name = \"relation\"", "relation", "the program has `rel` here"),
];

#[test]
fn each_names_file_line_and_key() {
    for (file, from, to, key, said) in MALFORMED {
        let files = PolicyFiles::embedded().with(file, |text| {
            assert!(text.contains(from), "{file} has no {from}");
            text.replacen(from, to, 1)
        });
        let findings = refused(&files);
        let all: Vec<String> = findings.iter().map(ToString::to_string).collect();
        let found = findings.iter().find(|finding| finding.key.as_deref() == Some(key));
        let found = found.unwrap_or_else(|| panic!("{file} {from} -> {to}: {all:?}"));
        assert_eq!(&found.file, file);
        assert!(found.line.is_some(), "{found}");
        assert!(found.message.contains(said), "{found}");
        assert!(
            found.to_string().starts_with(&format!("{file}:{}: {key}: ", found.line.unwrap())),
            "{found}"
        );
    }
}

#[test]
fn a_sentence_must_exist_in_every_language() {
    for file in ["messages.ru.toml", "messages.en.toml"] {
        for key in ["D05", "A37", "stale_org", "liaison"] {
            let files = PolicyFiles::embedded().with(file, |text| {
                let kept = text.lines().filter(|line| !line.starts_with(&format!("{key} = ")));
                kept.collect::<Vec<_>>().join("\n")
            });
            let findings = refused(&files);
            let [finding] = findings.as_slice() else { panic!("{findings:?}") };
            assert_eq!(finding.file, file);
            assert!(finding.key.as_deref().is_some_and(|named| named.ends_with(key)), "{finding}");
            assert_eq!(finding.message, "has no sentence");
        }
    }
}

#[test]
fn a_wall_has_no_second_side_to_forget() {
    let files = PolicyFiles::embedded().with("walls.toml", |text| {
        format!("{text}\n[[wall]]\nbetween = [\"procurement\", \"audit\"]\nstate = \"open\"\nwhy = \"no\"\n")
    });
    let findings = refused(&files);
    assert!(findings[0].message.contains("already") && findings[0].line == Some(11), "{findings:?}");
}

#[test]
fn every_finding_is_told_at_once() {
    let files = PolicyFiles::embedded().with("rules.toml", |text| {
        text.replacen("\"closed\"", "\"shut\"", 1).replacen("\"above_sender\"", "\"too_high\"", 1)
    });
    assert_eq!(refused(&files).len(), 2);
}

#[test]
fn empty_missing_strange_and_changed_files_are_refused() {
    let whole = PolicyFiles::embedded;
    // An empty policy is not a policy that permits everything, nor one that is quietly in force.
    let empty = refused(&whole().with("rules.toml", |_| String::new()));
    assert_eq!(empty[0].to_string(), "rules.toml: holds no rule");
    for file in ["rules.toml", "walls.toml", "labels.toml", "vocab.toml", "invariants.toml", "model.conf"] {
        assert_eq!(refused(&whole().without(file))[0].to_string(), format!("{file}: is missing"));
    }
    let strange = refused(&whole().with("rule.toml", |_| String::new()));
    assert_eq!(strange[0].to_string(), "rule.toml: is not a file of a policy");
    // A second policy definition, of which Casbin takes denials for permissions.
    let model = refused(&whole().with("model.conf", |text| text.replace("p = id", "p2 = id")));
    assert!(model[0].message.contains("is not the model"));
}

#[test]
fn a_directory_reads_as_the_program_carries_it() {
    let policy = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("policy");
    let read = PolicyFiles::read(&policy).unwrap();
    assert_eq!(
        read.map().keys().collect::<Vec<_>>(),
        PolicyFiles::embedded().map().keys().collect::<Vec<_>>()
    );
    assert_eq!(read.sha256(), PolicyFiles::embedded().sha256());
    assert!(PolicyFiles::read(&policy.join("nowhere")).is_err());
    assert_ne!(read.clone().with("walls.toml", |text| format!("{text}\n")).sha256(), read.sha256());
}

#[test]
fn a_policy_outlives_an_update_that_brings_new_values() {
    let files = PolicyFiles::embedded().with("vocab.toml", |text| text.replacen(", \"l7\"", "", 1));
    assert!(Snapshot::load(&files, 1).is_ok(), "what no rule of it names need not be known to it");
}
