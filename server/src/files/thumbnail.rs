//! Small images, without anything but what one sees: no place, no camera, no time.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

/// The longer side of a small image, in pixels.
const SIDE: u32 = 640;
/// The largest image that is made smaller, in pixels along one side.
const LARGEST_SIDE: u32 = 16_384;
/// How much memory one may take.
const MEMORY: u64 = 512 << 20;
/// The largest file of an image that is made smaller, in octets.
pub(super) const LARGEST: u64 = 32 << 20;
const QUALITY: u8 = 82;

/// A small image, and how large the one was that it is of.
pub(super) struct Thumbnail {
    /// JPEG, or PNG where one can see through it.
    pub data: Vec<u8>,
    /// The width and height of the large one, as one sees it.
    pub pixels: (i32, i32),
}

/// Whether a file of this type is an image that can be made smaller.
pub(super) fn is_image(media_type: &str) -> bool {
    matches!(media_type, "image/jpeg" | "image/png" | "image/webp" | "image/gif")
}

/// The small image of an image; nothing where it is none, or too large to be looked at.
pub(super) fn of(data: &[u8]) -> Option<Thumbnail> {
    let mut reader = ImageReader::new(Cursor::new(data)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST_SIDE);
    limits.max_image_height = Some(LARGEST_SIDE);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).ok()?;
    image.apply_orientation(orientation);
    let pixels = (i32::try_from(image.width()).ok()?, i32::try_from(image.height()).ok()?);
    if image.width() > SIDE || image.height() > SIDE {
        image = image.thumbnail(SIDE, SIDE);
    }
    let mut small = Cursor::new(Vec::new());
    if image.color().has_alpha() {
        image.into_rgba8().write_to(&mut small, ImageFormat::Png).ok()?;
    } else {
        let encoder = JpegEncoder::new_with_quality(&mut small, QUALITY);
        image.into_rgb8().write_with_encoder(encoder).ok()?;
    }
    Some(Thumbnail { data: small.into_inner(), pixels })
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut data = Cursor::new(Vec::new());
        image.into().write_to(&mut data, format).unwrap();
        data.into_inner()
    }

    /// An EXIF segment that says how to turn the image and where it was taken.
    fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        let mut tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        tiff.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
        tiff.extend(b"the minister's dacha");
        let segment = [b"Exif\0\0".as_slice(), &tiff].concat();
        let length = u16::try_from(segment.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, &segment, &jpeg[2..]].concat()
    }

    #[test]
    fn a_large_image_gets_small_and_keeps_its_shape() {
        let image = RgbImage::from_pixel(2000, 1000, Rgb([200, 10, 10]));
        let small = of(&encoded(image, ImageFormat::Png)).unwrap();
        assert_eq!(small.pixels, (2000, 1000));
        let seen = image::load_from_memory(&small.data).unwrap();
        assert_eq!((seen.width(), seen.height()), (640, 320));
        assert!(small.data.starts_with(b"\xff\xd8"), "JPEG");
    }

    #[test]
    fn it_is_turned_as_it_says_and_tells_nothing_else() {
        let image = RgbImage::from_pixel(80, 40, Rgb([1, 2, 3]));
        let jpeg = with_exif(&encoded(image, ImageFormat::Jpeg), 6);
        assert!(jpeg.windows(8).any(|window| window == b"minister"));
        let small = of(&jpeg).unwrap();
        assert_eq!(small.pixels, (40, 80), "on its side");
        assert!(!small.data.windows(8).any(|window| window == b"minister"));
        assert!(!small.data.windows(4).any(|window| window == b"Exif"));
    }

    #[test]
    fn what_one_can_see_through_stays_so() {
        let image = RgbaImage::from_pixel(10, 10, Rgba([0, 0, 0, 0]));
        let small = of(&encoded(image, ImageFormat::WebP)).unwrap();
        assert_eq!(image::load_from_memory(&small.data).unwrap().into_rgba8().get_pixel(0, 0).0[3], 0);
    }

    #[test]
    fn what_is_no_image_has_no_small_one() {
        assert!(of(b"\xff\xd8\xff\xe0 not really").is_none());
        assert!(of(b"").is_none());
        // A header that promises 60,000 by 60,000 pixels, and nothing behind it.
        let mut bomb = encoded(RgbImage::new(1, 1), ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        assert!(of(&bomb).is_none());
    }
}
