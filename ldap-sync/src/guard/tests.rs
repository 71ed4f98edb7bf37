//! The arithmetic of limits; whole plans are judged where they are made.

use super::*;

#[test]
fn a_limit_is_the_larger_of_count_and_share() {
    let limit = Limit { count: 10, share: 0.1 };
    assert!(limit.allows(10, 10) && limit.allows(20, 200) && limit.allows(0, 0));
    assert!(!limit.allows(11, 100) && !limit.allows(21, 200));
}

#[test]
fn limits_are_read_one_by_one() {
    let limits: Limits = toml::from_str("whole_unit = 5\ngone = { count = 1, share = 0.0 }").unwrap();
    assert_eq!((limits.whole_unit, limits.gone.count, limits.disabled.count), (5, 1, 50));
    assert!(toml::from_str::<Limits>("gon = { count = 1, share = 0.0 }").is_err());
    assert!(toml::from_str::<Limits>("gone = { count = 1, part = 0.0 }").is_err());
}
