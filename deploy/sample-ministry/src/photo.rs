//! Small calm portraits: a silhouette before a plain ground, no two alike.

use image::codecs::jpeg::JpegEncoder;
use image::{ImageError, Rgb, RgbImage};

use crate::draw::{Chance, Draw};

const SIDE: u16 = 96;

/// Subpixels in each direction, for smooth edges.
const FINE: u16 = 3;

const GROUNDS: [[u8; 3]; 8] = [
    [214, 224, 232],
    [226, 221, 211],
    [213, 226, 217],
    [230, 219, 223],
    [221, 219, 233],
    [233, 228, 208],
    [209, 226, 230],
    [226, 226, 226],
];
const SKINS: [[u8; 3]; 5] =
    [[241, 212, 189], [229, 194, 166], [205, 162, 130], [168, 122, 93], [122, 84, 62]];
const HAIRS: [[u8; 3]; 6] =
    [[46, 38, 35], [86, 62, 46], [132, 98, 66], [176, 146, 104], [150, 150, 152], [98, 52, 38]];
const CLOTHES: [[u8; 3]; 7] =
    [[54, 68, 92], [72, 84, 78], [92, 66, 74], [62, 62, 70], [84, 92, 112], [108, 96, 84], [48, 78, 84]];

/// The JPEG of a person.
pub(crate) fn portrait(draw: &mut Draw, long_hair: bool) -> Result<Vec<u8>, ImageError> {
    let face = Face {
        ground: colour(draw, &GROUNDS),
        skin: colour(draw, &SKINS),
        hair: colour(draw, &HAIRS),
        clothes: colour(draw, &CLOTHES),
        long_hair,
        fringe: 0.26 + f32::from(draw.step(8)) * 0.008,
        width: 0.150 + f32::from(draw.step(6)) * 0.004,
    };
    let image = RgbImage::from_fn(SIDE.into(), SIDE.into(), |x, y| face.pixel(x, y));
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 82).encode_image(&image)?;
    Ok(bytes)
}

struct Face {
    ground: [u8; 3],
    skin: [u8; 3],
    hair: [u8; 3],
    clothes: [u8; 3],
    long_hair: bool,
    /// Where the forehead begins, from the top.
    fringe: f32,
    /// Half the width of the face.
    width: f32,
}

impl Face {
    fn pixel(&self, x: u32, y: u32) -> Rgb<u8> {
        let mut sums = [0_u32; 3];
        for step in 0..FINE * FINE {
            let along = |whole: u32, part: u16| {
                let whole = u16::try_from(whole).unwrap_or(SIDE);
                f32::from(whole * FINE + part) / f32::from(SIDE * FINE)
            };
            let colour = self.colour_at(along(x, step % FINE), along(y, step / FINE));
            for (sum, part) in sums.iter_mut().zip(colour) {
                *sum += u32::from(part);
            }
        }
        Rgb(sums.map(|sum| u8::try_from(sum / u32::from(FINE * FINE)).unwrap_or(u8::MAX)))
    }

    /// What is nearest to the eye at this point, of 0..1 in both directions.
    fn colour_at(&self, x: f32, y: f32) -> [u8; 3] {
        let face = inside(x, y, 0.42, self.width, self.width * 1.28);
        let crown = inside(x, y, 0.38, self.width * 1.17, self.width * 1.32);
        let curtain = self.long_hair && y > 0.38 && inside(x, y, 0.46, self.width * 1.32, 0.27);
        let neck = (x - 0.5).abs() < 0.062 && (0.5..0.72).contains(&y);
        if face && y > self.fringe {
            self.skin
        } else if crown && y < 0.44 {
            self.hair
        } else if neck && !inside(x, y, 1.02, 0.36, 0.335) {
            self.skin
        } else if inside(x, y, 1.02, 0.36, 0.335) {
            self.clothes
        } else if curtain {
            self.hair
        } else {
            self.ground
        }
    }
}

/// Whether a point lies in an ellipse on the middle line.
fn inside(x: f32, y: f32, middle: f32, half_width: f32, half_height: f32) -> bool {
    let (across, down) = ((x - 0.5) / half_width, (y - middle) / half_height);
    across * across + down * down < 1.0
}

fn colour(draw: &mut Draw, all: &[[u8; 3]]) -> [u8; 3] {
    all.get(draw.below(all.len())).copied().unwrap_or_default()
}
