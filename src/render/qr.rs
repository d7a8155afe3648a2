//! QR codes: the payload of a European bank transfer, and any short text as SVG (pages) or PNG (e-mails).
//!
//! Both forms are pure functions of the payload, so their output may be cached by its hash.

use std::fmt::Write as _;

use png::{BitDepth, ColorType, Encoder};
use qrcode::{Color, EcLevel, QrCode};

/// Width of the light border that scanners need around the code, in modules (ISO/IEC 18004).
const QUIET_ZONE_MODULES: usize = 4;
/// Longest name of the beneficiary, in characters (EPC069-12, element AT-21).
const NAME_CHARS_MAX: usize = 70;
/// Largest amount of a transfer: 999,999,999.99 euro, in cents (EPC069-12, element AT-04).
const AMOUNT_MINOR_MAX: i64 = 99_999_999_999;
/// Longest payload, in bytes: what QR version 13 holds at error correction level M (EPC069-12).
const PAYLOAD_BYTES_MAX: usize = 331;
/// Largest side of one module in a PNG, in pixels: keeps the largest code below 8 megapixels.
const SCALE_MAX: u32 = 16;

/// A transfer in euro that a banking app fills in from the code, so that nobody retypes an IBAN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpcTransfer<'a> {
    /// Holder of the account, at most 70 characters on one line.
    pub name: &'a str,
    /// IBAN of the account; spaces are allowed and dropped.
    pub iban: &'a str,
    /// BIC of the bank, 8 or 11 characters; needed for accounts outside the European Economic Area only.
    pub bic: Option<&'a str>,
    /// Amount in euro cents, 1 to `99_999_999_999`.
    pub amount_minor: i64,
    /// Creditor reference of ISO 11649 (`RF…`), by which the payment is matched; spaces are dropped.
    pub reference: &'a str,
}

/// Why a code cannot be made; the source of encoder errors is kept.
#[derive(Debug, thiserror::Error)]
pub enum QrError {
    /// The name is empty, longer than 70 characters or spans lines.
    #[error(
        "account holder must be one line of 1 to {NAME_CHARS_MAX} characters; correct bank_transfer.account_holder"
    )]
    Name,
    /// The IBAN has a wrong form or check digits.
    #[error("iban is not valid (form or check digits); correct bank_transfer.iban")]
    Iban,
    /// The BIC is not 8 or 11 letters and digits.
    #[error("bic must have 8 or 11 letters and digits; correct bank_transfer.bic")]
    Bic,
    /// The amount is outside what a transfer can carry.
    #[error("amount of {0} cents is outside a transfer's 1 to {AMOUNT_MINOR_MAX}; show no code for it")]
    Amount(i64),
    /// The reference is not a valid ISO 11649 creditor reference.
    #[error("transfer reference is not a valid iso 11649 reference; make it with its check digits")]
    Reference,
    /// The payload of a transfer exceeds 331 bytes, which only a very long non-Latin name can cause.
    #[error(
        "transfer payload of {0} bytes exceeds {PAYLOAD_BYTES_MAX}; shorten bank_transfer.account_holder"
    )]
    PayloadLength(usize),
    /// The scale is 0 or above 16.
    #[error("scale of {0} pixels a module is outside 1 to {SCALE_MAX}; choose one inside")]
    Scale(u32),
    /// The text does not fit into the largest QR code.
    #[error("text does not fit into a qr code; shorten it")]
    Encode(#[source] qrcode::types::QrError),
    /// The PNG encoder refused the image.
    #[error("qr code could not be written as png; report this as a defect")]
    Png(#[from] png::EncodingError),
}

/// The text of a "scan to pay" code: EPC069-12, version 002, character set UTF-8, SEPA credit transfer.
///
/// Purpose is empty, the reference is the structured one, so the unstructured lines are left out.
pub fn epc_payload(transfer: &EpcTransfer<'_>) -> Result<String, QrError> {
    let name = transfer.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.contains(breaks_line) {
        return Err(QrError::Name);
    }
    let iban = compact(transfer.iban);
    if !(15..=34).contains(&iban.len()) || !has_valid_check_digits(&iban) {
        return Err(QrError::Iban);
    }
    let bic = transfer.bic.map(compact).unwrap_or_default();
    if !matches!(bic.len(), 0 | 8 | 11) || !is_alphanumeric(&bic) {
        return Err(QrError::Bic);
    }
    if !(1..=AMOUNT_MINOR_MAX).contains(&transfer.amount_minor) {
        return Err(QrError::Amount(transfer.amount_minor));
    }
    let reference = compact(transfer.reference);
    if !reference.starts_with("RF")
        || !(5..=25).contains(&reference.len())
        || !has_valid_check_digits(&reference)
    {
        return Err(QrError::Reference);
    }

    let (euros, cents) = (transfer.amount_minor / 100, transfer.amount_minor % 100);
    let payload = format!("BCD\n002\n1\nSCT\n{bic}\n{name}\n{iban}\nEUR{euros}.{cents:02}\n\n{reference}");
    if payload.len() > PAYLOAD_BYTES_MAX {
        return Err(QrError::PayloadLength(payload.len()));
    }
    Ok(payload)
}

/// The code as one SVG element: square, scalable, with its quiet zone, readable in dark mode and under a strict
/// content security policy. Give it a size by CSS class or attribute; one unit of its view box is one module.
pub fn svg(payload: &str) -> Result<String, QrError> {
    let code = encode(payload)?;
    let side = code.width() + 2 * QUIET_ZONE_MODULES;

    let mut path = String::new();
    for (row_index, row) in code.to_colors().chunks(code.width()).enumerate() {
        let mut column = QUIET_ZONE_MODULES;
        for stretch in row.chunk_by(PartialEq::eq) {
            let length = stretch.len();
            if stretch.first() == Some(&Color::Dark) {
                let line = row_index + QUIET_ZONE_MODULES;
                // Writing to a string cannot fail.
                let _ = write!(path, "M{column} {line}h{length}v1h-{length}z");
            }
            column += length;
        }
    }
    Ok(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="QR code" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><rect width="{side}" height="{side}" fill="#fff"/><path fill="#000" d="{path}"/></svg>"##
    ))
}

/// The code as a black and white PNG with its quiet zone; `scale` is the side of one module in pixels, 1 to 16.
pub fn png(payload: &str, scale: u32) -> Result<Vec<u8>, QrError> {
    if !(1..=SCALE_MAX).contains(&scale) {
        return Err(QrError::Scale(scale));
    }
    let code = encode(payload)?;
    let modules = code.width() + 2 * QUIET_ZONE_MODULES;
    // Both are small: at most 185 modules of at most 16 pixels.
    let side = u32::try_from(modules).unwrap_or(u32::MAX).saturating_mul(scale);
    let scale = usize::try_from(scale).unwrap_or(1);

    let light = vec![Color::Light; code.width()];
    let colors = code.to_colors();
    let border = || std::iter::repeat_n(light.as_slice(), QUIET_ZONE_MODULES);
    let mut pixels = Vec::new();
    for row in border().chain(colors.chunks(code.width())).chain(border()) {
        let packed = pack_row(row, modules, scale);
        for _ in 0..scale {
            pixels.extend_from_slice(&packed);
        }
    }

    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, side, side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(file)
}

fn encode(payload: &str) -> Result<QrCode, QrError> {
    QrCode::with_error_correction_level(payload, EcLevel::M).map_err(QrError::Encode)
}

/// One line of pixels, eight to a byte, a set bit being white, as PNG wants it; padding bits are white too.
fn pack_row(row: &[Color], modules: usize, scale: usize) -> Vec<u8> {
    let mut packed = vec![0xFF_u8; (modules * scale).div_ceil(8)];
    for (index, _) in row.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        let start = (index + QUIET_ZONE_MODULES) * scale;
        for pixel in start..start + scale {
            if let Some(byte) = packed.get_mut(pixel / 8) {
                *byte &= !(0x80_u8 >> (pixel % 8));
            }
        }
    }
    packed
}

/// Without white space and in upper case, as IBAN, BIC and RF reference travel.
fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect()
}

fn is_alphanumeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A line break inside a field would shift all later fields, so that a name could set another account.
fn breaks_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// ISO 7064 MOD 97-10, which IBAN and creditor reference share: four characters moved to the end, letters read as
/// 10 to 35, the rest of the division by 97 must be 1.
fn has_valid_check_digits(text: &str) -> bool {
    if !is_alphanumeric(text) {
        return false;
    }
    let (Some(head), Some(tail)) = (text.get(..4), text.get(4..)) else {
        return false;
    };
    let rest = tail.chars().chain(head.chars()).filter_map(|c| c.to_digit(36)).fold(0, |rest, value| {
        let shift = if value > 9 { 100 } else { 10 };
        (rest * shift + value) % 97
    });
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transfer() -> EpcTransfer<'static> {
        EpcTransfer {
            name: "Presseverein Süd e.V.",
            iban: "DE89 3704 0044 0532 0130 00",
            bic: Some("COBADEFFXXX"),
            amount_minor: 2505,
            reference: "RF18 5390 0754 7034",
        }
    }

    #[test]
    fn payload_follows_the_guideline_line_by_line() {
        let payload = epc_payload(&transfer()).unwrap();

        let lines: Vec<_> = payload.split('\n').collect();
        assert_eq!(
            lines,
            [
                "BCD",
                "002",
                "1",
                "SCT",
                "COBADEFFXXX",
                "Presseverein Süd e.V.",
                "DE89370400440532013000",
                "EUR25.05",
                "",
                "RF18539007547034",
            ]
        );
        let without_bic = epc_payload(&EpcTransfer { bic: None, ..transfer() }).unwrap();
        assert!(without_bic.starts_with("BCD\n002\n1\nSCT\n\nPresseverein"));
    }

    #[test]
    fn amount_limits_are_inclusive() {
        let payload = |amount_minor| epc_payload(&EpcTransfer { amount_minor, ..transfer() });

        assert!(payload(1).unwrap().contains("\nEUR0.01\n"));
        assert!(payload(AMOUNT_MINOR_MAX).unwrap().contains("\nEUR999999999.99\n"));
        for refused in [0, -1, AMOUNT_MINOR_MAX + 1, i64::MIN, i64::MAX] {
            assert!(matches!(payload(refused), Err(QrError::Amount(amount)) if amount == refused));
        }
    }

    #[test]
    fn names_are_one_line_of_at_most_70_characters() {
        let payload = |name: &str| epc_payload(&EpcTransfer { name, ..transfer() });

        assert!(payload(&"ü".repeat(70)).is_ok());
        for refused in [String::new(), "  ".into(), "x".repeat(71), "A\nDE0".into(), "A\u{2028}B".into()] {
            assert!(matches!(payload(&refused), Err(QrError::Name)));
        }
        assert!(matches!(payload(&"𝔐".repeat(70)), Err(QrError::PayloadLength(bytes)) if bytes > 331));
    }

    #[test]
    fn wrong_check_digits_are_refused() {
        let base = transfer();

        for iban in ["", "DE88370400440532013000", "DE89", "DE89é70400440532013000"] {
            assert!(matches!(epc_payload(&EpcTransfer { iban, ..base }), Err(QrError::Iban)));
        }
        for reference in ["", "RF19539007547034", "18539007547034", "RF18 5390 0754 7034 5390 0754 7034"] {
            assert!(matches!(epc_payload(&EpcTransfer { reference, ..base }), Err(QrError::Reference)));
        }
        for bic in ["COBADEFF1", "COBADEF\n"] {
            assert!(matches!(epc_payload(&EpcTransfer { bic: Some(bic), ..base }), Err(QrError::Bic)));
        }
    }

    #[test]
    fn svg_is_one_path_without_style_or_script() {
        let svg = svg(&epc_payload(&transfer()).unwrap()).unwrap();

        assert_eq!(svg.matches("<path").count(), 1);
        assert!(svg.contains(r#"role="img""#) && !svg.contains("style") && !svg.contains("script"));
        assert!(svg.len() < 12_000, "{} bytes", svg.len());
    }

    #[test]
    fn payload_text_never_reaches_the_markup() {
        assert!(!svg("\"><script>alert(1)</script>").unwrap().contains("alert"));
    }

    #[test]
    fn png_shows_the_same_modules_as_the_code() {
        let payload = epc_payload(&transfer()).unwrap();
        let code = encode(&payload).unwrap();

        let file = png(&payload, 3).unwrap();

        let mut decoder = png::Decoder::new(std::io::Cursor::new(&file));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        let side = usize::try_from(frame.width).unwrap();
        assert_eq!(side, (code.width() + 8) * 3);
        for (index, pixel) in pixels.iter().enumerate() {
            let (x, y) = ((index % side) / 3, (index / side) / 3);
            let inside = |at: usize| at.checked_sub(4).filter(|at| *at < code.width());
            let dark = inside(x).zip(inside(y)).is_some_and(|at| code[at] == Color::Dark);
            assert_eq!(*pixel == 0, dark, "module {x},{y}");
        }
    }

    #[test]
    fn same_payload_gives_the_same_bytes() {
        assert_eq!(svg("mainstay").unwrap(), svg("mainstay").unwrap());
        assert_eq!(png("mainstay", 8).unwrap(), png("mainstay", 8).unwrap());
    }

    #[test]
    fn limits_of_scale_and_length_are_errors() {
        assert!(matches!(png("x", 0), Err(QrError::Scale(0))));
        assert!(matches!(png("x", SCALE_MAX + 1), Err(QrError::Scale(_))));
        assert!(png("x", SCALE_MAX).is_ok());
        assert!(matches!(svg(&"x".repeat(3000)), Err(QrError::Encode(_))));
    }
}
