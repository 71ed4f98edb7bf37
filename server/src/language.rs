//! The reader's language, from `Accept-Language` (RFC 9110, section 12.5.4). Russian where nothing else is asked for.

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
pub use policies::explain::Language;

/// The one of our languages that the request prefers.
pub fn of_headers(headers: &HeaderMap) -> Language {
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).map_or(Language::Ru, preferred)
}

/// `ru` or `en`, as the socket's hello says it.
pub fn of_code(code: &str) -> Option<Language> {
    match code {
        "ru" => Some(Language::Ru),
        "en" => Some(Language::En),
        _ => None,
    }
}

fn preferred(header: &str) -> Language {
    let mut best = (Language::Ru, 0.0_f32);
    for range in header.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let primary = parts.next().unwrap_or_default().split('-').next().unwrap_or_default();
        let weight = parts
            .find_map(|part| part.strip_prefix("q="))
            .map_or(Some(1.0), |text| text.parse::<f32>().ok())
            .unwrap_or(0.0);
        if let Some(language) = of_code(&primary.to_ascii_lowercase())
            && weight > best.1
        {
            best = (language, weight);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_english(header: &str) -> bool {
        matches!(preferred(header), Language::En)
    }

    #[test]
    fn takes_the_heaviest_language_we_speak() {
        assert!(is_english("en-GB,en;q=0.9"));
        assert!(is_english("de;q=1.0, en;q=0.5, ru;q=0.2"));
        assert!(!is_english("ru;q=0.9, en;q=0.8"));
    }

    #[test]
    fn is_russian_where_nothing_fits() {
        assert!(!is_english("de, fr;q=0.9"));
        assert!(!is_english("en;q=0"));
        assert!(!is_english("en;q=nonsense"));
        assert!(!is_english(""));
    }
}
