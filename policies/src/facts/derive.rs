//! How the facts of a question are made from the org mirror. What is missing is never guessed.

use super::{
    Action, Band, Crisis, Employment, Exc, Facts, Gap, Hours, LabelFit, List, Mem, Micros, Relation, Semp,
    Target, Temp, Wall,
};
use crate::label::{Label, dominates};
use crate::org::{Hat, Org, PersonIx, Seen, Standing, UnitIx};

/// What is missing where facts could not be built. Each is a denial.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum Missing {
    /// The mirror does not hold the one who asks.
    #[error("asker")]
    Asker,
    /// The mirror does not hold the other one (any more).
    #[error("target")]
    Target,
    /// The asker may not act in that capacity, or not now.
    #[error("hat")]
    Hat,
    /// The conversation is of a kind or an agency that the mirror does not hold.
    #[error("room")]
    Room,
    /// The mirror has not followed the directory for too long.
    #[error("stale_org")]
    StaleOrg,
    /// It is not known, or not for too long, which policy is in force.
    #[error("stale_policy")]
    StalePolicy,
}

impl Missing {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::Asker, Self::Target, Self::Hat, Self::Room, Self::StaleOrg, Self::StalePolicy];
}

/// Who asks, and in which capacity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asker {
    /// The person at the keyboard.
    pub person: PersonIx,
    /// In which capacity.
    pub hat: Hat,
}

/// What holds for everybody at the time of asking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// The time.
    pub now: Micros,
    /// Whether the rules for a crisis hold.
    pub crisis: bool,
    /// Whether the office is open.
    pub office_hours: bool,
}

/// How far a direct contact has come.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Contact {
    /// The other one has not written here.
    None,
    /// The other one has written here: it may be answered.
    Open,
    /// The other one accepted the asker as a contact.
    Accepted,
}

/// How one stands to a group or a channel.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Membership {
    /// Not in it.
    None,
    /// In it.
    Member,
    /// Moderates it.
    Moderator,
    /// Owns it.
    Owner,
}

/// What kind of conversation it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RoomKind {
    /// Two people.
    Direct,
    /// Chosen people; judged as a project.
    Group,
    /// A unit's own channel.
    Unit,
    /// A project channel.
    Project,
    /// An announcement channel.
    Announcement,
    /// A channel of several agencies.
    Shared,
    /// A crisis channel.
    Crisis,
}

impl Action {
    /// Whether a wall between any two people in a room counts: something is said to all of them, or somebody is brought in.
    /// Reading is asked about each author apart, and whoever keeps a room in order may mend it.
    pub fn minds_company(self) -> bool {
        !matches!(self, Self::ChRead | Self::ChMemberRemove | Self::ChManage)
    }
}

impl RoomKind {
    fn target(self) -> Target {
        match self {
            Self::Direct => Target::Person,
            Self::Group | Self::Project => Target::Project,
            Self::Unit => Target::Unit,
            Self::Announcement => Target::Announce,
            Self::Shared => Target::Shared,
            Self::Crisis => Target::Crisis,
        }
    }
}

/// What a decision needs to know about a conversation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Room {
    /// Its kind.
    pub kind: RoomKind,
    /// Whose agency's it is.
    pub agency: UnitIx,
    /// The unit it belongs to, if any.
    pub unit: Option<UnitIx>,
    /// The highest label it may hold.
    pub label: Label,
    /// Whether a closed wall stands between two of its people. Then nothing more is said there, and nobody is brought in;
    /// what was said is read as far as the readers and the authors are not parted.
    pub parted: bool,
}

/// The facts of an act toward one person: `dm.*` and `person.see`.
///
/// `label` is what is about to be said or, at the start, the conversation's; `ceiling` is the conversation's own.
#[expect(clippy::too_many_arguments, reason = "a decision depends on all of them, and each has its own type")]
pub fn toward_person(
    org: &Org,
    at: &Moment,
    action: Action,
    asker: Asker,
    target: PersonIx,
    contact: Contact,
    label: Label,
    ceiling: Label,
) -> Result<Facts, Missing> {
    let Asking { own, post } = capacity(org, at, asker)?;
    let target = org.see(target);
    if !target.is_somebody() {
        return Err(Missing::Target);
    }
    let cleared = dominates(target.clearance(), label) && label.fits(ceiling);
    let standing = post.standing(target, at.now);
    Ok(Facts {
        act: action,
        tgt: Target::Person,
        rel: standing.relation,
        band: standing.band,
        gap: gap(standing),
        lab: label_fit(own, label, cleared),
        wall: own.wall(target),
        mem: match contact {
            Contact::None => Mem::None,
            Contact::Open => Mem::Member,
            Contact::Accepted => Mem::Moderator,
        },
        exc: own.exception(target, at.now),
        temp: employment_of_target(target.employment()),
        list: if target.assists_above(post, at.now) { List::AideAbove } else { List::None },
        ..common(at, asker.hat, own)
    })
}

/// The facts of an act in a conversation: `ch.*` and `msg.*`.
///
/// `counterpart` is the one who is brought in, for `ch.member_add`; otherwise whoever's words or company it is
/// about, so that a wall between the two is seen: the partner, or a message's author.
#[expect(clippy::too_many_arguments, reason = "a decision depends on all of them, and each has its own type")]
pub fn in_room(
    org: &Org,
    at: &Moment,
    action: Action,
    asker: Asker,
    room: &Room,
    membership: Membership,
    label: Label,
    counterpart: Option<PersonIx>,
) -> Result<Facts, Missing> {
    let Asking { own, post } = capacity(org, at, asker)?;
    if !org.holds_unit(room.agency) || room.unit.is_some_and(|unit| !org.holds_unit(unit)) {
        return Err(Missing::Room);
    }
    let counterpart = counterpart.map(|other| org.see(other));
    if counterpart.is_some_and(|other| !other.is_somebody()) {
        return Err(Missing::Target);
    }
    let (rel, band) = post.standing_in_room(room.agency, room.unit, at.now);
    let mut facts = Facts {
        act: action,
        tgt: room.kind.target(),
        rel,
        band,
        lab: label_fit(own, label, label.fits(room.label)),
        mem: match membership {
            Membership::None => Mem::None,
            Membership::Member => Mem::Member,
            Membership::Moderator => Mem::Moderator,
            Membership::Owner => Mem::Owner,
        },
        ..common(at, asker.hat, own)
    };
    if room.parted && action.minds_company() {
        facts.wall = Wall::Closed;
    }
    if let Some(other) = counterpart {
        facts.wall = facts.wall.max(own.wall(other));
        if action == Action::ChMemberAdd || room.kind == RoomKind::Direct {
            let cleared = dominates(other.clearance(), label) && label.fits(room.label);
            let standing = post.standing(other, at.now);
            facts.rel = standing.relation;
            facts.gap = gap(standing);
            facts.temp = employment_of_target(other.employment());
            facts.exc = own.exception(other, at.now);
            facts.lab = label_fit(own, label, cleared);
        }
    }
    Ok(facts)
}

/// A change of a label, or the wish for one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Relabel<'a> {
    /// The higher of the two labels: whoever changes it must be cleared for it.
    pub label: Label,
    /// The other one of a direct conversation, whom a raised label must not shut out.
    pub partner: Option<PersonIx>,
    /// Who asked for it; the rules see whether that is the asker.
    pub requester: Option<PersonIx>,
    /// Whose words and company it is about, so that a wall between them and the asker is seen.
    pub concerned: &'a [PersonIx],
    /// Whether the asker holds the duty of the security office.
    pub is_security: bool,
}

/// The facts of an act on the label of a conversation, or of something in it: `label.*`.
pub fn relabelling(
    org: &Org,
    at: &Moment,
    action: Action,
    asker: Asker,
    room: &Room,
    membership: Membership,
    change: &Relabel<'_>,
) -> Result<Facts, Missing> {
    // What is to hold the label is the conversation itself: it is the two of a direct one that limit it.
    let room = Room { label: change.label, ..*room };
    let mut facts = in_room(org, at, action, asker, &room, membership, change.label, None)?;
    if let Some(partner) = change.partner {
        let partner = org.see(partner);
        if !partner.is_somebody() {
            return Err(Missing::Target);
        }
        let cleared = dominates(partner.clearance(), change.label);
        facts.lab = label_fit(org.see(asker.person), change.label, cleared);
    }
    if change.requester == Some(asker.person) {
        facts.rel = Relation::Itself;
    }
    let concerned = change.concerned.iter().map(|person| org.see(*person));
    let present = concerned.filter(|person| person.is_somebody());
    facts.wall = present.map(|person| org.see(asker.person).wall(person)).max().unwrap_or(Wall::None);
    facts.list = if change.is_security { List::Security } else { List::None };
    Ok(facts)
}

/// The asker, and whose post counts: theirs, or that of the principal. Clearance and walls stay their own.
struct Asking<'a> {
    own: Seen<'a>,
    post: Seen<'a>,
}

fn capacity<'a>(org: &'a Org, at: &Moment, asker: Asker) -> Result<Asking<'a>, Missing> {
    let own = org.see(asker.person);
    if !own.is_somebody() {
        return Err(Missing::Asker);
    }
    if !org.wears(asker.person, asker.hat, at.now) {
        return Err(Missing::Hat);
    }
    Ok(Asking { own, post: asker.hat.principal().map_or(own, |principal| org.see(principal)) })
}

/// What does not depend on the target; its own fields are filled by the caller.
fn common(at: &Moment, hat: Hat, own: Seen<'_>) -> Facts {
    Facts {
        act: Action::PersonSee,
        tgt: Target::Person,
        rel: Relation::OtherAgency,
        band: Band::Support,
        gap: Gap::Zero,
        lab: LabelFit::AboveSender,
        wall: Wall::None,
        mem: Mem::None,
        semp: own.employment(),
        temp: Temp::Staff,
        hat: hat.kind(),
        crisis: if at.crisis { Crisis::Yes } else { Crisis::No },
        hours: if at.office_hours { Hours::In } else { Hours::Off },
        exc: Exc::None,
        list: List::None,
    }
}

fn gap(standing: Standing) -> Gap {
    match standing.other as i8 - standing.band as i8 {
        ..=-2 => Gap::M2,
        -1 => Gap::M1,
        0 => Gap::Zero,
        1 => Gap::P1,
        2 => Gap::P2,
        3.. => Gap::P3,
    }
}

fn label_fit(asker: Seen<'_>, label: Label, others_cleared: bool) -> LabelFit {
    if !dominates(asker.clearance(), label) {
        LabelFit::AboveSender
    } else if !others_cleared {
        LabelFit::AboveTarget
    } else if label.is_open() {
        LabelFit::None
    } else {
        LabelFit::Fits
    }
}

fn employment_of_target(employment: Employment) -> Temp {
    match employment {
        Semp::Staff => Temp::Staff,
        Semp::Contractor => Temp::Contractor,
        Semp::External => Temp::External,
    }
}
