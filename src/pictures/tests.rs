//! A folder of pictures and what is made of it.

use super::*;
use std::time::Duration;
use tempfile::TempDir;

const DAY: i64 = KEPT_SECONDS;
/// What nobody could have said before.
const START: i64 = 1_000_000;

/// A picture of bands of colour, which differ by its shade.
fn png(width: u32, height: u32, shade: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fastest);
    let noisy = |place: u32| u8::try_from((place.wrapping_mul(2_654_435_761) >> 24) % 16).unwrap();
    let pixels: Vec<u8> = (0..width * height)
        .flat_map(|place| [shade, u8::try_from(place % width / 8 % 200).unwrap(), noisy(place)])
        .collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    bytes
}

/// A folder of originals, and one for what is made of them.
struct Place {
    folder: TempDir,
    keeper: Keeper,
    wanted: Wanted,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keeper = Keeper::new(&folder.path().join("made"));
        Self { folder, keeper, wanted: Wanted::new() }
    }

    /// Writes a file, at another time than any before.
    fn put(&mut self, name: &str, bytes: &[u8]) {
        let file = self.folder.path().join(name);
        fs::write(&file, bytes).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(bytes.len()).unwrap());
        File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
        self.wanted.insert(MediaPath::parse(name).unwrap(), file);
    }

    fn bring_up(&self, now: i64) -> Done {
        self.keeper.bring_up(&self.wanted, now, &|| true).unwrap().unwrap()
    }

    /// Width and height of a picture, and the widths of the smaller ones; none if nothing is known.
    fn known(&self, name: &str) -> Option<(u32, u32, Vec<u32>)> {
        let gallery = self.keeper.gallery().unwrap();
        let known = gallery.get(&MediaPath::parse(name).unwrap())?;
        let widths = known.renditions.iter().map(|rendition| rendition.width).collect();
        Some((known.size.width(), known.size.height(), widths))
    }

    /// The addresses of the smaller ones of a picture.
    fn files(&self, name: &str) -> Vec<PathBuf> {
        let gallery = self.keeper.gallery().unwrap();
        let known = gallery.get(&MediaPath::parse(name).unwrap()).unwrap();
        known.renditions.iter().map(|rendition| self.keeper.file(rendition)).collect()
    }
}

#[test]
fn what_is_not_changed_is_not_made_again() {
    let mut place = Place::new();
    place.put("a.png", &png(1000, 500, 10));
    let before = place.keeper.stamp();
    let done = place.bring_up(START);
    assert_eq!((done.looked_at, done.made, done.removed, done.said.len()), (1, 3, 0, 0), "{done:?}");
    assert_eq!(place.known("a.png"), Some((1000, 500, vec![480, 960, 1000])));
    assert!(place.files("a.png").iter().all(|file| file.is_file()));
    let after = place.keeper.stamp();
    assert_ne!(before, after);

    assert_eq!(place.bring_up(START), Done::default());
    assert_eq!(place.keeper.stamp(), after);

    fs::remove_file(&place.files("a.png")[1]).unwrap();
    assert_eq!(place.bring_up(START).made, 3, "what went away is made again");
}

#[test]
fn a_changed_picture_has_other_addresses_and_the_old_ones_stay_for_a_day() {
    let mut place = Place::new();
    place.put("a.png", &png(500, 200, 10));
    place.bring_up(START);
    let old = place.files("a.png");
    place.put("a.png", &png(500, 201, 20));
    let done = place.bring_up(START + 5);
    assert_eq!((done.looked_at, done.made, done.removed), (1, 2, 0));
    let new = place.files("a.png");
    assert!(old.iter().all(|file| file.is_file() && !new.contains(file)));

    assert_eq!(place.bring_up(START + 4 + DAY).removed, 0);
    assert_eq!(place.bring_up(START + 5 + DAY).removed, 2);
    assert!(!old.iter().any(|file| file.exists()) && new.iter().all(|file| file.is_file()));
}

#[test]
fn what_no_text_shows_any_more_is_removed_unless_it_comes_back() {
    let mut place = Place::new();
    place.put("a.png", &png(500, 200, 10));
    place.put("b.png", &png(400, 200, 20));
    place.bring_up(START);
    let wanted = std::mem::take(&mut place.wanted);
    let files = [place.files("a.png"), place.files("b.png")].concat();
    assert_eq!(place.bring_up(START + 1), Done::default());

    place.wanted = wanted;
    place.wanted.remove(&MediaPath::parse("b.png").unwrap());
    assert_eq!(place.bring_up(START + 2), Done::default(), "what is still there is not made again");
    assert_eq!(place.bring_up(START + DAY).removed, 0);
    assert_eq!(place.bring_up(START + 1 + DAY).removed, 1);
    assert_eq!(place.known("b.png"), None);
    assert_eq!(files.iter().map(|file| file.is_file()).collect::<Vec<_>>(), [true, true, false]);
}

#[test]
fn a_faulty_picture_is_told_once_and_the_others_are_made() {
    let mut place = Place::new();
    let good = png(500, 200, 10);
    place.put("bad.png", b"no picture at all");
    place.put("cut.png", &good[..good.len() / 2]);
    place.put("good.png", &good);
    place.put("large.png", b"");
    File::options()
        .write(true)
        .open(place.folder.path().join("large.png"))
        .unwrap()
        .set_len(FILE_BYTES_MAX + 1)
        .unwrap();
    place.wanted.insert(MediaPath::parse("gone.png").unwrap(), place.folder.path().join("gone.png"));
    let done = place.bring_up(START);
    let said: Vec<String> = done.said.iter().map(|(name, said)| format!("{name}: {said}")).collect();
    assert_eq!(said.len(), 4, "{said:#?}");
    assert!(said[0].starts_with("bad.png: it is damaged (it is no JPEG"), "{said:#?}");
    assert!(said[1].starts_with("cut.png: it is damaged ("), "{said:#?}");
    assert_eq!(said[2], "gone.png: it is not in the folder of pictures");
    assert!(said[3].starts_with("large.png: it is larger than 32 MiB"), "{said:#?}");
    assert_eq!(place.known("good.png"), Some((500, 200, vec![480, 500])));
    assert_eq!(place.known("bad.png"), None);

    assert_eq!(place.bring_up(START), Done::default());
    assert_eq!(place.keeper.said().unwrap(), done.said);
}

/// A picture that says it is so large that its pixels would fill the memory.
#[test]
fn a_bomb_is_known_by_its_head_and_not_unpacked() {
    let mut place = Place::new();
    let mut bomb = Vec::new();
    let mut encoder = png::Encoder::new(&mut bomb, 60_000, 60_000);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().unwrap();
    writer.write_chunk(png::chunk::IDAT, &[0; 64]).unwrap();
    drop(writer);
    place.put("bomb.png", &bomb);
    let done = place.bring_up(START);
    assert!(done.said[0].1.starts_with("it has 60000 × 60000 pixels"), "{done:?}");
    assert_eq!(place.known("bomb.png"), Some((60_000, 60_000, vec![])));
}

#[test]
fn pictures_of_other_kinds_have_their_size_and_no_smaller_ones() {
    let mut place = Place::new();
    place.put("a.gif", b"GIF89a\x2c\x01\x02\x00more");
    place.put("a.webp", b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x2b\x01\0\x01\0\0");
    place.put("b.webp", b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x2b\x41\x00\x00");
    place.put("c.webp", b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x2c\x01\x02\x00");
    place.put("a.avif", b"\0\0\0\x20ftypavif");
    let done = place.bring_up(START);
    assert_eq!((done.looked_at, done.made, done.said.len()), (5, 0, 0), "{done:?}");
    for name in ["a.gif", "a.webp", "b.webp", "c.webp"] {
        assert_eq!(place.known(name), Some((300, 2, vec![])), "{name}");
    }
    assert_eq!(place.known("a.avif"), None);
}

#[test]
fn one_at_a_time_works_and_whoever_is_told_to_stop_stops() {
    let mut place = Place::new();
    place.put("a.png", &png(500, 200, 10));
    place.put("b.png", &png(500, 210, 20));
    let lock = place.keeper.lock_file().unwrap();
    lock.lock().unwrap();
    assert_eq!(place.keeper.bring_up(&place.wanted, START, &|| true).unwrap(), None);
    drop(lock);

    let asked = std::cell::Cell::new(0);
    let once = || asked.replace(asked.get() + 1) == 0;
    let done = place.keeper.bring_up(&place.wanted, START, &once).unwrap().unwrap();
    assert_eq!(done.looked_at, 1);
    assert!(place.known("a.png").is_some() && place.known("b.png").is_none());
    assert_eq!(place.keeper.add(&place.wanted).unwrap().looked_at, 1);
}

#[test]
fn what_is_left_of_a_broken_write_is_removed_and_a_broken_index_is_made_anew() {
    let mut place = Place::new();
    place.put("a.png", &png(500, 200, 10));
    place.bring_up(START);
    let left = place.folder.path().join("made/0123456789abcdef01234567-480.webp.new");
    fs::write(&left, "half").unwrap();
    fs::write(place.keeper.index_file(), "{half").unwrap();
    assert_eq!(place.keeper.gallery().unwrap(), Gallery::default());
    assert_eq!(place.bring_up(START).made, 2);
    assert!(!left.exists());
}
