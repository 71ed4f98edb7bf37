//! What people are called, and how a name becomes a login.

use crate::draw::Chance;

/// A person's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) given: String,
    pub(crate) family: String,
}

const MALE: &[&str] = &[
    "Александр",
    "Алексей",
    "Анатолий",
    "Андрей",
    "Антон",
    "Артём",
    "Борис",
    "Вадим",
    "Валентин",
    "Василий",
    "Виктор",
    "Виталий",
    "Владимир",
    "Геннадий",
    "Георгий",
    "Глеб",
    "Григорий",
    "Денис",
    "Дмитрий",
    "Евгений",
    "Егор",
    "Иван",
    "Игорь",
    "Кирилл",
    "Константин",
    "Лев",
    "Леонид",
    "Максим",
    "Михаил",
    "Никита",
    "Николай",
    "Олег",
    "Павел",
    "Пётр",
    "Роман",
    "Семён",
    "Сергей",
    "Степан",
    "Тимофей",
    "Фёдор",
    "Юрий",
    "Яков",
];

const FEMALE: &[&str] = &[
    "Александра",
    "Алина",
    "Алла",
    "Анастасия",
    "Анна",
    "Валентина",
    "Валерия",
    "Варвара",
    "Вера",
    "Вероника",
    "Виктория",
    "Галина",
    "Дарья",
    "Евгения",
    "Екатерина",
    "Елена",
    "Зоя",
    "Инна",
    "Ирина",
    "Ксения",
    "Лариса",
    "Лидия",
    "Любовь",
    "Людмила",
    "Маргарита",
    "Марина",
    "Мария",
    "Надежда",
    "Наталья",
    "Нина",
    "Оксана",
    "Ольга",
    "Полина",
    "Раиса",
    "Светлана",
    "София",
    "Тамара",
    "Татьяна",
    "Ульяна",
    "Юлия",
    "Яна",
];

/// The form for men; that for women ends in «а», or in «ая» where this one ends in «ий».
const FAMILY: &[&str] = &[
    "Абрамов",
    "Авдеев",
    "Агапов",
    "Баранов",
    "Беляев",
    "Бирюков",
    "Богданов",
    "Борисов",
    "Быстров",
    "Васильев",
    "Ветров",
    "Виноградов",
    "Волков",
    "Воробьёв",
    "Гаврилов",
    "Герасимов",
    "Горшков",
    "Громов",
    "Гусев",
    "Данилов",
    "Демидов",
    "Добрынин",
    "Дроздов",
    "Егоров",
    "Елисеев",
    "Ермаков",
    "Жаров",
    "Журавлёв",
    "Заславский",
    "Захаров",
    "Зуев",
    "Игнатов",
    "Ильин",
    "Казаков",
    "Калинин",
    "Карпов",
    "Киселёв",
    "Климов",
    "Ковалёв",
    "Колесников",
    "Королёв",
    "Котов",
    "Кудрявцев",
    "Кузнецов",
    "Лаптев",
    "Лебедев",
    "Левицкий",
    "Логинов",
    "Макаров",
    "Мартынов",
    "Медведев",
    "Миронов",
    "Назаров",
    "Некрасов",
    "Нечаев",
    "Никитин",
    "Овчинников",
    "Озёров",
    "Павлов",
    "Панин",
    "Петров",
    "Платонов",
    "Поляков",
    "Прохоров",
    "Родионов",
    "Рощин",
    "Рудаков",
    "Савельев",
    "Самсонов",
    "Сафонов",
    "Селиванов",
    "Сидоров",
    "Смирнов",
    "Соболев",
    "Степанов",
    "Субботин",
    "Тарасов",
    "Титов",
    "Трофимов",
    "Туманов",
    "Уваров",
    "Ушаков",
    "Фадеев",
    "Филатов",
    "Фролов",
    "Харитонов",
    "Хохлов",
    "Царёв",
    "Черкасский",
    "Шапошников",
    "Шаров",
    "Швецов",
    "Щербаков",
    "Юдин",
    "Яковлев",
];

const LATIN_GIVEN: &[&str] = &[
    "Aino", "Anders", "Bianca", "Carla", "Daniel", "Elias", "Emma", "Erik", "Felix", "Freya", "Greta",
    "Hanna", "Henrik", "Ingrid", "Jonas", "Julia", "Karin", "Lukas", "Marta", "Milan", "Nora", "Oskar",
    "Paula", "Petra", "Rita", "Sofia", "Tomas", "Vera", "Viktor", "Zuzana",
];

const LATIN_FAMILY: &[&str] = &[
    "Andersson",
    "Bauer",
    "Becker",
    "Conti",
    "Dahl",
    "Dvořák",
    "Engel",
    "Eriksen",
    "Ferrari",
    "Fischer",
    "Hansen",
    "Hofmann",
    "Jensen",
    "Keller",
    "Kovač",
    "Larsen",
    "Lehtonen",
    "Meyer",
    "Moreau",
    "Müller",
    "Novak",
    "O'Brien",
    "Olsen",
    "Petit",
    "Rossi",
    "Sørensen",
    "Virtanen",
    "Weber",
    "Winkler",
    "Zając",
];

/// A name, Latin in `latin` of a hundred cases.
pub(crate) fn draw(draw: &mut impl Chance, latin: usize) -> Name {
    if draw.chance(latin) {
        return Name { given: draw.one(LATIN_GIVEN).to_owned(), family: draw.one(LATIN_FAMILY).to_owned() };
    }
    let family = draw.one(FAMILY);
    if draw.chance(50) {
        return Name { given: draw.one(MALE).to_owned(), family: family.to_owned() };
    }
    let family = family.strip_suffix("ий").map_or_else(|| format!("{family}а"), |stem| format!("{stem}ая"));
    Name { given: draw.one(FEMALE).to_owned(), family }
}

/// `Ирина Соколова` → `i.sokolova`.
pub(crate) fn login(name: &Name) -> String {
    let initial: String = latin(&name.given).chars().take(1).collect();
    format!("{initial}.{}", latin(&name.family))
}

/// Lower-case ASCII letters that sound alike.
fn latin(text: &str) -> String {
    text.to_lowercase().chars().map(letter).collect()
}

fn letter(character: char) -> &'static str {
    const ASCII: &str = "abcdefghijklmnopqrstuvwxyz";
    const CYRILLIC: [(char, &str); 33] = [
        ('а', "a"),
        ('б', "b"),
        ('в', "v"),
        ('г', "g"),
        ('д', "d"),
        ('е', "e"),
        ('ё', "e"),
        ('ж', "zh"),
        ('з', "z"),
        ('и', "i"),
        ('й', "y"),
        ('к', "k"),
        ('л', "l"),
        ('м', "m"),
        ('н', "n"),
        ('о', "o"),
        ('п', "p"),
        ('р', "r"),
        ('с', "s"),
        ('т', "t"),
        ('у', "u"),
        ('ф', "f"),
        ('х', "kh"),
        ('ц', "ts"),
        ('ч', "ch"),
        ('ш', "sh"),
        ('щ', "shch"),
        ('ъ', ""),
        ('ы', "y"),
        ('ь', ""),
        ('э', "e"),
        ('ю', "yu"),
        ('я', "ya"),
    ];
    const ACCENTED: [(char, &str); 8] =
        [('ü', "u"), ('ø', "o"), ('ř', "r"), ('á', "a"), ('č', "c"), ('ą', "a"), ('ö', "o"), ('é', "e")];
    if let Some(plain) = ASCII.find(character).and_then(|at| ASCII.get(at..=at)) {
        return plain;
    }
    let known = CYRILLIC.iter().chain(&ACCENTED).find(|(letter, _)| *letter == character);
    known.map_or("", |(_, plain)| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_ascii() {
        for (given, family, expected) in [
            ("Ирина", "Соколова", "i.sokolova"),
            ("Юрий", "Щербаков", "y.shcherbakov"),
            ("Emma", "O'Brien", "e.obrien"),
        ] {
            let name = Name { given: given.to_owned(), family: family.to_owned() };
            assert_eq!(login(&name), expected);
        }
        for family in LATIN_FAMILY.iter().chain(FAMILY) {
            let letters = family.chars().filter(|character| character.is_alphabetic()).count();
            assert!(latin(family).len() + 1 >= letters, "{family} loses letters");
        }
    }
}
