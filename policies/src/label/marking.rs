//! What people see of a label: text and colours, apart from the codes that decide. Made here, so that no client works it
//! out by itself.

use super::vocabulary::{Category, Level};
use crate::files::Fault;

/// Letters and ground must differ so much that everybody can read them (WCAG 2.2, 1.4.3).
const CONTRAST_MIN: f64 = 4.5;

/// How a label is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marking {
    /// The text in Russian.
    pub ru: String,
    /// The text in English.
    pub en: String,
    /// The colour of the letters, as `#rrggbb`.
    pub foreground: String,
    /// The colour behind them, as `#rrggbb`.
    pub background: String,
}

impl Marking {
    /// The marking of the level, with those of the categories after it.
    pub(super) fn of(level: &Level, categories: &[&Category]) -> Self {
        let text = |level: &str, of: fn(&Category) -> &str| {
            let categories: Vec<&str> = categories.iter().map(|category| of(category)).collect();
            if categories.is_empty() {
                level.to_owned()
            } else {
                format!("{level} // {}", categories.join(" · "))
            }
        };
        Self {
            ru: text(&level.marking_ru, |category| &category.marking_ru),
            en: text(&level.marking_en, |category| &category.marking_en),
            foreground: level.foreground.clone(),
            background: level.background.clone(),
        }
    }
}

/// What is wrong with the colours of a level.
pub(super) fn faults_of_colours(level: &Level, faults: &mut Vec<Fault>) {
    let mut colour = |key: &str, text: &str| {
        let luminance = luminance(text);
        if luminance.is_none() {
            let message = format!("`{text}` does not read like #2f6f4f");
            faults.push(Fault::new(&format!("level.{key}"), &format!("\"{text}\""), message));
        }
        luminance
    };
    let pair = (colour("foreground", &level.foreground), colour("background", &level.background));
    if let (Some(foreground), Some(background)) = pair
        && contrast(foreground, background) < CONTRAST_MIN
    {
        let message = format!(
            "`{}` on `{}` cannot be read: their contrast is below {CONTRAST_MIN}",
            level.foreground, level.background
        );
        faults.push(Fault::new("level.foreground", &format!("\"{}\"", level.background), message));
    }
}

/// The relative luminance of `#rrggbb`.
fn luminance(colour: &str) -> Option<f64> {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let digits = Some(digits).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?) / 255.0;
        Some(if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) })
    };
    Some(0.2126 * channel(0)? + 0.7152 * channel(2)? + 0.0722 * channel(4)?)
}

fn contrast(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_compared() {
        assert_eq!((luminance("#000000"), luminance("white"), luminance("#12345")), (Some(0.0), None, None));
        assert!(luminance("#+1+1+1").is_none());
        let white = luminance("#ffffff").unwrap();
        assert!((contrast(white, 0.0) - 21.0).abs() < 1e-9);
        assert!(contrast(white, luminance("#777777").unwrap()) < CONTRAST_MIN);
        assert!(contrast(luminance("#767676").unwrap(), white) >= CONTRAST_MIN);
    }
}
