//! Two texts compared line by line.

/// The lines that only one of two texts has: `-` the earlier, `+` the later; before them, with two blanks, the title below
/// which they stand.
pub(super) fn difference(before: &str, after: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let common = longest(&old, &new);
    let (mut found, mut title, mut told) = (Vec::new(), "", "");
    let (mut at, mut to) = (0, 0);
    let ends = std::iter::once((old.len(), new.len()));
    for (next, same) in common.into_iter().chain(ends) {
        for (sign, line) in
            old[at..next].iter().map(|line| ('-', line)).chain(new[to..same].iter().map(|line| ('+', line)))
        {
            if title != told {
                found.push(format!("  {title}"));
                told = title;
            }
            found.push(format!("{sign} {line}"));
            title = if is_title(line) { line } else { title };
        }
        if let Some(line) = old.get(next).filter(|line| is_title(line)) {
            title = line;
        }
        (at, to) = (next + 1, same + 1);
    }
    found
}

fn is_title(line: &str) -> bool {
    line.starts_with("== ")
}

/// The places, in both, of the longest sequence of lines that both have.
fn longest(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let mut length = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for at in (0..old.len()).rev() {
        for to in (0..new.len()).rev() {
            length[at][to] = if old[at] == new[to] {
                length[at + 1][to + 1] + 1
            } else {
                length[at + 1][to].max(length[at][to + 1])
            };
        }
    }
    let (mut at, mut to, mut common) = (0, 0, Vec::new());
    while at < old.len() && to < new.len() {
        if old[at] == new[to] {
            common.push((at, to));
            (at, to) = (at + 1, to + 1);
        } else if length[at + 1][to] >= length[at][to + 1] {
            at += 1;
        } else {
            to += 1;
        }
    }
    common
}

#[test]
fn only_what_differs_is_told_below_its_title() {
    let before = "== one\na\nb\n== two\nc\nd";
    assert_eq!(difference(before, before), Vec::<String>::new());
    assert_eq!(difference(before, "== one\na\nb\n== two\nc\ne"), ["  == two", "- d", "+ e"]);
    assert_eq!(difference(before, "== one\nb\n== two\nc\nd\nf"), ["  == one", "- a", "  == two", "+ f"]);
    assert_eq!(difference("", "a"), ["+ a"]);
}
