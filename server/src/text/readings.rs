//! What somebody may have meant by what they typed: the same keys on the other layout of the keyboard, and the same sounds in the other
//! alphabet.

/// The keys of a Russian keyboard, and below each that of an American one in the same place.
const RUSSIAN: &str = "йцукенгшщзхъфывапролджэячсмитьбюё";
const AMERICAN: &str = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";

/// Sounds as passports and people write them, the longer ones first.
const SOUNDS: [(&str, &str); 40] = [
    ("shch", "щ"),
    ("sch", "щ"),
    ("zh", "ж"),
    ("kh", "х"),
    ("ts", "ц"),
    ("ch", "ч"),
    ("sh", "ш"),
    ("yu", "ю"),
    ("iu", "ю"),
    ("ya", "я"),
    ("ia", "я"),
    ("yo", "ё"),
    ("ye", "е"),
    ("ju", "ю"),
    ("ja", "я"),
    ("a", "а"),
    ("b", "б"),
    ("v", "в"),
    ("w", "в"),
    ("g", "г"),
    ("d", "д"),
    ("e", "е"),
    ("z", "з"),
    ("i", "и"),
    ("y", "ы"),
    ("j", "й"),
    ("k", "к"),
    ("l", "л"),
    ("m", "м"),
    ("n", "н"),
    ("o", "о"),
    ("p", "п"),
    ("r", "р"),
    ("s", "с"),
    ("t", "т"),
    ("u", "у"),
    ("f", "ф"),
    ("h", "х"),
    ("c", "к"),
    ("x", "кс"),
];

/// What was typed, and what may have been meant by it: at most three readings, each once. What has operators of the search in it is read
/// as it stands.
pub fn readings(typed: &str) -> Vec<String> {
    let mut readings = vec![typed.to_owned()];
    let has_operators = typed.contains('"')
        || typed.split_whitespace().any(|word| word.starts_with('-') || word.eq_ignore_ascii_case("or"));
    if has_operators {
        return readings;
    }
    let lower = typed.to_lowercase();
    let is_latin = lower.chars().any(|letter| letter.is_ascii_alphabetic());
    let is_cyrillic = lower.chars().any(|letter| matches!(letter, 'а'..='я' | 'ё'));
    let others = match (is_latin, is_cyrillic) {
        (true, false) => [on_keys(&lower, AMERICAN, RUSSIAN), to_cyrillic(&lower)],
        (false, true) => [on_keys(&lower, RUSSIAN, AMERICAN), to_latin(&lower)],
        _ => return readings,
    };
    for other in others {
        if !readings.contains(&other) {
            readings.push(other);
        }
    }
    readings
}

/// The same keys on another keyboard.
fn on_keys(text: &str, from: &str, to: &str) -> String {
    let key = |typed: char| {
        let place = from.chars().position(|key| key == typed);
        place.and_then(|place| to.chars().nth(place)).unwrap_or(typed)
    };
    text.chars().map(key).collect()
}

fn to_cyrillic(text: &str) -> String {
    let (mut rest, mut cyrillic) = (text, String::with_capacity(text.len() * 2));
    while let Some(first) = rest.chars().next() {
        let sound = SOUNDS.iter().find_map(|(latin, sound)| Some((rest.strip_prefix(latin)?, *sound)));
        let mut letter = [0; 4];
        let (after, sound) = sound.unwrap_or_else(|| {
            (rest.get(first.len_utf8()..).unwrap_or_default(), first.encode_utf8(&mut letter))
        });
        cyrillic.push_str(sound);
        rest = after;
    }
    cyrillic
}

fn to_latin(text: &str) -> String {
    let sound = |letter: char| match letter {
        'ъ' | 'ь' => String::new(),
        'э' | 'е' => "e".to_owned(),
        letter => {
            let mut buffer = [0; 4];
            let letter: &str = letter.encode_utf8(&mut buffer);
            SOUNDS.iter().find(|(_, sound)| *sound == letter).map_or(letter, |(latin, _)| latin).to_owned()
        }
    };
    text.chars().map(sound).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_on_both_layouts_and_in_both_alphabets() {
        assert!(readings("ghbrfp").contains(&"приказ".to_owned()));
        assert!(readings("Prikaz").contains(&"приказ".to_owned()));
        assert!(readings("руддщ").contains(&"hello".to_owned()));
        assert!(readings("канцелярия").contains(&"kantselyariya".to_owned()));
        assert!(readings("shchit").contains(&"щит".to_owned()));
        assert_eq!(readings("приказ")[0], "приказ", "as it was typed, first");
    }

    #[test]
    fn what_has_operators_or_both_alphabets_is_read_as_it_stands() {
        for typed in ["приказ -отпуск", "\"срочный приказ\"", "приказ or order", "приказ v2", "12/345"]
        {
            assert_eq!(readings(typed), [typed], "{typed}");
        }
    }

    #[test]
    fn both_keyboards_have_as_many_keys() {
        assert_eq!(RUSSIAN.chars().count(), AMERICAN.chars().count());
    }
}
