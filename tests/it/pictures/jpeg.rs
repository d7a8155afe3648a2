//! A camera: photographs as files, made of squares of one grey each.

/// What stands in every photograph that tells its place, and must stand in nothing that is made of it.
pub(crate) const SECRET: &[u8] = b"52 N 13 E, camera 4711";

/// The side of a square, in pixels.
const SQUARE: u32 = 8;
/// Bits of the numbers of lengths, all equally long; and the mark that a square has no more to say.
const LENGTH_BITS: u32 = 4;

/// A photograph.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Photograph {
    /// As the camera holds them.
    pub(crate) sides: (u16, u16),
    /// The number by which EXIF says how it is to be turned; none: it says nothing.
    pub(crate) turn: Option<u8>,
    /// Tells it from others.
    pub(crate) shade: u8,
}

impl Photograph {
    /// The file.
    pub(crate) fn jpeg(self) -> Vec<u8> {
        let (width, height) = self.sides;
        let mut file = vec![0xff, 0xd8];
        if let Some(turn) = self.turn {
            segment(&mut file, 0xe1, &exif(turn));
        }
        segment(&mut file, 0xdb, &[&[0][..], &[8; 64]].concat());
        let mut frame = vec![8];
        frame.extend(height.to_be_bytes());
        frame.extend(width.to_be_bytes());
        frame.extend([3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
        segment(&mut file, 0xc0, &frame);
        segment(&mut file, 0xc4, &table(0x00, 3, &[0, 1, 2, 3, 4, 5, 6, 7, 8]));
        segment(&mut file, 0xc4, &table(0x10, 0, &[0]));
        segment(&mut file, 0xda, &[3, 1, 0x00, 2, 0x00, 3, 0x00, 0, 63, 0]);
        file.extend(self.squares());
        file.extend([0xff, 0xd9]);
        file
    }

    /// Brightness and two colours of every square, as the difference to the one before.
    fn squares(self) -> Vec<u8> {
        let (width, height) = (u32::from(self.sides.0), u32::from(self.sides.1));
        let mut bits = Bits::default();
        let mut before = [0; 3];
        for row in 0..height.div_ceil(SQUARE) {
            for column in 0..width.div_ceil(SQUARE) {
                let brightness = i32::try_from((column + row + u32::from(self.shade)) % 200).unwrap() - 100;
                let now = [brightness, 30, -20];
                for (now, before) in now.into_iter().zip(&mut before) {
                    bits.difference(now - *before);
                    *before = now;
                }
            }
        }
        bits.end()
    }
}

/// Puts a segment of a JPEG behind others.
fn segment(file: &mut Vec<u8>, mark: u8, content: &[u8]) {
    file.extend([0xff, mark]);
    file.extend(u16::try_from(content.len() + 2).unwrap().to_be_bytes());
    file.extend(content);
}

/// A table of words of one length, in which each stands for a number.
fn table(place: u8, length_less_one: usize, numbers: &[u8]) -> Vec<u8> {
    let mut counts = [0; 16];
    counts[length_less_one] = u8::try_from(numbers.len()).unwrap();
    [&[place][..], &counts, numbers].concat()
}

/// EXIF that says how a photograph is to be turned, and where it was taken.
fn exif(turn: u8) -> Vec<u8> {
    let head = b"Exif\0\0MM\0*\0\0\0\x08\0\x02";
    let orientation = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, turn, 0, 0];
    let place = [0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38];
    [&head[..], &orientation, &place, &[0; 4], SECRET].concat()
}

/// Bits, from the left.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    open: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        for at in (0..count).rev() {
            self.open = (self.open << 1) | ((value >> at) & 1);
            self.count += 1;
            if self.count == 8 {
                let byte = u8::try_from(self.open).unwrap();
                self.bytes.push(byte);
                if byte == 0xff {
                    self.bytes.push(0);
                }
                (self.open, self.count) = (0, 0);
            }
        }
    }

    /// A difference, and that nothing else is to be said of the square.
    fn difference(&mut self, difference: i32) {
        let length = u32::BITS - difference.unsigned_abs().leading_zeros();
        self.put(length, LENGTH_BITS);
        // Below nothing, they are counted from the least that has this length.
        let value = if difference < 0 { difference + (1 << length) - 1 } else { difference };
        self.put(u32::try_from(value).unwrap(), length);
        self.put(0, 1);
    }

    fn end(mut self) -> Vec<u8> {
        while self.count > 0 {
            self.put(1, 1);
        }
        self.bytes
    }
}
