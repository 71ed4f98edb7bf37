//! One loaded policy: one call that decides, about twenty nanoseconds, and that cannot fail.
//!
//! A policy that does not load, or whose table is not proved, never becomes a snapshot; so there is always a table.

use std::sync::{Arc, Mutex, PoisonError};

use crate::casbin::{Authority, Error, MODEL, probe_columns};
use crate::exceptions::ExceptionTerms;
use crate::facts::{Dimension, Facts, Missing};
use crate::files::VOCABULARY;
use crate::finding::Finding;
use crate::label::LabelVocabulary;
use crate::proved;
use crate::rules::{self, Messages, RULES, Rule, Ruled};
use crate::table::{NOBODY, Table};
use crate::vocabulary;
use crate::walls::Walls;
use crate::words;

pub use crate::files::PolicyFiles;
pub use crate::in_force::{Gate, InForce};

/// A rule of the snapshot that decided, or the reason why none was asked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RuleId(pub(crate) u16);

impl RuleId {
    /// No rule holds: denied.
    pub const DEFAULT: Self = Self(NOBODY);

    /// Facts could not be built: denied.
    pub fn missing(missing: Missing) -> Self {
        Self(u16::MAX - 1 - missing as u16)
    }

    /// What was missing, if that is what decided.
    pub fn as_missing(self) -> Option<Missing> {
        Missing::ALL.iter().copied().find(|missing| Self::missing(*missing) == self)
    }
}

/// The answer of the gate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Verdict {
    /// Whether it may be done.
    pub allow: bool,
    /// What decided.
    pub rule: RuleId,
    /// The policy version that it belongs to.
    pub policy_version: i64,
}

/// One loaded, filled and proved policy.
pub struct Snapshot {
    version: i64,
    sha256: [u8; 32],
    rules: Vec<Rule>,
    exceptions: ExceptionTerms,
    table: Arc<Table>,
    raw: Mutex<Authority>,
    labels: LabelVocabulary,
    walls: Walls,
    pub(crate) messages_ru: Messages,
    pub(crate) messages_en: Messages,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot")
            .field("version", &self.version)
            .field("cells", &self.table.cells())
            .finish_non_exhaustive()
    }
}

impl Snapshot {
    /// Loads the files, has Casbin fill the table, and proves the table; or says everything that is wrong.
    ///
    /// Takes a second or two of processor time where its rules are new to this process: not to be called where others wait.
    pub fn load(files: &PolicyFiles, version: i64) -> Result<Self, Vec<Finding>> {
        let faults = files.faults();
        if !faults.is_empty() {
            return Err(faults);
        }
        if files.text("model.conf")? != MODEL {
            let message = "is not the model that this program was built with; only the rules change";
            return Err(vec![Finding::new("model.conf", None, None, message)]);
        }
        vocabulary::check(files.text(VOCABULARY)?)?;
        let Ruled { mut rules, exceptions } = rules::load(files.text(RULES)?)?;
        let messages_ru = rules::load_messages("messages.ru.toml", files.text("messages.ru.toml")?, &rules)?;
        let messages_en = rules::load_messages("messages.en.toml", files.text("messages.en.toml")?, &rules)?;
        for rule in &mut rules {
            rule.sentence_ru = messages_ru.rules.get(&rule.id).cloned().unwrap_or_default();
            rule.sentence_en = messages_en.rules.get(&rule.id).cloned().unwrap_or_default();
        }
        let labels = files.labels()?;
        let walls = files.walls()?;
        let broken = |message: String| vec![Finding::new(RULES, None, None, message)];
        probe_columns(&rules).map_err(broken)?;
        let table = proved::table(files.text(RULES)?, &rules)?;
        let everything = (0..rules.len()).collect();
        // On a thread of its own: Casbin brings a runtime, and there may be one here already.
        let raw =
            std::thread::scope(|scope| scope.spawn(|| Authority::new(&rules, everything, false)).join())
                .map_err(|_| broken("Casbin panicked over the rules".to_owned()))?
                .map_err(|error| broken(error.to_string()))?;
        let sha256 = files.sha256();
        Ok(Self {
            version,
            sha256,
            rules,
            exceptions,
            table,
            raw: Mutex::new(raw),
            labels,
            walls,
            messages_ru,
            messages_en,
        })
    }

    /// The number of the policy version.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The hash of its files.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// The hash of its table: what every node that built it from the same files must come to.
    pub fn table_sha256(&self) -> [u8; 32] {
        self.table.sha256(&self.rules)
    }

    /// Whether it has the labels and the walls of `other`. Both are read into the mirror of the organisation, so that only
    /// policies that share them can decide side by side.
    pub fn shares_ground_with(&self, other: &Self) -> bool {
        self.labels == other.labels && self.walls == other.walls
    }

    /// The levels and categories.
    pub fn labels(&self) -> &LabelVocabulary {
        &self.labels
    }

    /// The walls.
    pub fn walls(&self) -> &Walls {
        &self.walls
    }

    /// The rules, denials first.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What it says about exceptions beside its rules.
    pub fn exceptions(&self) -> ExceptionTerms {
        self.exceptions
    }

    /// The rule, unless none decided.
    pub fn rule(&self, rule: RuleId) -> Option<&Rule> {
        self.rules.get(usize::from(rule.0))
    }

    /// What records call the rule: `D05`, `default`, `missing.target`.
    pub fn rule_code(&self, rule: RuleId) -> &str {
        match (self.rule(rule), rule.as_missing()) {
            (Some(rule), _) => &rule.id,
            (None, Some(Missing::Asker)) => "missing.asker",
            (None, Some(Missing::Target)) => "missing.target",
            (None, Some(Missing::Hat)) => "missing.hat",
            (None, Some(Missing::Room)) => "missing.room",
            (None, Some(Missing::StaleOrg)) => "missing.stale_org",
            (None, Some(Missing::StalePolicy)) => "missing.stale_policy",
            (None, None) => "default",
        }
    }

    /// How many cells the table has.
    pub fn cells(&self) -> usize {
        self.table.cells()
    }

    /// How much memory its table takes, with the ways from facts to cells.
    pub fn table_bytes(&self) -> usize {
        self.table.bytes()
    }

    /// Decides. Missing facts are a denial.
    pub fn decide(&self, facts: Result<Facts, Missing>) -> Verdict {
        let (rule, allow) = match facts {
            Ok(facts) => self.table.decide(&facts),
            Err(missing) => (RuleId::missing(missing).0, false),
        };
        Verdict { allow, rule: RuleId(rule), policy_version: self.version }
    }

    /// The facts that this verdict and that of `other` hang on, in English words.
    pub fn in_words(&self, facts: &Facts, verdict: Verdict, other: (&Self, Verdict)) -> String {
        let masks =
            |policy: &Self, rule| policy.rule(rule).map_or(crate::reader::everything(), |rule| rule.masks);
        words::facts(&facts.places(), &[masks(self, verdict.rule), masks(other.0, other.1.rule)])
    }

    /// Every rule that holds, straight from Casbin: to explain, and to check the table while it is in use.
    pub fn casbin(&self, facts: Facts) -> Result<Vec<RuleId>, Error> {
        let places = self.raw.lock().unwrap_or_else(PoisonError::into_inner).matching(&facts)?;
        Ok(places.into_iter().filter_map(|place| u16::try_from(place).ok()).map(RuleId).collect())
    }

    /// The permissions that one single fact keeps from holding, and which fact that is.
    pub fn near(&self, facts: Facts) -> Vec<(RuleId, Dimension)> {
        let permissions = (0_u16..).zip(&self.rules).filter(|(_, rule)| rule.allows);
        permissions
            .filter_map(|(place, rule)| match rule.misses(&facts).as_slice() {
                [one] => Some((RuleId(place), *one)),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }
}
