//! Who may make an exception to a refusal, and for how long. The policy names the office; the server finds who holds it.

use serde::Deserialize;
use toml::Spanned;

use crate::explain::{Disclosure, disclosure};
use crate::facts::{Action, Dimension, Exc, Facts, HatKind, LabelFit, Mem, Target};
use crate::finding::{Finding, line_with};
use crate::gate::{Snapshot, Verdict};
use crate::reader::Reader;
use crate::rules::RULES;

/// The office that may make an exception to a denial.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Approver {
    // In this order: a higher office is asked instead of a lower one.
    /// The superior of the one who asks.
    Superior,
    /// The security office.
    Security,
}

impl Approver {
    /// All of them, by what policies and the API call them.
    pub(crate) const KNOWN: [(&str, Self); 2] = [("superior", Self::Superior), ("security", Self::Security)];

    /// What policies and the API call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Superior => "superior",
            Self::Security => "security",
        }
    }
}

/// What the policy says about exceptions beside its rules.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ExceptionTerms {
    /// Who may permit a direct contact that no rule permits; nobody where it is not said.
    pub default: Option<Approver>,
    /// For how many days a contact may be permitted at most.
    pub longest_days: u16,
}

/// The table `[exceptions]` of the rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTerms {
    default: Option<Spanned<String>>,
    longest_days: Spanned<u16>,
}

/// More than so many days are no exception any more, but a rule that nobody wrote down.
const LONGEST_DAYS: u16 = 366;

impl Reader<'_> {
    /// The terms of the table.
    pub(crate) fn terms(&mut self, raw: &RawTerms) -> ExceptionTerms {
        let days = *raw.longest_days.get_ref();
        if days == 0 || days > LONGEST_DAYS {
            let message = format!("must be from 1 to {LONGEST_DAYS} days");
            self.fault(&raw.longest_days, "exceptions.longest_days", message);
        }
        let default = raw.default.as_ref();
        ExceptionTerms {
            default: default.and_then(|named| self.one_of(named, "exceptions.default", &Approver::KNOWN)),
            longest_days: days,
        }
    }

    /// Who may make an exception to a rule, as its block names them.
    pub(crate) fn approver(
        &mut self,
        id: &str,
        named: &Spanned<String>,
        allows: bool,
        hard: bool,
    ) -> Option<Approver> {
        let key = format!("{id}.exception");
        let approver = self.one_of(named, &key, &Approver::KNOWN);
        if allows {
            self.fault(named, &key, "only a rule that denies can have an exception");
        }
        if hard && approver == Some(Approver::Superior) {
            self.fault(named, &key, "nobody but the security office makes an exception to a hard rule");
        }
        approver
    }
}

impl Snapshot {
    /// Who may make an exception to `refused`, which was decided by `facts`. Nobody: where the policy names nobody, where
    /// a grant would change nothing, where the refusal gives little away, or where the asker may not know that there is
    /// somebody. A grant is made to a person and not to a hat.
    pub fn approver(&self, refused: Verdict, facts: Facts) -> Option<Approver> {
        if refused.allow
            || facts.tgt != Target::Person
            || facts.exc != Exc::None
            || facts.hat != HatKind::Own
            || disclosure(self, refused.rule) != Disclosure::Full
        {
            return None;
        }
        let is_allowed = |facts| self.decide(Ok(facts)).allow;
        if !is_allowed(Facts { act: Action::PersonSee, lab: LabelFit::None, ..facts }) {
            return None;
        }
        if !is_allowed(Facts { exc: Exc::Grant, ..facts }) {
            return None;
        }
        // Where nothing permits to go on, the rules against beginning are the reason. A grant opens all that forbid, so
        // that each of them must have an exception, and the highest of the offices makes it.
        let start = Facts { act: Action::DmStart, mem: Mem::None, ..facts };
        let denials = [facts, start].map(|facts| {
            self.rules().iter().filter(|rule| !rule.allows && rule.matches(&facts)).collect::<Vec<_>>()
        });
        let Some(denials) = denials.into_iter().find(|denials| !denials.is_empty()) else {
            return self.exceptions().default;
        };
        let offices: Option<Vec<Approver>> = denials.into_iter().map(|rule| rule.exception).collect();
        offices?.into_iter().max()
    }

    /// The exceptions that the policy offers and that would change nothing.
    pub(crate) fn idle_exceptions(&self, text: &str) -> Vec<Finding> {
        let offered = (0..).zip(self.rules()).filter(|(_, rule)| rule.exception.is_some());
        let mut idle: Vec<(Option<u16>, &str)> =
            offered.map(|(place, rule)| (Some(place), rule.id.as_str())).collect();
        idle.extend(self.exceptions().default.map(|_| (None, "exceptions.default")));
        for action in [Action::DmStart, Action::DmSend, Action::DmFile, Action::DmCall] {
            let wanted = |dimension, place| match dimension {
                Dimension::Target => place == Target::Person as u8,
                Dimension::Exc => place == Exc::None as u8,
                _ => true,
            };
            // Too many classes to look at is a finding of its own.
            let Some(classes) = self.table().examples(action, &wanted) else { continue };
            for places in classes {
                let (denial, permission) = self.table().both(action, &places);
                let granted = Facts { exc: Exc::Grant, ..Facts::at(&places) };
                if (denial.is_some() || permission.is_none()) && self.decide(Ok(granted)).allow {
                    idle.retain(|(rule, _)| *rule != denial);
                }
            }
        }
        let finding = |(rule, id): (Option<u16>, &str)| {
            let key = rule.map_or_else(|| id.to_owned(), |_| format!("{id}.exception"));
            let line = rule.map_or_else(
                || line_with(text, "[exceptions]"),
                |_| line_with(text, &format!("id = \"{id}\"")),
            );
            let message = "a grant would permit nothing here: no permission opens where `exc` is `grant`";
            Finding::new(RULES, line, Some(&key), message)
        };
        idle.into_iter().map(finding).collect()
    }
}
