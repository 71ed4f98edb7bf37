//! Clearances and labels: a lattice of levels and categories (Bell and `LaPadula`, 1973; Denning, CACM 19(5), 1976).
//!
//! The only place that compares them. Missing is never cleared, and neither is a label of another policy: the
//! vocabulary makes no [`Label`] of it, so that there is nothing to compare.

mod catalogue;
mod marking;
mod vocabulary;

pub use catalogue::{Catalogue, Offer};
pub use marking::Marking;
pub use vocabulary::{Category, LabelVocabulary, Level, UnknownLabel};

/// What a message or a conversation carries: a level and the categories that a holder must all have.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Label {
    /// The step on the ladder; 0 is unlabelled.
    pub level: u8,
    /// One bit per category, as the vocabulary numbers them.
    pub categories: u64,
}

/// What a person is cleared for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Clearance {
    /// The highest level the person may read.
    pub level: u8,
    /// The categories the person holds.
    pub categories: u64,
}

impl Clearance {
    /// Whether it lets read all that `other` lets read.
    pub fn covers(self, other: Self) -> bool {
        self.level >= other.level && other.categories & !self.categories == 0
    }
}

impl Label {
    /// Whether it carries nothing at all.
    pub fn is_open(self) -> bool {
        self == Self::default()
    }

    /// Whether everybody cleared for `ceiling` is cleared for this label.
    pub fn fits(self, ceiling: Self) -> bool {
        self.level <= ceiling.level && self.categories & !ceiling.categories == 0
    }

    /// The lowest label that is as high as both: whoever is cleared for it is cleared for each of them, and nobody else.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self { level: self.level.max(other.level), categories: self.categories | other.categories }
    }

    /// Whether it is above `other` and not the same. Of two labels of which neither holds the other, neither is.
    pub fn is_above(self, other: Self) -> bool {
        self != other && other.fits(self)
    }
}

/// Whether the holder may read what carries the label. Without a clearance only what is unlabelled.
pub fn dominates(holder: Option<Clearance>, label: Label) -> bool {
    let Clearance { level, categories } = holder.unwrap_or(Clearance { level: 0, categories: 0 });
    level >= label.level && label.categories & !categories == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn label() -> impl Strategy<Value = Label> {
        (0_u8..4, 0_u64..16).prop_map(|(level, categories)| Label {
            level,
            categories: if level == 0 { 0 } else { categories },
        })
    }

    fn clearance() -> impl Strategy<Value = Option<Clearance>> {
        proptest::option::of(
            (1_u8..4, 0_u64..16).prop_map(|(level, categories)| Clearance { level, categories }),
        )
    }

    proptest! {
        #[test]
        fn fitting_is_a_partial_order(a in label(), b in label(), c in label()) {
            prop_assert!(a.fits(a));
            prop_assert!(!(a.fits(b) && b.fits(a)) || a == b);
            prop_assert!(!(a.fits(b) && b.fits(c)) || a.fits(c));
        }

        #[test]
        fn who_may_read_the_higher_may_read_the_lower(holder in clearance(), low in label(), high in label()) {
            prop_assert!(!(low.fits(high) && dominates(holder, high)) || dominates(holder, low));
        }

        #[test]
        fn whoever_is_cleared_for_the_join_is_cleared_for_both(holder in clearance(), a in label(), b in label()) {
            let both = dominates(holder, a) && dominates(holder, b);
            prop_assert_eq!(dominates(holder, a.join(b)), both);
        }

        #[test]
        fn of_two_labels_at_most_one_is_above(a in label(), b in label()) {
            prop_assert!(!(a.is_above(b) && b.is_above(a)));
            prop_assert!(!a.is_above(a));
            prop_assert_eq!(a.is_above(b), b.fits(a) && !a.fits(b));
        }
    }

    #[test]
    fn missing_is_never_cleared() {
        assert!(dominates(None, Label::default()));
        assert!(!dominates(None, Label { level: 1, categories: 0 }));
    }
}
