//! Lists by place, side by side in one allocation.

/// For every place a list.
#[derive(Debug)]
pub(super) struct Lists<T> {
    /// Where each list begins, and where the last one ends.
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { starts: Vec::new(), items: Vec::new() }
    }
}

impl<T: Copy> Lists<T> {
    /// Sorts `pairs` of place and item into `count` lists; each keeps the order of the pairs. Places past the end are
    /// left out.
    pub(super) fn sort(count: usize, pairs: impl Iterator<Item = (u32, T)> + Clone) -> Self {
        let mut starts = vec![0_u32; count + 1];
        for (place, _) in pairs.clone() {
            if let Some(length) = starts.get_mut(place as usize + 1) {
                *length += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let Some((_, first)) = pairs.clone().next() else { return Self { starts, items: Vec::new() } };
        let mut items = vec![first; sum as usize];
        let mut next = starts.clone();
        for (place, item) in pairs {
            if place as usize >= count {
                continue;
            }
            if let Some(at) = next.get_mut(place as usize) {
                if let Some(slot) = items.get_mut(*at as usize) {
                    *slot = item;
                }
                *at += 1;
            }
        }
        Self { starts, items }
    }
}

impl<T> Lists<T> {
    /// The list of `place`.
    pub(super) fn get(&self, place: u32) -> &[T] {
        let place = place as usize;
        match (self.starts.get(place), self.starts.get(place + 1)) {
            (Some(from), Some(to)) => self.items.get(*from as usize..*to as usize).unwrap_or_default(),
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_its_list() {
        let pairs = [(2, 'a'), (0, 'b'), (2, 'c'), (9, 'x'), (u32::MAX - 1, 'y')];
        let lists = Lists::sort(4, pairs.into_iter());
        let all: Vec<&[char]> = (0..5).map(|place| lists.get(place)).collect();
        assert_eq!(all, [&['b'][..], &[], &['a', 'c'], &[], &[]]);
        assert!(Lists::<char>::sort(3, std::iter::empty()).get(1).is_empty());
    }
}
