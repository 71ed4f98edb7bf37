//! What a decision depends on: fifteen small enums, and how they are derived from the org mirror.
//!
//! The facts are made in `derive`, the only place that compares ranks, labels, places in the tree and times; rules
//! see the outcome alone.

mod derive;

pub use derive::{
    Asker, Contact, Membership, Missing, Moment, Relabel, Room, RoomKind, in_room, relabelling, toward_person,
};

/// Microseconds since the Unix epoch.
pub type Micros = i64;

macro_rules! dimensions {
    ($($(#[doc = $doc:literal])* $name:ident $text:literal { $($(#[doc = $vdoc:literal])* $value:ident $vtext:literal,)* })*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
            #[repr(u8)]
            pub enum $name { $($(#[doc = $vdoc])* $value,)* }

            impl $name {
                /// Every value, in the order of the vocabulary.
                pub const ALL: &'static [Self] = &[$(Self::$value,)*];

                /// What policies and the API call it.
                pub fn as_str(self) -> &'static str {
                    match self { $(Self::$value => $vtext,)* }
                }

                /// The value that is called so.
                pub fn parse(text: &str) -> Option<Self> {
                    Self::ALL.iter().copied().find(|value| value.as_str() == text)
                }

                /// What it means, in English words.
                pub fn meaning(self) -> &'static str {
                    match self { $(Self::$value => concat!($($vdoc),*).trim(),)* }
                }
            }
        )*

        /// One of the fifteen things that rules may ask about.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[repr(u8)]
        pub enum Dimension { $($(#[doc = $doc])* $name,)* }

        impl Dimension {
            /// Every dimension, in the order of Casbin's columns.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The column's name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The dimension whose column is called so.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|dimension| dimension.as_str() == text)
            }

            /// What its values are called, in order.
            pub fn values(self) -> Vec<&'static str> {
                match self { $(Self::$name => $name::ALL.iter().map(|value| value.as_str()).collect(),)* }
            }

            /// What its values mean, in English words, in order.
            pub fn meanings(self) -> Vec<&'static str> {
                match self { $(Self::$name => $name::ALL.iter().map(|value| value.meaning()).collect(),)* }
            }

            /// How many values it has.
            pub const fn size(self) -> usize {
                match self { $(Self::$name => $name::ALL.len(),)* }
            }
        }
    };
}

dimensions! {
    /// What is about to be done.
    Action "act" {
        /// Start a direct conversation.
        DmStart "dm.start",
        /// Send a message in a direct conversation.
        DmSend "dm.send",
        /// Send a file in a direct conversation.
        DmFile "dm.file",
        /// Call somebody.
        DmCall "dm.call",
        /// Read in a conversation.
        ChRead "ch.read",
        /// Send a message to a group or a channel.
        ChPost "ch.post",
        /// Send a file to a group or a channel.
        ChFile "ch.file",
        /// Join a channel.
        ChJoin "ch.join",
        /// Bring somebody into a group or a channel.
        ChMemberAdd "ch.member_add",
        /// Open a group or a channel.
        ChCreate "ch.create",
        /// Take somebody out of a group or a channel.
        ChMemberRemove "ch.member_remove",
        /// Change what a group or a channel is called and how it is kept.
        ChManage "ch.manage",
        /// Call the attention of everybody in a group or a channel.
        ChMentionAll "ch.mention_all",
        /// Forward a message.
        MsgForward "msg.forward",
        /// Take messages out of Chancery.
        MsgExport "msg.export",
        /// Ask that a message be acknowledged by a date.
        MsgAckRequest "msg.ack_request",
        /// Know that a person exists, and see their card.
        PersonSee "person.see",
        /// Find a person by searching and in lists.
        PersonFind "person.find",
        /// See whether a person is there, and that they are typing.
        PersonPresence "person.presence",
        /// Raise the label of a conversation.
        LabelRaise "label.raise",
        /// Ask that a label be lowered: that of a conversation, or of a message said again.
        LabelAsk "label.ask",
        /// Decide that a label is lowered, which somebody asked for.
        LabelLower "label.lower",
    }
    /// What it is done to.
    Target "tgt" {
        /// One person.
        Person "person",
        /// A unit's own channel.
        Unit "unit",
        /// A project channel, or a group.
        Project "project",
        /// An announcement channel.
        Announce "announce",
        /// A channel of several agencies.
        Shared "shared",
        /// A crisis channel.
        Crisis "crisis",
    }
    /// Where the target stands, seen from the one who asks.
    Relation "rel" {
        /// The one who asks.
        Itself "self",
        /// The direct superior.
        Up1 "up1",
        /// The superior's superior.
        Up2 "up2",
        /// Three or more above in the chain.
        Up3 "up3",
        /// Below in the chain, however deep.
        Down "down",
        /// In the same unit.
        SameUnit "same_unit",
        /// In the same department.
        SameDep "same_dep",
        /// In the same agency.
        SameAgency "same_agency",
        /// In an agency to which the asker is liaison.
        Liaison "liaison",
        /// In another agency.
        OtherAgency "other_agency",
    }
    /// The asker's band.
    Band "band" {
        /// Support staff.
        Support "support",
        /// Officers.
        Officer "officer",
        /// Heads of divisions and sections.
        Manager "manager",
        /// Heads of departments.
        Director "director",
        /// The top of an agency.
        Executive "executive",
    }
    /// The target's band less the asker's.
    Gap "gap" {
        /// Two or more below.
        M2 "m2",
        /// One below.
        M1 "m1",
        /// The same band.
        Zero "0",
        /// One above.
        P1 "p1",
        /// Two above.
        P2 "p2",
        /// Three or more above.
        P3 "p3",
    }
    /// How the label stands to those concerned.
    LabelFit "lab" {
        /// Nothing is labelled.
        None "none",
        /// It is labelled, and everybody concerned is cleared.
        Fits "fits",
        /// The asker is not cleared for it.
        AboveSender "above_sender",
        /// The conversation may not hold it, or the partner is not cleared.
        AboveTarget "above_target",
    }
    /// Whether a wall stands between them.
    Wall "wall" {
        /// No wall.
        None "none",
        /// A wall that is open at present.
        Open "open",
        /// A wall that is closed.
        Closed "closed",
    }
    /// How the asker stands to the conversation.
    Mem "mem" {
        /// Not in it; for a direct one: the other has not written.
        None "none",
        /// In it; for a direct one: the other has written.
        Member "member",
        /// Moderates it; for a direct one: the other accepted the asker as a contact.
        Moderator "moderator",
        /// Owns it.
        Owner "owner",
    }
    /// The asker's employment.
    Semp "semp" {
        /// On the staff.
        Staff "staff",
        /// A contractor.
        Contractor "contractor",
        /// From outside.
        External "external",
    }
    /// The target's employment.
    Temp "temp" {
        /// On the staff.
        Staff "staff",
        /// A contractor.
        Contractor "contractor",
        /// From outside.
        External "external",
    }
    /// In which capacity the asker acts.
    HatKind "hat" {
        /// Their own.
        Own "own",
        /// For an absent head.
        Acting "acting",
        /// On behalf of whom they assist.
        Assistant "assistant",
        /// As the duty officer.
        Duty "duty",
    }
    /// Whether the rules for a crisis hold.
    Crisis "crisis" {
        /// There is no crisis.
        No "no",
        /// There is a crisis.
        Yes "yes",
    }
    /// Whether the office is open.
    Hours "hours" {
        /// In office hours.
        In "in",
        /// Outside office hours.
        Off "off",
    }
    /// Whether somebody made an exception for the two.
    Exc "exc" {
        /// Nobody did.
        None "none",
        /// The contact is granted.
        Grant "grant",
        /// The contact is blocked.
        Block "block",
    }
    /// A duty or a named list that a rule may mention: the asker's, but for one that is the target's.
    List "list" {
        /// On none.
        None "none",
        /// Holds the duty of the security office.
        Security "security",
        /// On the second.
        L2 "l2",
        /// On the third.
        L3 "l3",
        /// On the fourth.
        L4 "l4",
        /// On the fifth.
        L5 "l5",
        /// On the sixth.
        L6 "l6",
        /// On the seventh.
        L7 "l7",
        /// The target assists somebody above the asker.
        AideAbove "aide_above",
    }
}

/// A person's employment, whichever side they stand on.
pub type Employment = Semp;

/// Everything a decision depends on. Equal facts get equal verdicts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "each field is its dimension")]
pub struct Facts {
    pub act: Action,
    pub tgt: Target,
    pub rel: Relation,
    pub band: Band,
    pub gap: Gap,
    pub lab: LabelFit,
    pub wall: Wall,
    pub mem: Mem,
    pub semp: Semp,
    pub temp: Temp,
    pub hat: HatKind,
    pub crisis: Crisis,
    pub hours: Hours,
    pub exc: Exc,
    pub list: List,
}

impl Facts {
    /// What is most ordinary: a member of staff, an officer, toward a peer of the same agency in office hours, without a label,
    /// a wall, an exception or a crisis.
    pub fn ordinary() -> Self {
        Self {
            act: Action::DmStart,
            tgt: Target::Person,
            rel: Relation::SameAgency,
            band: Band::Officer,
            gap: Gap::Zero,
            lab: LabelFit::None,
            wall: Wall::None,
            mem: Mem::None,
            semp: Semp::Staff,
            temp: Temp::Staff,
            hat: HatKind::Own,
            crisis: Crisis::No,
            hours: Hours::In,
            exc: Exc::None,
            list: List::None,
        }
    }

    /// The facts at these places of their dimensions; a place past the end is the dimension's first value, which no caller gives.
    pub fn at(places: &[u8; 15]) -> Self {
        fn value<T: Copy>(all: &[T], place: u8, first: T) -> T {
            all.get(usize::from(place)).copied().unwrap_or(first)
        }
        let [act, tgt, rel, band, gap, lab, wall, mem, semp, temp, hat, crisis, hours, exc, list] = *places;
        Self {
            act: value(Action::ALL, act, Action::DmStart),
            tgt: value(Target::ALL, tgt, Target::Person),
            rel: value(Relation::ALL, rel, Relation::Itself),
            band: value(Band::ALL, band, Band::Support),
            gap: value(Gap::ALL, gap, Gap::M2),
            lab: value(LabelFit::ALL, lab, LabelFit::None),
            wall: value(Wall::ALL, wall, Wall::None),
            mem: value(Mem::ALL, mem, Mem::None),
            semp: value(Semp::ALL, semp, Semp::Staff),
            temp: value(Temp::ALL, temp, Temp::Staff),
            hat: value(HatKind::ALL, hat, HatKind::Own),
            crisis: value(Crisis::ALL, crisis, Crisis::No),
            hours: value(Hours::ALL, hours, Hours::In),
            exc: value(Exc::ALL, exc, Exc::None),
            list: value(List::ALL, list, List::None),
        }
    }

    /// The place of each value in its dimension, in the order of the columns.
    pub fn places(&self) -> [u8; 15] {
        [
            self.act as u8,
            self.tgt as u8,
            self.rel as u8,
            self.band as u8,
            self.gap as u8,
            self.lab as u8,
            self.wall as u8,
            self.mem as u8,
            self.semp as u8,
            self.temp as u8,
            self.hat as u8,
            self.crisis as u8,
            self.hours as u8,
            self.exc as u8,
            self.list as u8,
        ]
    }
}
