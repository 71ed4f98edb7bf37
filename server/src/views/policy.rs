//! Policies as their officers see them: versions, who signed them, where they are in force, and what each node came to.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use policies::edit::RuleText;
use policies::rules::Rule;
use schema::ids::{PersonId, SigningKeyId, UnitId};
use schema::nodes::NodeProof;
use schema::org_snapshot::ends;
use schema::policy_activations::{Activation, Mode};
use schema::policy_differences::Difference;
use schema::policy_versions::{Signature, SignatureRole, Version};
use schema::signing_keys::SigningKey;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{PersonRef, Reader, UnitRef};
use crate::text::hex;

/// How far a version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Written, and not signed by its author yet.
    Draft,
    /// Signed by its author.
    Proposed,
    /// Signed by both: it may come into force.
    Approved,
    /// Compared, and deciding nothing.
    Shadow,
    /// In force in some agencies.
    Trial,
    /// In force everywhere.
    Active,
    /// Was in force.
    Retired,
    /// Taken back.
    Withdrawn,
}

/// A version.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PolicyVersion)]
pub struct VersionView {
    /// Its number.
    pub number: i64,
    /// The SHA-256 over its files, in hexadecimal.
    pub sha256: String,
    /// How far it is.
    pub phase: Phase,
    /// The version that it was written from.
    pub base: Option<i64>,
    /// Who wrote it; none: it came with the program.
    pub author: Option<PersonRef>,
    /// What it is for.
    pub note: String,
    /// Whether only the security office may answer for what it changes.
    pub needs_security: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Who signed it.
    pub signatures: Vec<SignatureView>,
    /// Where it is, or was, in force, the latest first.
    pub activations: Vec<ActivationView>,
}

/// A signature.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PolicySignature)]
pub struct SignatureView {
    role: SignatureRole,
    person: Option<PersonRef>,
    /// Under which duty: `admin` or `security`.
    duty: String,
    key_id: SigningKeyId,
    signed_at: DateTime<Utc>,
}

/// A time in force.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PolicyActivation)]
pub struct ActivationView {
    id: Uuid,
    number: i64,
    mode: Mode,
    /// The agency; none: everywhere.
    agency: Option<UnitRef>,
    from: Option<DateTime<Utc>>,
    /// Until when; none: it is in force.
    until: Option<DateTime<Utc>>,
    begun_by: Option<PersonRef>,
    ended_by: Option<PersonRef>,
    reason: String,
}

/// What a node came to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PolicyNode)]
pub struct NodeView {
    /// The node.
    pub node_id: Uuid,
    /// The version of its program.
    pub program: String,
    /// The hash of the table that it built and proved; none: it did not, or not yet.
    pub table_sha256: Option<String>,
    /// Why it could not.
    pub error: Option<String>,
    /// Since when it decides by it.
    pub in_force_at: Option<DateTime<Utc>>,
}

/// A key with which an officer signs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SigningKey)]
pub struct KeyView {
    id: SigningKeyId,
    /// Whose it is.
    person: Option<PersonRef>,
    /// What its owner calls it.
    name: String,
    /// The public half, in hexadecimal.
    public_key: String,
    enrolled_at: DateTime<Utc>,
    confirmed_by: Option<PersonRef>,
    confirmed_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    /// Whether it is the reader's own.
    is_own: bool,
}

/// Decisions that the version in the shadow would have made otherwise.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PolicyDifference)]
pub struct DifferenceView {
    action: String,
    before_rule: String,
    after_rule: String,
    was_allowed: bool,
    is_allowed: bool,
    /// How many.
    decisions: i64,
    /// The facts of one of them, in words.
    example: String,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
}

/// A rule: what its block says, and its sentences.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyRule)]
#[serde(deny_unknown_fields)]
pub struct RuleBody {
    /// Its code: `D` and two digits where it forbids, `A` where it permits.
    id: String,
    /// `allow` or `deny`.
    effect: String,
    /// Why it is there.
    why: String,
    /// Which office answers for it.
    owner: String,
    /// What it rests on.
    legal_basis: String,
    /// By when it must be looked at again, as `2027-06-01`.
    review: String,
    /// How much its refusal tells: `full`, `generic`, `none`.
    disclose: String,
    /// Whether it binds superiors and administrators too.
    hard: bool,
    /// Who may make an exception to it: `superior`, `security`, or nobody.
    #[serde(default)]
    exception: Option<String>,
    /// The columns that it names, each with the values for which it holds.
    when: BTreeMap<String, Vec<String>>,
    /// The sentence in Russian.
    sentence_ru: String,
    /// The sentence in English.
    sentence_en: String,
}

fn person(reader: &Reader, id: PersonId) -> Option<PersonRef> {
    reader.scene.mirror.person(id).map(PersonRef::of)
}

impl VersionView {
    /// The version with what belongs to it.
    pub fn of(
        reader: &Reader,
        version: Version,
        signatures: &[Signature],
        activations: &[Activation],
    ) -> Self {
        let number = version.number;
        let signatures: Vec<&Signature> = signatures.iter().filter(|one| one.number == number).collect();
        let activations: Vec<&Activation> = activations.iter().filter(|one| one.number == number).collect();
        Self {
            number,
            sha256: hex(&version.sha256),
            phase: phase(&version, &signatures, &activations),
            base: version.base,
            author: version.author_id.and_then(|author| person(reader, author)),
            note: version.note,
            needs_security: version.needs_security,
            created_at: version.created_at,
            withdrawn_at: version.withdrawn_at,
            signatures: signatures.into_iter().map(|one| SignatureView::of(reader, one)).collect(),
            activations: activations.into_iter().map(|one| ActivationView::of(reader, one)).collect(),
        }
    }
}

fn phase(version: &Version, signatures: &[&Signature], activations: &[&Activation]) -> Phase {
    let is_now = |one: &&&Activation| ends(&one.valid).1.is_none();
    let current = |mode: Mode, everywhere: bool| {
        activations.iter().filter(is_now).any(|one| one.mode == mode && one.agency_id.is_none() == everywhere)
    };
    if version.withdrawn_at.is_some() {
        Phase::Withdrawn
    } else if current(Mode::Active, true) {
        Phase::Active
    } else if current(Mode::Active, false) {
        Phase::Trial
    } else if current(Mode::Shadow, true) {
        Phase::Shadow
    } else if activations.iter().any(|one| one.mode == Mode::Active && one.agency_id.is_none()) {
        Phase::Retired
    } else if version.author_id.is_none() || signatures.len() == 2 {
        Phase::Approved
    } else if signatures.is_empty() {
        Phase::Draft
    } else {
        Phase::Proposed
    }
}

impl SignatureView {
    fn of(reader: &Reader, one: &Signature) -> Self {
        Self {
            role: one.role,
            person: person(reader, one.person_id),
            duty: one.duty.clone(),
            key_id: one.key_id,
            signed_at: one.signed_at,
        }
    }
}

impl ActivationView {
    /// A time in force, with the names of today.
    pub fn of(reader: &Reader, one: &Activation) -> Self {
        let (from, until) = ends(&one.valid);
        Self {
            id: one.id,
            number: one.number,
            mode: one.mode,
            agency: one.agency_id.and_then(|agency| agency_ref(reader, agency)),
            from,
            until,
            begun_by: one.begun_by.and_then(|by| person(reader, by)),
            ended_by: one.ended_by.and_then(|by| person(reader, by)),
            reason: one.reason.clone(),
        }
    }
}

fn agency_ref(reader: &Reader, id: UnitId) -> Option<UnitRef> {
    let mirror = &reader.scene.mirror;
    mirror.org.unit(id.0).map(|unit| UnitRef::of(mirror, unit))
}

impl NodeView {
    /// What a node came to.
    pub fn of(proof: NodeProof) -> Self {
        Self {
            node_id: proof.node_id,
            program: proof.program,
            table_sha256: proof.table_sha256.as_deref().map(hex),
            error: proof.error,
            in_force_at: proof.in_force_at,
        }
    }
}

impl KeyView {
    /// A key, with the names of today.
    pub fn of(reader: &Reader, key: SigningKey) -> Self {
        Self {
            id: key.id,
            person: person(reader, key.person_id),
            name: key.name,
            public_key: hex(&key.public_key),
            enrolled_at: key.enrolled_at,
            confirmed_by: key.confirmed_by.and_then(|by| person(reader, by)),
            confirmed_at: key.confirmed_at,
            revoked_at: key.revoked_at,
            is_own: key.person_id == reader.actor.person,
        }
    }
}

impl DifferenceView {
    /// What was counted.
    pub fn of(one: Difference) -> Self {
        Self {
            action: one.action,
            before_rule: one.before_rule,
            after_rule: one.after_rule,
            was_allowed: one.was_allowed,
            is_allowed: one.is_allowed,
            decisions: one.decisions,
            example: one.example,
            first_at: one.first_at,
            last_at: one.last_at,
        }
    }
}

impl RuleBody {
    /// A rule of a version that is built.
    pub fn of(rule: &Rule) -> Self {
        let RuleText {
            id,
            effect,
            why,
            owner,
            legal_basis,
            review,
            disclose,
            hard,
            exception,
            when,
            sentence_ru,
            sentence_en,
        } = RuleText::of(rule);
        Self {
            id,
            effect,
            why,
            owner,
            legal_basis,
            review,
            disclose,
            hard,
            exception,
            when,
            sentence_ru,
            sentence_en,
        }
    }

    /// The same for the files of a policy.
    pub fn text(&self) -> RuleText {
        let this = self.clone();
        RuleText {
            id: this.id,
            effect: this.effect,
            why: this.why,
            owner: this.owner,
            legal_basis: this.legal_basis,
            review: this.review,
            disclose: this.disclose,
            hard: this.hard,
            exception: this.exception,
            when: this.when,
            sentence_ru: this.sentence_ru,
            sentence_en: this.sentence_en,
        }
    }
}
