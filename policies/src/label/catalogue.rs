//! Which labels may be used at one place: for each level the categories that may go with it, in any number. So the answer
//! stays small, however many labels that makes.

use super::Label;

/// A level that may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Its number.
    pub level: u8,
    /// The categories that may go with it, each with any others of them.
    pub categories: u64,
}

/// The labels that may be used, lowest level first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    offers: Vec<Offer>,
    default: Option<Label>,
}

impl Catalogue {
    /// Asks `legal` about every level alone, and about every category at each of them.
    pub(super) fn ask(
        own: Label,
        levels: impl Iterator<Item = u8>,
        bits: &[u64],
        legal: impl Fn(Label) -> bool,
    ) -> Self {
        let offer = |level: u8| {
            let alone = Label { level, categories: 0 };
            legal(alone).then(|| {
                // What is unlabelled has no categories.
                let with = bits.iter().copied().filter(|_| level > 0);
                let with = with.filter(|bit| legal(Label { level, categories: *bit }));
                Offer { level, categories: with.fold(0, |all, bit| all | bit) }
            })
        };
        let mut catalogue = Self { offers: levels.filter_map(offer).collect(), default: None };
        let lowest = catalogue.offers.first().map(|offer| Label { level: offer.level, categories: 0 });
        catalogue.default = if catalogue.holds(own) { Some(own) } else { lowest };
        catalogue
    }

    /// The levels with their categories.
    pub fn offers(&self) -> &[Offer] {
        &self.offers
    }

    /// What is chosen for whoever does not choose: the conversation's own label, or the lowest where that may not be
    /// used; none where nothing may.
    pub fn default(&self) -> Option<Label> {
        self.default
    }

    /// Whether `label` may be used.
    pub fn holds(&self, label: Label) -> bool {
        self.offers
            .iter()
            .any(|offer| offer.level == label.level && label.categories & !offer.categories == 0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::label::{Clearance, dominates};

    fn labels() -> impl Iterator<Item = Label> {
        (0..4)
            .flat_map(|level| (0..16).map(move |categories| Label { level, categories }))
            .filter(|label| label.level > 0 || label.categories == 0)
    }

    fn clearance() -> impl Strategy<Value = Option<Clearance>> {
        proptest::option::of(
            (0_u8..4, 0_u64..16).prop_map(|(level, categories)| Clearance { level, categories }),
        )
    }

    proptest! {
        #[test]
        fn it_holds_exactly_what_is_legal(writer in clearance(), partner in clearance(), at in 0_usize..49, own in 0_usize..49) {
            let of = |place: usize| labels().nth(place).unwrap();
            let (ceiling, own) = (of(at), of(own));
            let legal = |label: Label| dominates(writer, label) && dominates(partner, label) && label.fits(ceiling);
            let vocabulary = crate::gate::PolicyFiles::embedded().labels().unwrap();
            let catalogue = vocabulary.catalogue(own, legal);
            for label in labels() {
                prop_assert_eq!(catalogue.holds(label), legal(label), "{:?}", label);
            }
            let default = catalogue.default().unwrap();
            prop_assert!(legal(default));
            prop_assert_eq!(default, if legal(own) { own } else { Label::default() });
        }
    }

    #[test]
    fn where_nothing_is_legal_nothing_is_chosen() {
        let catalogue = Catalogue::ask(Label::default(), 0..4, &[1, 2], |_| false);
        assert_eq!((catalogue.offers().len(), catalogue.default()), (0, None));
    }
}
