//! Money as whole minor units with its currency: no floats, no silent wrap, no mixed currencies.

use std::fmt;
use std::str::FromStr;

/// The largest amount that is taken down by hand or from a program, in minor units: the largest whole number that every
/// program reads exactly. Beyond it something was mistyped.
pub const MINOR_MAX: i64 = 9_007_199_254_740_991;

/// An ISO 4217 currency that money can be counted in (it has a minor unit defined by the standard).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

/// Why an amount or a currency was refused. The sentences are shown to donors beside the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not the code of a currency in ISO 4217 that has a minor unit.
    #[error("“{0}” is not a currency code; write three letters such as EUR, USD or JPY")]
    UnknownCurrency(String),
    /// Nothing was typed.
    #[error("please enter an amount")]
    Empty,
    /// The text is no number.
    #[error("“{0}” is not an amount; write a number such as 25 or 25.50")]
    NotANumber(String),
    /// Zero or less.
    #[error("the amount must be more than zero")]
    NotPositive,
    /// One separator with three digits behind it: a thousand to some, a decimal to others.
    #[error("“{typed}” can be read in two ways; write {thousands} or {decimal}")]
    Ambiguous {
        /// What the donor typed.
        typed: String,
        /// The reading as thousands, without separators.
        thousands: String,
        /// The reading as a decimal, cut to the currency's precision.
        decimal: String,
    },
    /// More decimals than the currency has.
    #[error("{currency} has {decimals}; “{typed}” is more precise than that")]
    TooPrecise {
        /// What the donor typed.
        typed: String,
        /// The currency of the amount.
        currency: Currency,
        /// "no decimals", "2 decimals".
        decimals: String,
    },
    /// Does not fit into 64 bits of minor units.
    #[error("the amount is too large")]
    TooLarge,
    /// Two currencies in one calculation: always a mistake of ours.
    #[error("{left} and {right} cannot be added")]
    CurrencyMismatch {
        /// Currency of the left side.
        left: Currency,
        /// Currency of the right side.
        right: Currency,
    },
}

impl Currency {
    /// Parses a three-letter code, in any case.
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        let unknown = || MoneyError::UnknownCurrency(code.chars().take(12).collect());
        let upper = code.trim().to_ascii_uppercase();
        let currency = iso_currency::Currency::from_code(&upper).ok_or_else(unknown)?;
        currency.exponent().map(|_| Self(currency)).ok_or_else(unknown)
    }

    /// Every currency that has a minor unit.
    pub fn all() -> impl Iterator<Item = Self> {
        use iso_currency::IntoEnumIterator as _;
        iso_currency::Currency::iter().filter(|c| c.exponent().is_some()).map(Self)
    }

    /// The three-letter code, upper case.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// The English name, such as "Euro".
    pub fn name(self) -> String {
        self.0.name().to_owned()
    }

    /// Decimal places of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn exponent(self) -> u32 {
        u32::from(self.0.exponent().unwrap_or_default())
    }

    /// The sign that a reader recognises without doubt; other currencies are written by their code.
    pub fn symbol(self) -> Option<&'static str> {
        match self.code() {
            "EUR" => Some("€"),
            "GBP" => Some("£"),
            "USD" => Some("$"),
            "JPY" => Some("¥"),
            _ => None,
        }
    }

    fn minor_per_major(self) -> i64 {
        10_i64.pow(self.exponent())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(code: &str) -> Result<Self, MoneyError> {
        Self::parse(code)
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

/// An amount in minor units (cents, yen, fils) of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// `minor` units of `currency`; may be zero or negative (a balance), see [`Money::positive`].
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in a currency.
    pub fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// An amount that must be above zero.
    pub fn positive(minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        if minor > 0 { Ok(Self { minor, currency }) } else { Err(MoneyError::NotPositive) }
    }

    /// Minor units.
    pub fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// True above zero.
    pub fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// True at exactly zero.
    pub fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Adds money of the same currency.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.minor.checked_add(other.minor).map(|minor| Self { minor, ..self }).ok_or(MoneyError::TooLarge)
    }

    /// Subtracts money of the same currency; the result may be negative.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.minor.checked_sub(other.minor).map(|minor| Self { minor, ..self }).ok_or(MoneyError::TooLarge)
    }

    /// The same amount with the other sign.
    pub fn negated(self) -> Result<Self, MoneyError> {
        self.minor.checked_neg().map(|minor| Self { minor, ..self }).ok_or(MoneyError::TooLarge)
    }

    /// `basis_points` hundredths of a percent of this amount, rounded half up in whole minor units.
    pub fn fraction(self, basis_points: i64) -> Result<Self, MoneyError> {
        let scaled = i128::from(self.minor) * i128::from(basis_points) + 5_000;
        let minor = i64::try_from(scaled.div_euclid(10_000)).map_err(|_overflow| MoneyError::TooLarge)?;
        Ok(Self { minor, ..self })
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency })
        }
    }

    /// The amount in major units for machines: `25.50`, `500`, `-1.250`. [`Money::parse_major`] reads it back.
    pub fn major(self) -> String {
        let (sign, digits, decimals) = self.parts();
        if decimals.is_empty() { format!("{sign}{digits}") } else { format!("{sign}{digits}.{decimals}") }
    }

    /// The amount for people, in English: `€25.50`, `€1,000.00`, `CHF 25.00`.
    pub fn text(self) -> String {
        let (sign, digits, decimals) = self.parts();
        let point = if decimals.is_empty() { "" } else { "." };
        format!("{sign}{}{}{point}{decimals}", self.prefix(), grouped(&digits))
    }

    /// Like [`Money::text`] without decimals that are all zero: `€25`, `€25.50`.
    pub fn short_text(self) -> String {
        if self.minor % self.currency.minor_per_major() == 0 {
            let (sign, digits, _) = self.parts();
            format!("{sign}{}{}", self.prefix(), grouped(&digits))
        } else {
            self.text()
        }
    }

    fn prefix(self) -> String {
        self.currency.symbol().map_or_else(|| format!("{}\u{a0}", self.currency.code()), str::to_owned)
    }

    fn parts(self) -> (&'static str, String, String) {
        let sign = if self.minor < 0 { "-" } else { "" };
        let places = usize::try_from(self.currency.exponent()).unwrap_or_default();
        let all = format!("{:0>width$}", self.minor.unsigned_abs(), width = places + 1);
        let (digits, decimals) = all.split_at(all.len() - places);
        (sign, digits.to_owned(), decimals.to_owned())
    }

    /// Reads an amount as a machine or a configuration file writes it: digits, `.`, decimals. May be negative.
    pub fn parse_major(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (digits, decimals) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let plain = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if digits.is_empty() || !plain(digits) || !plain(decimals) || unsigned.ends_with('.') {
            return Err(MoneyError::NotANumber(shortened(text)));
        }
        let amount = Self::from_digits(digits, decimals, currency, text)?;
        if negative { amount.negated() } else { Ok(amount) }
    }

    /// Reads an amount above zero as people type it: `25`, `25.50`, `25,50`, `1 000`, `1.000,50`, `€ 25`.
    ///
    /// A single separator with exactly three digits behind it is refused, because half of the world
    /// reads it as thousands and the other half as decimals; so are decimals the currency does not have.
    pub fn parse_typed(typed: &str, currency: Currency) -> Result<Self, MoneyError> {
        let bare = strip_currency(typed, currency);
        if bare.is_empty() {
            return Err(MoneyError::Empty);
        }
        if bare.starts_with('-') || bare.starts_with('\u{2212}') {
            return Err(MoneyError::NotPositive);
        }
        let (digits, decimals) = split_typed(&bare, typed, currency)?;
        let amount = Self::from_digits(&digits, &decimals, currency, typed)?;
        if amount.is_positive() { Ok(amount) } else { Err(MoneyError::NotPositive) }
    }

    fn from_digits(
        digits: &str,
        decimals: &str,
        currency: Currency,
        typed: &str,
    ) -> Result<Self, MoneyError> {
        let places = usize::try_from(currency.exponent()).unwrap_or_default();
        let (kept, excess) = decimals.split_at(decimals.len().min(places));
        if excess.bytes().any(|b| b != b'0') {
            let decimals = match places {
                0 => "no decimals".to_owned(),
                n => format!("{n} decimals"),
            };
            return Err(MoneyError::TooPrecise { typed: shortened(typed), currency, decimals });
        }
        let all = format!("{digits}{kept:0<places$}");
        let significant = all.trim_start_matches('0');
        let minor = if significant.is_empty() {
            0
        } else {
            significant.parse().map_err(|_overflow| MoneyError::TooLarge)?
        };
        Ok(Self { minor, currency })
    }
}

impl fmt::Display for Money {
    /// `EUR 25.50`: for logs and operators.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency, self.major())
    }
}

fn shortened(typed: &str) -> String {
    typed.trim().chars().filter(|c| !c.is_control()).take(24).collect()
}

fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Removes the currency's own sign or code and surrounding space; folds other digits and spaces to ASCII.
fn strip_currency(typed: &str, currency: Currency) -> String {
    let folded: String = typed.trim().chars().map(fold_character).collect();
    let mut rest = folded.trim();
    for mark in [Some(currency.code()), currency.symbol()].into_iter().flatten() {
        let bytes = mark.len();
        if rest.get(..bytes).is_some_and(|head| head.eq_ignore_ascii_case(mark)) {
            rest = rest.get(bytes..).unwrap_or_default().trim();
        } else if let Some(at) = rest.len().checked_sub(bytes)
            && rest.get(at..).is_some_and(|tail| tail.eq_ignore_ascii_case(mark))
        {
            rest = rest.get(..at).unwrap_or_default().trim();
        }
    }
    rest.strip_prefix('+').unwrap_or(rest).to_owned()
}

/// Arabic-Indic and Persian digits and separators, and the many kinds of space, as their ASCII twins.
fn fold_character(c: char) -> char {
    let digit = |zero: u32| char::from_digit(u32::from(c).saturating_sub(zero), 10).unwrap_or(c);
    match c {
        '\u{660}'..='\u{669}' => digit(0x660),
        '\u{6f0}'..='\u{6f9}' => digit(0x6f0),
        '\u{ff10}'..='\u{ff19}' => digit(0xff10),
        '\u{66b}' => ',',
        '\u{66c}' | '\u{2019}' => '\'',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// Splits a typed number into whole digits and decimals, deciding which separator is which.
fn split_typed(bare: &str, typed: &str, currency: Currency) -> Result<(String, String), MoneyError> {
    let not_a_number = || MoneyError::NotANumber(shortened(typed));
    if bare.chars().any(|c| !c.is_ascii_digit() && !matches!(c, '.' | ',' | ' ' | '\'')) {
        return Err(not_a_number());
    }
    let points = bare.matches('.').count();
    let commas = bare.matches(',').count();
    let decimal = match (points, commas) {
        (0, 0) => None,
        (1, 0) => Some('.'),
        (0, 1) => Some(','),
        // Both: the one that stands last and only once is the decimal separator.
        (p, c) if p > 0 && c > 0 => {
            let last = if bare.rfind('.') > bare.rfind(',') { '.' } else { ',' };
            let times = if last == '.' { p } else { c };
            if times != 1 {
                return Err(not_a_number());
            }
            Some(last)
        }
        // One kind, several times: groups of thousands.
        _ => None,
    };
    let Some(separator) = decimal else {
        return Ok((ungrouped(bare).ok_or_else(not_a_number)?, String::new()));
    };
    let (whole, decimals) = bare.rsplit_once(separator).ok_or_else(not_a_number)?;
    let single = points + commas == 1 && !whole.contains([' ', '\'']);
    if single && decimals.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0') {
        return three_digits_behind(whole, decimals, typed, currency);
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    if decimals.is_empty() || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return Err(not_a_number());
    }
    Ok((ungrouped(whole).ok_or_else(not_a_number)?, decimals.to_owned()))
}

/// `1.000`: thousands for a currency without decimals, else a question only the donor can answer.
fn three_digits_behind(
    whole: &str,
    decimals: &str,
    typed: &str,
    currency: Currency,
) -> Result<(String, String), MoneyError> {
    if currency.exponent() == 0 {
        return Ok((format!("{whole}{decimals}"), String::new()));
    }
    let places = usize::try_from(currency.exponent()).unwrap_or_default();
    Err(MoneyError::Ambiguous {
        typed: shortened(typed),
        thousands: format!("{whole}{decimals}"),
        decimal: match places {
            // The exact reading is clear only with a fourth decimal.
            3 => format!("{whole}.{decimals}0"),
            n => format!("{whole}.{}", decimals.get(..n).unwrap_or(decimals)),
        },
    })
}

/// Removes thousands separators if they stand where thousands (or Indian lakhs) stand.
fn ungrouped(whole: &str) -> Option<String> {
    let groups: Vec<&str> = whole.split([' ', '.', ',', '\'']).collect();
    let digits = |g: &&str| !g.is_empty() && g.bytes().all(|b| b.is_ascii_digit());
    let well_placed = match groups.as_slice() {
        [] => false,
        [only] => digits(only),
        [first, middle @ .., last] => {
            digits(first)
                && first.len() <= 3
                && middle.iter().all(|g| digits(g) && (2..=3).contains(&g.len()))
                && digits(last)
                && last.len() == 3
        }
    };
    well_placed.then(|| groups.concat())
}

/// What a movement of money comes to on a gateway's own balance, which may be kept in another currency than the
/// payment: the amount, and what the gateway keeps of it or takes on top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    amount: Money,
    fee: Money,
}

impl Settlement {
    /// Both in one currency.
    pub fn new(amount: Money, fee: Money) -> Result<Self, MoneyError> {
        if amount.currency == fee.currency {
            Ok(Self { amount, fee })
        } else {
            Err(MoneyError::CurrencyMismatch { left: amount.currency, right: fee.currency })
        }
    }

    /// Without exchange: `amount` itself, and a fee in minor units of its currency.
    pub fn plain(amount: Money, fee_minor: i64) -> Self {
        Self { amount, fee: Money::new(fee_minor, amount.currency) }
    }

    /// What was moved, before the fee.
    pub fn amount(self) -> Money {
        self.amount
    }

    /// What the gateway keeps.
    pub fn fee(self) -> Money {
        self.fee
    }

    /// The currency of both.
    pub fn currency(self) -> Currency {
        self.amount.currency
    }

    fn rank(self) -> (Currency, i64, i64) {
        (self.currency(), self.amount.minor, self.fee.minor)
    }
}

/// By currency, amount and fee: of two that contradict each other, the same one is kept whichever came first.
impl Ord for Settlement {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Settlement {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    fn typed(text: &str, code: &str) -> Result<i64, MoneyError> {
        Money::parse_typed(text, Currency::parse(code).unwrap()).map(Money::minor)
    }

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for (text, code, minor) in [
            ("25", "EUR", 2500),
            ("25.50", "EUR", 2550),
            ("25,50", "EUR", 2550),
            ("25,5", "EUR", 2550),
            (".50", "EUR", 50),
            ("1 000", "EUR", 100_000),
            ("1\u{202f}000,50", "EUR", 100_050),
            ("1.000,50", "EUR", 100_050),
            ("1,000.50", "EUR", 100_050),
            ("1'000.50", "CHF", 100_050),
            ("1,000,000", "EUR", 100_000_000),
            ("1,00,000", "INR", 10_000_000),
            ("€ 25", "EUR", 2500),
            ("25 eur", "EUR", 2500),
            ("$25", "USD", 2500),
            ("1,000", "JPY", 1000),
            ("500.00", "JPY", 500),
            ("٢٥٫٥", "EUR", 2550),
            ("5.1240", "KWD", 5124),
            ("0.125", "KWD", 125),
            ("0025", "EUR", 2500),
        ] {
            assert_eq!(typed(text, code), Ok(minor), "{text} {code}");
        }
    }

    #[test]
    fn doubtful_amounts_are_refused_with_a_sentence_that_helps() {
        let refusal = |text: &str, code: &str| typed(text, code).unwrap_err().to_string();
        assert_eq!(refusal("1,000", "EUR"), "“1,000” can be read in two ways; write 1000 or 1.00");
        assert_eq!(refusal("25.505", "EUR"), "“25.505” can be read in two ways; write 25505 or 25.50");
        assert_eq!(refusal("500.5", "JPY"), "JPY has no decimals; “500.5” is more precise than that");
        assert_eq!(refusal("25.5055", "EUR"), "EUR has 2 decimals; “25.5055” is more precise than that");
        assert_eq!(refusal("", "EUR"), "please enter an amount");
        assert_eq!(refusal("0", "EUR"), "the amount must be more than zero");
        assert_eq!(refusal("-5", "EUR"), "the amount must be more than zero");
        assert_eq!(refusal("99999999999999999999", "EUR"), "the amount is too large");
        for text in
            ["ten", "1e5", "25€ please", "1..5", "1,,5", "1 00", "10 00,0,0", "0x10", "$25", "NaN", "25."]
        {
            assert!(matches!(typed(text, "EUR"), Err(MoneyError::NotANumber(_))), "{text}");
        }
    }

    #[test]
    fn money_is_written_with_the_true_decimals_of_its_currency() {
        let write = |minor, code| Money::new(minor, Currency::parse(code).unwrap());
        assert_eq!(write(2550, "EUR").text(), "€25.50");
        assert_eq!(write(100_000_000, "EUR").text(), "€1,000,000.00");
        assert_eq!(write(2500, "EUR").short_text(), "€25");
        assert_eq!(write(500, "JPY").text(), "¥500");
        assert_eq!(write(5124, "KWD").text(), "KWD\u{a0}5.124");
        assert_eq!(write(-5, "EUR").major(), "-0.05");
        assert_eq!(write(i64::MIN, "EUR").major(), "-92233720368547758.08");
        assert_eq!(write(2550, "EUR").to_string(), "EUR 25.50");
    }

    #[test]
    fn exponents_are_those_of_iso_4217() {
        let exponent = |code| Currency::parse(code).unwrap().exponent();
        for code in "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(' ') {
            assert_eq!(exponent(code), 0, "{code}");
        }
        for code in "BHD IQD JOD KWD LYD OMR TND".split(' ') {
            assert_eq!(exponent(code), 3, "{code}");
        }
        for code in "CLF UYW".split(' ') {
            assert_eq!(exponent(code), 4, "{code}");
        }
        let others = Currency::all().filter(|currency| currency.exponent() == 2).count();
        assert_eq!(others, Currency::all().count() - 17 - 7 - 2, "all others have two decimals");
        for code in "EUR USD GBP CHF HUF TWD MGA MRU".split(' ') {
            assert_eq!(exponent(code), 2, "{code}");
        }
        for code in ["XXX", "XAU", "EURO", "", "€"] {
            assert!(Currency::parse(code).is_err(), "{code}");
        }
    }

    #[test]
    fn arithmetic_refuses_to_wrap_or_to_mix() {
        assert_eq!(eur(i64::MAX).plus(eur(1)), Err(MoneyError::TooLarge));
        assert_eq!(eur(i64::MIN).minus(eur(1)), Err(MoneyError::TooLarge));
        assert_eq!(eur(i64::MIN).negated(), Err(MoneyError::TooLarge));
        let yen = Money::new(1, Currency::parse("JPY").unwrap());
        assert!(matches!(eur(1).plus(yen), Err(MoneyError::CurrencyMismatch { .. })));
        assert_eq!(eur(1000).fraction(290).unwrap(), eur(29));
        assert_eq!(eur(50).fraction(100).unwrap(), eur(1), "half rounds up");
    }
}
