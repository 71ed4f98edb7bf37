//! Everything that can be wrong, or only unusual, with an entry.

/// One kind of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Odd {
    /// A name with an escaped comma.
    CommaInName,
    /// A name with a plus sign.
    PlusInName,
    /// A name with quotation marks, brackets and a backslash.
    QuotesInName,
    /// A name that begins with `#`.
    HashInName,
    /// A name with spaces at both ends.
    SpacesInName,
    /// A name of two attributes.
    TwoPartName,
    /// A name in scripts that nobody here reads, with letters made of two characters.
    ForeignName,
    /// A title of thousands of letters.
    LongTitle,
    /// A mail address that a second person has too. Both are named.
    DuplicateMail,
    /// A login that a second person has in capitals. Both are named.
    DuplicateLogin,
    /// Not a mail address.
    BadMail,
    /// No rank.
    MissingRank,
    /// A rank that the ladder does not have.
    UnknownRank,
    /// No name to show, only a common one.
    MissingDisplayName,
    /// Terms of work that nobody knows.
    UnknownEmployment,
    /// A superior who does not exist.
    DanglingManager,
    /// One's own superior.
    SelfManager,
    /// Two who are each other's superior.
    CycleOfTwo,
    /// Three in a circle.
    CycleOfThree,
    /// A superior in another agency.
    ManagerElsewhere,
    /// A person of the agency itself, in no unit below it.
    UnderTheAgency,
    /// A person below another person.
    BelowAPerson,
    /// A telephone number of bytes that are no text.
    BinaryJunk,
    /// A title with control characters.
    ControlCharacters,
    /// A segment with a control character.
    BadSegment,
    /// A photo that is no image.
    PhotoNoImage,
    /// A photo of more than a mebibyte.
    PhotoTooLarge,
    /// A duty that Chancery does not have.
    UnknownRole,
    /// A clearance that nobody knows.
    UnknownClearance,
    /// A category of clearance that nobody knows.
    UnknownCategory,
    /// Acting for the head, until a day long past.
    ActingInThePast,
    /// Acting for the head, until nobody can tell when.
    ActingForNobodyKnows,
    /// A unit whose head is in another one.
    HeadElsewhere,
    /// A unit without a head.
    HeadlessUnit,
    /// A unit whose head does not exist.
    DanglingHead,
    /// An organizational unit that does not say what kind of unit it is. Nobody is in it.
    KindMissing,
    /// A unit of a kind that nobody knows. Nobody is in it.
    KindUnknown,
}

impl Odd {
    /// All of them.
    pub const ALL: [Self; 37] = [
        Self::CommaInName,
        Self::PlusInName,
        Self::QuotesInName,
        Self::HashInName,
        Self::SpacesInName,
        Self::TwoPartName,
        Self::ForeignName,
        Self::LongTitle,
        Self::DuplicateMail,
        Self::DuplicateLogin,
        Self::BadMail,
        Self::MissingRank,
        Self::UnknownRank,
        Self::MissingDisplayName,
        Self::UnknownEmployment,
        Self::DanglingManager,
        Self::SelfManager,
        Self::CycleOfTwo,
        Self::CycleOfThree,
        Self::ManagerElsewhere,
        Self::UnderTheAgency,
        Self::BelowAPerson,
        Self::BinaryJunk,
        Self::ControlCharacters,
        Self::BadSegment,
        Self::PhotoNoImage,
        Self::PhotoTooLarge,
        Self::UnknownRole,
        Self::UnknownClearance,
        Self::UnknownCategory,
        Self::ActingInThePast,
        Self::ActingForNobodyKnows,
        Self::HeadElsewhere,
        Self::HeadlessUnit,
        Self::DanglingHead,
        Self::KindMissing,
        Self::KindUnknown,
    ];

    /// Whether it is a unit that is odd, and not somebody in it.
    pub fn is_of_unit(self) -> bool {
        matches!(
            self,
            Self::HeadElsewhere
                | Self::HeadlessUnit
                | Self::DanglingHead
                | Self::KindMissing
                | Self::KindUnknown
        )
    }

    /// Whether it is a unit of nobody.
    pub(super) fn is_empty_unit(self) -> bool {
        matches!(self, Self::KindMissing | Self::KindUnknown)
    }

    /// How many people it takes.
    pub(super) fn people(self) -> usize {
        match self {
            Self::CycleOfThree => 3,
            Self::DuplicateMail | Self::DuplicateLogin | Self::CycleOfTwo => 2,
            odd if odd.is_of_unit() => 0,
            _ => 1,
        }
    }
}
