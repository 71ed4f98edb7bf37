//! Facts as people read them.

use crate::facts::Dimension;
use crate::reader::everything;

/// The facts at `places` that any of `masks` is about: a column that none of them looks at is left out.
pub(crate) fn facts(places: &[u8; 15], masks: &[[u32; 15]]) -> String {
    let mut told = Vec::new();
    for ((column, dimension), (place, all)) in
        Dimension::ALL.iter().enumerate().zip(places.iter().zip(everything()))
    {
        if masks.iter().all(|mask| mask.get(column) == Some(&all)) {
            continue;
        }
        let place = usize::from(*place);
        let (values, meanings) = (dimension.values(), dimension.meanings());
        let value = values.get(place).copied().unwrap_or_default();
        let meaning = meanings.get(place).copied().unwrap_or_default().trim_end_matches('.');
        told.push(format!("{} = {value} ({meaning})", dimension.as_str()));
    }
    told.join(", ")
}
