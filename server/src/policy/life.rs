//! The life of a policy version: written by one officer, approved by another, tried, put in force, taken back. Each act is on
//! record with the change that it makes. The pages and the commands both act here, so there is no other path.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use policies::aside;
use policies::gate::PolicyFiles;
use policies::touches::{Touch, touched};
use schema::audit::NewEntry;
use schema::ids::{PersonId, SigningKeyId, UnitId};
use schema::policy_activations::{self, Activation, Beginning, Mode};
use schema::policy_versions::{self, NewVersion, Signature, SignatureRole, Version};
use schema::signing_keys::{self, SigningKey};
use schema::{Connection, nodes};
use serde_json::json;
use uuid::Uuid;

use super::shelf::Built;
use super::statement::{self, Statement};
use super::{Numbers, Rejected};
use crate::access::policy::{Duty, Officer};
use crate::error::{Error, codes};
use crate::text::hex;

/// A draft that nobody approved is no longer approved after so long: what it was compared with has changed.
const LONGEST_WAIT: TimeDelta = TimeDelta::days(90);

/// Who acts, and when.
#[derive(Debug, Clone, Copy)]
pub struct Act {
    /// Who.
    pub officer: Officer,
    /// When.
    pub at: DateTime<Utc>,
}

impl Act {
    fn entry(&self, kind: &'static str, entry: serde_json::Value) -> NewEntry {
        NewEntry { at: self.at, kind, actor_id: Some(self.officer.person), entry }
    }
}

/// A policy that somebody wrote.
pub struct Draft {
    /// The version that it was written from.
    pub base: i64,
    /// Its files.
    pub files: PolicyFiles,
    /// What it is for.
    pub note: String,
}

/// What was made of a draft.
pub struct Drafted {
    /// As it is kept.
    pub version: Version,
    /// What it touches that only the security office may answer for.
    pub touches: Vec<Touch>,
}

/// Keeps a draft of what is to follow `base`, the policy that is in force everywhere, if nothing speaks against it: it loads, every invariant holds, every golden case comes out as expected.
pub async fn draft(
    connection: &mut Connection,
    act: Act,
    base: &Built,
    draft: Draft,
) -> Result<Drafted, Error> {
    act.officer.acting()?;
    if draft.base != base.number {
        return Err(Error::Conflict(codes::POLICY_BASE_MOVED));
    }
    let sha256 = draft.files.sha256();
    if sha256 == base.files.sha256() {
        return Err(Error::Conflict(codes::POLICY_UNCHANGED));
    }
    let files = Arc::new(draft.files);
    let loading = Arc::clone(&files);
    let loaded = tokio::task::spawn_blocking(move || aside(|| super::load(&loading, 0)))
        .await
        .map_err(Error::internal)?;
    let after = loaded.map_err(|Rejected(findings)| Error::PolicyInvalid(findings))?;
    let touches = touched((&base.snapshot, &base.files), (&after, &files));
    loop {
        let number = policy_versions::next_number(connection).await?;
        let new = NewVersion {
            number,
            sha256,
            files: files.map().clone(),
            base: base.number,
            author_id: act.officer.person,
            note: draft.note.clone(),
            needs_security: !touches.is_empty(),
            created_at: act.at,
        };
        let told: Vec<&str> = touches.iter().map(|touch| touch.as_str()).collect();
        let entry = act.entry(
            "policy.drafted",
            json!({ "number": number, "base": base.number, "sha256": hex(&sha256), "note": draft.note, "touches": told }),
        );
        if policy_versions::draft(connection, &new, &entry).await? {
            return Ok(Drafted { version: policy_versions::find(connection, number).await?, touches });
        }
    }
}

/// What an officer signs under `number`, if they may: the author first, then somebody else.
pub async fn to_sign(
    connection: &mut Connection,
    officer: Officer,
    number: i64,
    now: DateTime<Utc>,
) -> Result<(Version, SignatureRole), Error> {
    officer.acting()?;
    let version = policy_versions::find(connection, number).await?;
    let author = version.author_id.ok_or(Error::Conflict(codes::POLICY_OF_PROGRAM))?;
    if version.withdrawn_at.is_some() {
        return Err(Error::Conflict(codes::POLICY_WITHDRAWN));
    }
    let given = policy_versions::signatures(connection, &[number]).await?;
    let authors = given.iter().find(|signature| signature.role == SignatureRole::Author);
    let Some(authors) = authors else {
        return if author == officer.person {
            Ok((version, SignatureRole::Author))
        } else {
            Err(Error::Conflict(codes::POLICY_NOT_SIGNED_BY_AUTHOR))
        };
    };
    if given.len() > 1 {
        return Err(Error::Conflict(codes::POLICY_SIGNED_ALREADY));
    }
    if author == officer.person {
        return Err(Error::Forbidden(codes::POLICY_OWN));
    }
    let is_security = officer.duty == Duty::Security || authors.duty == Duty::Security.as_str();
    if version.needs_security && !is_security {
        return Err(Error::Forbidden(codes::POLICY_NEEDS_SECURITY));
    }
    stands_on_present(connection, &version).await?;
    if now - version.created_at > LONGEST_WAIT {
        return Err(Error::Conflict(codes::POLICY_BASE_MOVED));
    }
    Ok((version, SignatureRole::Approver))
}

/// Puts the officer's signature under a version.
pub async fn sign(
    connection: &mut Connection,
    act: Act,
    number: i64,
    key: &SigningKey,
    octets: Vec<u8>,
) -> Result<SignatureRole, Error> {
    let (version, role) = to_sign(connection, act.officer, number, act.at).await?;
    if key.person_id != act.officer.person {
        return Err(Error::Forbidden(codes::KEY_NOT_YOURS));
    }
    if !key.is_in_use() {
        return Err(Error::Conflict(codes::KEY_NOT_CONFIRMED));
    }
    if !statement::is_signed(&Statement::of(&version, role), &key.public_key, &octets) {
        return Err(Error::invalid(codes::SIGNATURE_WRONG, "signature"));
    }
    let signature = Signature {
        number,
        role,
        person_id: act.officer.person,
        duty: act.officer.duty.as_str().to_owned(),
        key_id: key.id,
        signature: octets,
        signed_at: act.at,
    };
    let entry = act.entry(
        "policy.signed",
        json!({ "number": number, "as": role, "key_id": key.id, "sha256": hex(&version.sha256) }),
    );
    match policy_versions::sign(connection, &signature, &entry).await {
        // Somebody was faster.
        Err(schema::Error::Refused { .. }) => Err(Error::Conflict(codes::POLICY_SIGNED_ALREADY)),
        done => Ok(done.map(|()| role)?),
    }
}

/// Where and how a version is to come into force.
#[derive(Debug, Clone)]
pub struct Start {
    /// The version.
    pub number: i64,
    /// Whether it decides or is compared.
    pub mode: Mode,
    /// In one agency alone; everywhere without it.
    pub agency: Option<UnitId>,
    /// Why.
    pub reason: String,
}

/// Puts an approved version in force: in the shadow, in one agency, or everywhere. Every node that is there must have built it
/// and come to the same table before.
pub async fn begin(connection: &mut Connection, act: Act, start: Start) -> Result<(), Error> {
    act.officer.acting()?;
    let version = policy_versions::find(connection, start.number).await?;
    if !policy_versions::is_approved(connection, start.number).await? {
        return Err(Error::Conflict(codes::POLICY_NOT_APPROVED));
    }
    let current = policy_activations::current(connection).await?;
    let same = |activation: &Activation| {
        (activation.number, activation.mode, activation.agency_id) == (start.number, start.mode, start.agency)
    };
    if current.iter().any(same) {
        return Err(Error::Conflict(codes::POLICY_IN_FORCE));
    }
    stands_on_present(connection, &version).await?;
    if start.mode == Mode::Shadow || start.agency.is_some() {
        shares_ground(connection, &version).await?;
    }
    built_everywhere(connection, start.number).await?;
    put_in_force(connection, act, start, "policy.activated").await
}

/// Goes back to a version that was in force everywhere before: the last one, or the one that is named. It waits for no node:
/// what is kept of it is in force at once, and whoever has to build it decides by the present one until then.
pub async fn roll_back(
    connection: &mut Connection,
    act: Act,
    number: Option<i64>,
    reason: String,
) -> Result<i64, Error> {
    act.officer.acting()?;
    let number = match number {
        Some(number) => number,
        None => policy_activations::previous(connection)
            .await?
            .ok_or(Error::Conflict(codes::POLICY_NOTHING_BEFORE))?,
    };
    let was_in_force = policy_activations::was_everywhere(connection, number).await?;
    if !was_in_force {
        return Err(Error::Conflict(codes::POLICY_NEVER_IN_FORCE));
    }
    let everywhere = Numbers::of(&policy_activations::current(connection).await?).everywhere;
    if everywhere == Some(number) {
        return Err(Error::Conflict(codes::POLICY_IN_FORCE));
    }
    let start = Start { number, mode: Mode::Active, agency: None, reason };
    put_in_force(connection, act, start, "policy.rolled_back").await?;
    Ok(number)
}

async fn put_in_force(
    connection: &mut Connection,
    act: Act,
    start: Start,
    kind: &'static str,
) -> Result<(), Error> {
    let Start { number, mode, agency, reason } = start;
    let entry =
        act.entry(kind, json!({ "number": number, "mode": mode, "agency_id": agency, "reason": reason }));
    let by = Some(act.officer.person);
    let beginning = Beginning { number, mode, agency_id: agency, by, reason, at: act.at };
    match policy_activations::begin(connection, &beginning, &entry).await {
        Err(error) if error.refused_by("policy_activations_agency_id_fkey") => {
            Err(Error::invalid(codes::UNKNOWN_UNIT, "agency_id"))
        }
        Err(error) if error.refused_by("policy_activations_are_approved") => {
            Err(Error::Conflict(codes::POLICY_NOT_APPROVED))
        }
        done => Ok(done?),
    }
}

/// Ends a time in the shadow or in one agency.
pub async fn end(connection: &mut Connection, act: Act, id: Uuid, reason: &str) -> Result<(), Error> {
    act.officer.acting()?;
    let entry = act.entry("policy.ended", json!({ "activation_id": id, "reason": reason }));
    if policy_activations::end(connection, id, act.officer.person, act.at, &entry).await? {
        Ok(())
    } else {
        Err(Error::Conflict(codes::POLICY_NOT_ENDABLE))
    }
}

/// Takes a version back that is in force nowhere.
pub async fn withdraw(connection: &mut Connection, act: Act, number: i64, reason: &str) -> Result<(), Error> {
    act.officer.acting()?;
    policy_versions::find(connection, number).await?;
    let entry = act.entry("policy.withdrawn", json!({ "number": number, "reason": reason }));
    if policy_versions::withdraw(connection, number, act.officer.person, act.at, &entry).await? {
        Ok(())
    } else {
        Err(Error::Conflict(codes::POLICY_IN_FORCE))
    }
}

/// What was written from another policy than the present one would take back what that brought.
async fn stands_on_present(connection: &mut Connection, version: &Version) -> Result<(), Error> {
    let everywhere = Numbers::of(&policy_activations::current(connection).await?).everywhere;
    if version.base == everywhere || everywhere == Some(version.number) {
        Ok(())
    } else {
        Err(Error::Conflict(codes::POLICY_BASE_MOVED))
    }
}

/// Labels and walls are everybody's: what changes them cannot be tried beside what is in force.
async fn shares_ground(connection: &mut Connection, version: &Version) -> Result<(), Error> {
    let base = version.base.unwrap_or(version.number);
    let read = |files| {
        let files = PolicyFiles::from_map(files);
        let read = files.labels().and_then(|labels| Ok((labels, files.walls()?)));
        read.map_err(|findings| Error::internal(Rejected(findings)))
    };
    let ours = read(policy_versions::files(connection, version.number).await?)?;
    let theirs = read(policy_versions::files(connection, base).await?)?;
    if ours == theirs { Ok(()) } else { Err(Error::Conflict(codes::POLICY_OTHER_GROUND)) }
}

/// Every node that is there has built the version, and all came to the same table.
async fn built_everywhere(connection: &mut Connection, number: i64) -> Result<(), Error> {
    let proofs = nodes::proofs(connection, &[number]).await?;
    let mut hashes: Vec<&Vec<u8>> = proofs.iter().filter_map(|proof| proof.table_sha256.as_ref()).collect();
    let is_whole = hashes.len() == proofs.len();
    hashes.dedup();
    match (is_whole, hashes.len()) {
        (true, 0 | 1) => Ok(()),
        (true, _) => Err(Error::Conflict(codes::POLICY_TABLES_DIFFER)),
        (false, _) => Err(Error::Conflict(codes::POLICY_NOT_BUILT)),
    }
}

/// Keeps a public key, which somebody else has still to confirm.
pub async fn enrol(
    connection: &mut Connection,
    act: Act,
    name: String,
    public_key: Vec<u8>,
) -> Result<SigningKey, Error> {
    act.officer.acting()?;
    if !statement::is_public_key(&public_key) {
        return Err(Error::invalid(codes::INVALID_VALUE, "public_key"));
    }
    let key = SigningKey {
        id: SigningKeyId::new(),
        person_id: act.officer.person,
        name,
        public_key,
        enrolled_at: act.at,
        confirmed_by: None,
        confirmed_at: None,
        revoked_by: None,
        revoked_at: None,
    };
    let entry = act.entry(
        "signing_key.enrolled",
        json!({ "key_id": key.id, "name": key.name, "public_key": hex(&key.public_key) }),
    );
    match signing_keys::enrol(connection, &key, &entry).await {
        Err(error) if error.refused_by("signing_keys_public_key_key") => {
            Err(Error::Conflict(codes::KEY_EXISTS))
        }
        done => Ok(done.map(|()| key)?),
    }
}

/// Says that a key is that of the officer who brought it. Nobody says so of their own.
pub async fn confirm_key(connection: &mut Connection, act: Act, id: SigningKeyId) -> Result<(), Error> {
    act.officer.acting()?;
    let key = signing_keys::find(connection, id).await?;
    if key.person_id == act.officer.person {
        return Err(Error::Forbidden(codes::KEY_OWN));
    }
    let entry = act.entry("signing_key.confirmed", json!({ "key_id": id, "person_id": key.person_id }));
    if signing_keys::confirm(connection, id, act.officer.person, act.at, &entry).await? {
        Ok(())
    } else {
        Err(Error::Conflict(codes::KEY_SETTLED))
    }
}

/// Ends a key: what it signed stays signed, and it signs nothing more.
pub async fn revoke_key(connection: &mut Connection, act: Act, id: SigningKeyId) -> Result<(), Error> {
    act.officer.acting()?;
    let key = signing_keys::find(connection, id).await?;
    let entry = act.entry("signing_key.revoked", json!({ "key_id": id, "person_id": key.person_id }));
    if signing_keys::revoke(connection, id, act.officer.person, act.at, &entry).await? {
        Ok(())
    } else {
        Err(Error::Conflict(codes::KEY_SETTLED))
    }
}

/// Who somebody is to the policies, by what the directory says now.
pub async fn officer(connection: &mut Connection, person: PersonId) -> Result<Officer, Error> {
    let roles = schema::people::active_roles(connection, person).await?;
    Officer::of(person, &roles).ok_or(Error::Forbidden(codes::ROLE_REQUIRED))
}
