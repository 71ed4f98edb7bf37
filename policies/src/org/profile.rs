//! What many people have in common is kept once: band, employment, clearance, segments, ties. Among a million people a
//! few hundred are different, which the processor's cache holds; so each person's own row is half a line of it.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Band, Employment};
use crate::label::Clearance;
use crate::walls::SegmentSet;

/// What decisions ask about a person, beside where they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Profile {
    pub(super) band: Band,
    pub(super) employment: Employment,
    pub(super) clearance: Option<Clearance>,
    pub(super) segments: SegmentSet,
    pub(super) ties: Ties,
}

impl Profile {
    /// The same without ties.
    pub(super) fn untied(self) -> Self {
        Self { ties: Ties::default(), ..self }
    }
}

/// What few people have. It lies in [`super::links::Links`], where nobody is looked up who has none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::struct_excessive_bools, reason = "anybody may have any of them")]
pub(super) struct Ties {
    /// Posts beside the primary one, at any time.
    pub(super) further: bool,
    /// An agency to which they are liaison.
    pub(super) liaison: bool,
    /// An exception from or to them, at any time.
    pub(super) exception: bool,
    /// Somebody whom they assist, at any time.
    pub(super) assists: bool,
}

/// That of nobody.
pub(super) const NOBODY: Profile = Profile {
    band: Band::Support,
    employment: Employment::External,
    clearance: None,
    segments: SegmentSet::NONE,
    ties: Ties { further: false, liaison: false, exception: false, assists: false },
};

/// Where a profile is among [`Profiles`]. Copies of a snapshot share the places.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProfileIx(u32);

impl ProfileIx {
    /// Where [`NOBODY`] is.
    pub(super) const NOBODY: Self = Self(0);
}

/// Every profile that somebody has, or had in a snapshot of which this is a patched copy.
#[derive(Debug, Clone)]
pub(super) struct Profiles {
    each: Arc<Vec<Profile>>,
    places: Arc<HashMap<Profile, ProfileIx>>,
}

impl Default for Profiles {
    fn default() -> Self {
        Self { each: Arc::new(vec![NOBODY]), places: Arc::new(HashMap::from([(NOBODY, ProfileIx::NOBODY)])) }
    }
}

impl Profiles {
    /// The profile at that place.
    pub(super) fn get(&self, place: ProfileIx) -> &Profile {
        self.each.get(place.0 as usize).unwrap_or(&NOBODY)
    }

    /// Whether any of them is so.
    pub(super) fn any(&self, is_so: impl FnMut(&Profile) -> bool) -> bool {
        self.each.iter().any(is_so)
    }

    /// Where the profile is. No two are the same, so there are at most as many as people.
    pub(super) fn place(&mut self, profile: Profile) -> ProfileIx {
        if let Some(known) = self.places.get(&profile) {
            return *known;
        }
        let place = u32::try_from(self.each.len()).map_or(ProfileIx::NOBODY, ProfileIx);
        Arc::make_mut(&mut self.each).push(profile);
        Arc::make_mut(&mut self.places).insert(profile, place);
        place
    }
}
