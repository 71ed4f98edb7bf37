//! Writes parts of distinguished names (RFC 4514).

/// `attribute=value`, with the value escaped.
pub(crate) fn part(attribute: &str, value: &str) -> String {
    let mut text = format!("{attribute}=");
    let last = value.chars().count().saturating_sub(1);
    for (index, character) in value.chars().enumerate() {
        let at_an_end = index == 0 || index == last;
        if matches!(character, ',' | '+' | '"' | '\\' | '<' | '>' | ';')
            || (character == '#' && index == 0)
            || (character == ' ' && at_an_end)
        {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

/// The first name of a distinguished name and the rest: at the first comma that is not escaped.
pub(crate) fn split(dn: &str) -> (&str, &str) {
    let mut escaped = false;
    for (place, character) in dn.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ',' => return (dn.get(..place).unwrap_or(dn), dn.get(place + 1..).unwrap_or_default()),
            _ => {}
        }
    }
    (dn, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_names_is_escaped() {
        assert_eq!(part("ou", "кадров, обучения"), r"ou=кадров\, обучения");
        assert_eq!(part("ou", "#1 + \"б\" "), r#"ou=\#1 \+ \"б\"\ "#);
        assert_eq!(part("cn", "a;b<c>d\\e"), r"cn=a\;b\<c\>d\\e");
    }
}
