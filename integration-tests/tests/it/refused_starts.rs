//! A malformed configuration or policy names file, line and key, and the server does not start with it.

use std::fs;
use std::path::Path;
use std::process::Command;

use integration_tests::{app, services};

/// Runs `chancery serve` with this configuration, which must end by itself; returns what it said.
fn refused(directory: &Path, config: &str) -> String {
    let path = directory.join("chancery.toml");
    fs::write(&path, config).unwrap();
    let output = Command::new("timeout")
        .arg("60")
        .arg(services::program("chancery"))
        .args(["serve", "--config"])
        .arg(&path)
        .output()
        .unwrap();
    let said = services::said(&output);
    assert!(!output.status.success() && output.status.code() != Some(124), "it started: {said}");
    said
}

/// A configuration with which the server would start.
fn good(directory: &Path) -> String {
    let shared = services::shared();
    fs::write(directory.join("key.pem"), app::token_key()).unwrap();
    format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[database]\nurl = {}\n[auth]\ntoken_key_file = {}\n",
        services::toml_string(&shared.database()),
        services::toml_string(&directory.join("key.pem").display().to_string()),
    )
}

#[test]
fn a_configuration_is_named_by_file_line_and_key() {
    let directory = services::shared().directory("refused");
    let good = good(&directory);
    for (line, wrong, key) in [
        (7, "[auth2]\nx = 1\n", "auth2"),
        (8, "[web]\nroots = \"/srv\"\n", "roots"),
        (8, "[office]\nopens = \"nine\"\n", "office.opens"),
        (8, "[log]\nformat = 7\n", "log.format"),
        (7, "this is no TOML\n", ""),
    ] {
        let said = refused(&directory, &format!("{good}{wrong}"));
        assert!(said.contains("chancery.toml"), "no file for {wrong}: {said}");
        assert!(said.contains(key), "no key for {wrong}: {said}");
        assert!(said.contains(&format!("chancery.toml:{line}")), "no line {line} for {wrong}: {said}");
    }
}

#[test]
fn a_policy_is_named_by_file_line_and_key() {
    let directory = services::shared().directory("refused");
    let policy = directory.join("policy");
    let embedded = policies::gate::PolicyFiles::embedded();
    for (file, from, to, expected) in [
        ("rules.toml", "rel = [\"up3\"]", "rel = [\"up9\"]", "D05.when.rel"),
        ("rules.toml", "effect = \"deny\"", "effect = \"Deny\"", "D01.effect"),
        ("rules.toml", "[rule.when]\nwall", "[rule.when]\nwalls", "D01.when.walls"),
        ("labels.toml", "number = 1", "number = \"one\"", "number"),
        ("messages.en.toml", "D05 = ", "D55 = ", "rules.D05"),
        ("rules.toml", "rel = [\"down\"]", "rel = [\"up1\"]", "superiors"),
    ] {
        for (name, text) in embedded.map() {
            let path = policy.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let changed = text.replacen(from, to, 1);
            assert!(name != file || changed != *text, "{file} does not hold {from}");
            fs::write(path, if name == file { &changed } else { text }).unwrap();
        }
        let config = format!(
            "{}[policy]\ndirectory = {}\n",
            good(&directory),
            services::toml_string(&policy.display().to_string())
        );
        let said = refused(&directory, &config);
        assert!(said.contains(expected), "{file}: {to} is not named as {expected}: {said}");
    }
}
