//! Names that move: an entry under another one, and all that is below it.

use super::{Dn, Part, Value};

impl Dn {
    /// This name below `superior`.
    #[must_use]
    pub fn below(&self, superior: &Self) -> Self {
        Self::of(self.parts().iter().chain(superior.parts()).cloned().collect())
    }

    /// The lowest step alone.
    #[must_use]
    pub fn own_step(&self) -> Self {
        Self::of(self.parts().first().cloned().into_iter().collect())
    }

    /// This name after the entry `from` has become `to`; none where it is neither that entry nor below it.
    #[must_use]
    pub fn moved(&self, from: &Self, to: &Self) -> Option<Self> {
        let kept = self.depth().checked_sub(from.depth()).filter(|_| self.is_within(from))?;
        Some(Self::of(self.parts().iter().take(kept).chain(to.parts()).cloned().collect()))
    }

    /// The attributes and texts of the lowest step: values that the entry has because of its name.
    pub fn own_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.parts().first().into_iter().flat_map(|part| &part.pairs);
        pairs.filter_map(|pair| match &pair.value {
            Value::Text(text) => Some((pair.name.as_str(), text.as_str())),
            Value::Ber(_) => None,
        })
    }

    fn of(parts: Vec<Part>) -> Self {
        Self { parts: parts.into(), from: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dn(text: &str) -> Dn {
        Dn::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn what_is_below_moves_along_and_nothing_else_does() {
        let (from, to) = (dn("ou=Roads,dc=gov"), dn("ou=Streets,ou=City,dc=gov"));
        assert_eq!(
            dn("cn=Ann,OU=roads,dc=gov").moved(&from, &to),
            Some(dn("cn=Ann,ou=Streets,ou=City,dc=gov"))
        );
        assert_eq!(dn("ou=roads,dc=gov").moved(&from, &to), Some(to.clone()));
        assert_eq!(dn("ou=Railroads,dc=gov").moved(&from, &to), None);
        assert_eq!(dn("dc=gov").moved(&from, &to), None);
    }

    #[test]
    fn a_step_goes_below_another_name() {
        let name = dn("cn=Ann+uid=a,dc=gov");
        assert_eq!(name.own_step().below(&dn("ou=Roads,dc=gov")), dn("cn=Ann+uid=a,ou=Roads,dc=gov"));
        assert_eq!(name.own_pairs().collect::<Vec<_>>(), [("cn", "Ann"), ("uid", "a")]);
    }
}
