//! Payment references: a slip of the pen is no other donor's gift.

use mainstay::domain::bank::CreditorReference;

use super::first_seed;
use super::histories::Random;

const REFERENCES: u64 = 1_000;
const SIGNS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Where our own part begins, behind `RF` and the two check digits.
const BODY: usize = 4;

#[test]
fn a_wrong_character_or_two_swapped_ones_are_noticed() {
    let mut random = Random::seeded(first_seed());
    let mut certain = Missed::default();
    let mut likely = Missed::default();
    for _ in 0..REFERENCES {
        let bytes = [random.next().to_be_bytes(), random.next().to_be_bytes()].concat();
        let reference = CreditorReference::from_random(bytes.try_into().unwrap());
        let right: Vec<char> = reference.as_str().chars().collect();
        for place in 0..right.len() {
            for sign in SIGNS.chars().filter(|sign| *sign != right[place]) {
                let mut wrong = right.clone();
                wrong[place] = sign;
                // A digit counts one place and a letter two: such a slip moves all before it, and 1 in 97 comes out even.
                let is_certain = place < BODY || sign.is_ascii_digit() == right[place].is_ascii_digit();
                if is_certain { &mut certain } else { &mut likely }.look(wrong);
            }
            if place > 0 && right[place] != right[place - 1] {
                let mut wrong = right.clone();
                wrong.swap(place, place - 1);
                // The check digits are counted behind the body, so this pair is none for them.
                if place == BODY { &mut likely } else { &mut certain }.look(wrong);
            }
        }
    }

    println!("certain: 0 of {}, likely: {} of {}", certain.tried, likely.missed.len(), likely.tried);
    assert!(certain.tried > 200_000 && likely.tried > 100_000, "{} and {}", certain.tried, likely.tried);
    assert!(certain.missed.is_empty(), "{} slips: {:#?}", certain.missed.len(), certain.missed);
    assert!(likely.missed.len() * 50 < likely.tried, "{} of {}", likely.missed.len(), likely.tried);
}

/// Slips that give another reference, among all that were tried.
#[derive(Default)]
struct Missed {
    tried: usize,
    missed: Vec<String>,
}

impl Missed {
    fn look(&mut self, wrong: Vec<char>) {
        self.tried += 1;
        let wrong: String = wrong.into_iter().collect();
        if wrong.parse::<CreditorReference>().is_ok() {
            self.missed.push(wrong);
        }
    }
}
