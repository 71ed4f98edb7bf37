//! The matrix: who may do what, to whom and where, in the sample ministry. It is one file that people who answer for
//! the rules can read, and a change of a rule is a change of it.

mod cast;
mod lines;
mod text;
mod walk;

use std::fs;
use std::path::Path;

use self::cast::Cast;
use self::lines::difference;
use crate::files::PolicyFiles;
use crate::gate::Snapshot;
use crate::testing::gate;

/// What writes it anew, for whoever changed a rule on purpose.
const UPDATE: &str = "UPDATE_MATRIX=1 cargo test -p policies matrix";

fn matrix(policy: &Snapshot) -> String {
    let cast = Cast::of_the_sample_ministry(policy);
    text::write(policy, &cast, &walk::sections(policy, &cast))
}

#[test]
fn the_matrix_says_what_the_policy_decides() {
    let made = matrix(&gate().snapshot());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("policy/matrix.txt");
    #[expect(clippy::disallowed_methods, reason = "whoever runs the test says whether it may write")]
    let update = std::env::var("UPDATE_MATRIX").is_ok();
    if update {
        fs::write(&file, &made).unwrap();
    }
    let changed = difference(&fs::read_to_string(&file).unwrap_or_default(), &made);
    assert!(
        changed.is_empty(),
        "the policy decides otherwise than {} says:\n\n{}\n\nIf that is meant, write it anew: {UPDATE}",
        file.display(),
        changed.join("\n")
    );
}

#[test]
fn a_change_of_one_rule_is_a_change_of_its_lines() {
    let files = PolicyFiles::embedded().with("rules.toml", |text| {
        let rule = "rel = [\"up3\"]\nmem = [\"none\"]\nhat = [\"own\"]";
        assert!(text.contains(rule), "D05 is worded otherwise");
        text.replacen(rule, "rel = [\"up2\", \"up3\"]\nmem = [\"none\"]\nhat = [\"own\"]", 1)
    });
    let changed = difference(&matrix(&gate().snapshot()), &matrix(&Snapshot::load(&files, 8).unwrap()));
    let titles: Vec<&String> = changed.iter().filter(|line| line.starts_with("  ")).collect();
    assert!(!titles.is_empty() && titles.iter().all(|title| title.contains("dm.start")), "{changed:#?}");
    // An officer may no longer begin with the director, two steps up.
    let officer = |sign: &str| {
        let line = changed.iter().find(|line| line.starts_with(&format!("{sign} officer ")));
        line.unwrap_or_else(|| panic!("{changed:#?}")).clone()
    };
    let rules = |line: &str, rule: &str| line.split_whitespace().filter(|cell| *cell == rule).count();
    let (before, after) = (officer("-"), officer("+"));
    assert_eq!(rules(&before, "+A03"), rules(&after, "+A03") + 1, "{before}\n{after}");
    assert_eq!(rules(&before, "-D05") + 1, rules(&after, "-D05"), "{before}\n{after}");
}
