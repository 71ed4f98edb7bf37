//! What being in a group of the directory gives.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::ConfigError;
use super::source::{CategoryName, Source};
use crate::dn::Dn;
use crate::state::Clearance;

/// One `[[sources.groups]]`: who is in it, directly or by way of other groups, has what it says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupSettings {
    /// The name of the group's entry, at or below `base`.
    pub dn: String,
    /// A level of clearance: one of the values of `clearance.levels`.
    #[serde(default)]
    pub clearance: Option<String>,
    /// Categories of clearance: codes of `clearance.categories`. They count together with a level only.
    #[serde(default)]
    pub categories: Vec<String>,
    /// A duty in Chancery: hr, compliance, security or admin.
    #[serde(default)]
    pub role: Option<String>,
    /// A segment for walls.
    #[serde(default)]
    pub segment: Option<String>,
}

/// What groups give to somebody who is in them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    /// A clearance; none, where no group gives one.
    pub clearance: Option<Clearance>,
    /// Duties.
    pub roles: BTreeSet<String>,
    /// Segments.
    pub segments: BTreeSet<String>,
}

impl Source {
    /// What each group gives, by the comparable name of its entry.
    pub fn grants(&self) -> BTreeMap<String, Grants> {
        let mut grants: BTreeMap<String, Grants> = BTreeMap::new();
        for group in &self.groups {
            let Ok(dn) = Dn::parse(&group.dn) else { continue };
            let here = grants.entry(dn.key()).or_default();
            here.roles.extend(group.role.clone());
            here.segments.extend(group.segment.clone());
            here.join_clearance(self.clearance_of(group));
        }
        grants
    }

    fn clearance_of(&self, group: &GroupSettings) -> Option<Clearance> {
        let word = group.clearance.as_ref()?;
        let level = self.clearance.levels.iter().find(|level| level.value.eq_ignore_ascii_case(word))?.level;
        (level > 0).then(|| Clearance { level, categories: group.categories.iter().cloned().collect() })
    }

    pub(super) fn validate_groups(&self) -> Result<(), ConfigError> {
        let base = Dn::parse(&self.base).ok();
        for group in &self.groups {
            let dn = Dn::parse(&group.dn)
                .map_err(|error| self.wrong("groups.dn", &group.dn, error.to_string()))?;
            if !base.as_ref().is_some_and(|base| dn.is_within(base)) {
                let rule = format!("must be below the base, {}", self.base);
                return Err(self.wrong("groups.dn", &group.dn, rule));
            }
            if let Some(word) = &group.clearance
                && !self.clearance.levels.iter().any(|level| level.value.eq_ignore_ascii_case(word))
            {
                return Err(self.wrong("groups.clearance", word, "must be a value of clearance.levels"));
            }
            let codes = || self.clearance.categories.iter().map(|category| CategoryName::words(category).1);
            if let Some(code) = group.categories.iter().find(|code| !codes().any(|known| known == *code)) {
                return Err(self.wrong("groups.categories", code, "must be a code of clearance.categories"));
            }
            if group.clearance.is_none() && !group.categories.is_empty() {
                let rule = "count together with a level only: say `clearance` too";
                return Err(self.wrong("groups.categories", group.categories.join(", "), rule));
            }
            if let Some(role) = &group.role
                && !["hr", "compliance", "security", "admin"].contains(&role.as_str())
            {
                return Err(self.wrong("groups.role", role, "must be hr, compliance, security or admin"));
            }
            if group.clearance.is_none() && group.role.is_none() && group.segment.is_none() {
                let rule = "gives nothing: say `clearance`, `role` or `segment`";
                return Err(self.wrong("groups", &group.dn, rule));
            }
        }
        Ok(())
    }
}

impl Grants {
    /// Takes in what another group gives.
    pub(crate) fn join(&mut self, other: &Self) {
        self.roles.extend(other.roles.iter().cloned());
        self.segments.extend(other.segments.iter().cloned());
        self.join_clearance(other.clearance.clone());
    }

    /// The higher level, and the categories of both.
    fn join_clearance(&mut self, other: Option<Clearance>) {
        self.clearance = joined(self.clearance.take(), other);
    }
}

/// What two clearances come to: the higher level, and the categories of both.
pub(crate) fn joined(one: Option<Clearance>, other: Option<Clearance>) -> Option<Clearance> {
    match (one, other) {
        (Some(mut one), Some(other)) => {
            one.level = one.level.max(other.level);
            one.categories.extend(other.categories);
            Some(one)
        }
        (one, other) => one.or(other),
    }
}
