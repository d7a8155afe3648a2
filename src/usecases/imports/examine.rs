//! Looking a file through: what of it would be booked, what would be left out, and why.

use crate::domain::campaign::Campaign;
use crate::domain::gift_import::{ImportLayout, ImportOptions, ImportRow, LeftOut, PastGift, Report, When};
use crate::domain::ids::CampaignId;
use crate::domain::money::MINOR_MAX;
use crate::domain::search::folded;
use crate::store::{Conn, campaigns, imports};
use crate::usecases::context::SiteKey;
use crate::usecases::{Context, UseCaseError};
use chrono::{DateTime, Datelike as _, Utc};
use std::collections::HashMap;

/// No gift of a year before this one was ever taken down by a computer.
const FIRST_YEAR: i32 = 1970;

/// A gift with the codes by which it and its donor are recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The gift.
    pub gift: PastGift,
    /// Its code.
    pub identity: String,
    /// The code of its donor, where the other place has a name for them.
    pub giver: Option<String>,
}

/// Gives the gifts of one file the codes by which they are recognised in another.
pub struct Identities {
    key: SiteKey,
    layout: ImportLayout,
    seen: HashMap<String, u32>,
}

impl Identities {
    /// For a file that is read from its beginning.
    pub fn new(ctx: &Context, layout: ImportLayout) -> Self {
        Self { key: ctx.key.clone(), layout, seen: HashMap::new() }
    }

    /// The next gift with its codes, which say nothing of a person; none if a line above is the same gift. Equal lines
    /// without names of their own are counted: two really equal gifts are the first and the second of their kind, and so
    /// they are when the file comes again.
    pub fn name(&mut self, gift: PastGift) -> Result<Option<Named>, UseCaseError> {
        let marks: Vec<&str> = gift.marks.iter().map(String::as_str).collect();
        let code = self.key.blurred("import line", &marks)?;
        let count = self.seen.entry(code.clone()).or_default();
        *count = count.saturating_add(1);
        if gift.is_named && *count > 1 {
            return Ok(None);
        }
        let identity = format!("{code}/{count}");
        let giver = gift.giver.as_deref();
        let giver = giver
            .map(|giver| self.key.blurred("import giver", &[self.layout.as_str(), giver]))
            .transpose()?;
        Ok(Some(Named { gift, identity, giver }))
    }
}

/// The campaigns of the site, by what other places may call them.
#[derive(Debug, Clone)]
pub struct Campaigns {
    by_name: HashMap<String, CampaignId>,
    fallback: Option<CampaignId>,
}

impl Campaigns {
    /// As they are now.
    ///
    /// # Errors
    /// `Invalid` if the one that was named is none.
    pub(super) fn read(conn: &mut Conn, options: &ImportOptions) -> Result<Self, UseCaseError> {
        let fallback = fallback(conn, options)?;
        let mut by_name = HashMap::new();
        for campaign in campaigns::all(conn)? {
            by_name.insert(folded(&campaign.title), campaign.id);
            by_name.insert(folded(campaign.slug.as_str()), campaign.id);
        }
        Ok(Self { by_name, fallback: fallback.map(|campaign| campaign.id) })
    }

    /// The campaign of a gift.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub(super) fn of(&self, gift: &PastGift) -> Result<CampaignId, String> {
        let named = gift.campaign.as_deref().and_then(|name| self.by_name.get(&folded(name)).copied());
        named.or(self.fallback).ok_or_else(|| match &gift.campaign {
            Some(name) => {
                let shown: String = name.chars().take(60).collect();
                format!("there is no campaign “{shown}” here; make one, or name one for all such lines with --campaign")
            }
            None => "it names no campaign; name one with --campaign".to_owned(),
        })
    }
}

/// The campaign of lines that name none.
///
/// # Errors
/// `Invalid` if there is none of that name.
pub(super) fn fallback(conn: &mut Conn, options: &ImportOptions) -> Result<Option<Campaign>, UseCaseError> {
    let Some(slug) = &options.campaign else { return Ok(None) };
    let found = campaigns::find_by_slug(conn, slug.as_str())?;
    let message = || format!("There is no campaign “{slug}”.");
    found.map(Some).ok_or_else(|| UseCaseError::invalid("campaign", "unknown_campaign", message()))
}

/// When a gift came.
pub(super) fn moment_of(ctx: &Context, gift: &PastGift) -> DateTime<Utc> {
    match gift.when {
        When::Moment(at) => at,
        When::Local(at) => ctx.moment_at(at),
        // The day is over at noon as far as anybody asks, except for today.
        When::Day(day) if day == ctx.day_of(ctx.now()) => ctx.noon_of(day).min(ctx.now()),
        When::Day(day) => ctx.noon_of(day),
    }
}

/// A file that is being looked through.
pub struct Examination {
    campaigns: Campaigns,
    names: Identities,
    report: Report,
}

impl Examination {
    /// Begins with nothing.
    ///
    /// # Errors
    /// `Invalid` if the campaign that was named is none.
    pub async fn begin(
        ctx: &Context,
        options: &ImportOptions,
        layout: ImportLayout,
    ) -> Result<Self, UseCaseError> {
        let options = options.clone();
        let campaigns = ctx.db.read(move |conn| Campaigns::read(conn, &options)).await?;
        let report = Report { layout: layout.to_string(), ..Report::default() };
        Ok(Self { campaigns, names: Identities::new(ctx, layout), report })
    }

    /// Looks at the next rows. Answers what is wrong with them, by line.
    pub async fn look_at(
        &mut self,
        ctx: &Context,
        rows: Vec<ImportRow>,
    ) -> Result<Vec<(u64, String)>, UseCaseError> {
        let mut faults = Vec::new();
        let mut gifts = Vec::new();
        for row in rows {
            self.report.lines = self.report.lines.saturating_add(1);
            match row {
                ImportRow::LeftOut { at, why } => self.report.leave_out(at, why),
                ImportRow::Gift(gift) => match self.check(ctx, &gift) {
                    Err(what) => faults.push((gift.at, what)),
                    Ok(()) => {
                        let at = gift.at;
                        match self.names.name(*gift)? {
                            Some(named) => gifts.push(named),
                            None => self.report.leave_out(at, LeftOut::Repeat),
                        }
                    }
                },
            }
        }
        let inner = ctx.clone();
        let seen = ctx.db.read(move |conn| look_up(conn, &inner, gifts)).await?;
        for (named, found) in seen {
            let gift = &named.gift;
            match found {
                Found::LeftOut(why) => self.report.leave_out(gift.at, why),
                Found::New { alike } => {
                    self.report.alike = self.report.alike.saturating_add(i64::from(alike));
                    let day = ctx.day_of(moment_of(ctx, gift));
                    if !self.report.count(gift, day) {
                        let what = format!("the gifts of the file come to more than {MINOR_MAX} minor units");
                        faults.push((gift.at, what));
                    }
                }
            }
        }
        Ok(faults)
    }

    fn check(&self, ctx: &Context, gift: &PastGift) -> Result<(), String> {
        self.campaigns.of(gift)?;
        let day = ctx.day_of(moment_of(ctx, gift));
        if moment_of(ctx, gift) > ctx.now() {
            return Err(format!("{day} is still to come"));
        }
        if day.year() < FIRST_YEAR {
            return Err(format!("{day} is too long ago"));
        }
        Ok(())
    }

    /// What was found.
    pub fn report(self) -> Report {
        self.report
    }
}

/// What the books say about a gift.
pub(super) enum Found {
    /// It is here.
    LeftOut(LeftOut),
    /// It is not; perhaps one is that looks like it.
    New { alike: bool },
}

/// Finds out which gifts are here, a few at a time.
pub(super) fn look_up(
    conn: &mut Conn,
    ctx: &Context,
    gifts: Vec<Named>,
) -> Result<Vec<(Named, Found)>, UseCaseError> {
    let codes: Vec<String> = gifts.iter().map(|named| named.identity.clone()).collect();
    let payments: Vec<String> = gifts.iter().filter_map(|named| named.gift.payment.clone()).collect();
    let exported: Vec<String> = gifts.iter().filter_map(|named| named.gift.exported_as.clone()).collect();
    let known = imports::known(conn, &codes)?;
    let on_record = imports::on_record(conn, &payments, &exported)?;
    let mut found = Vec::new();
    for named in gifts {
        let is_on_record = |name: &Option<String>| name.as_ref().is_some_and(|name| on_record.contains(name));
        let what = if known.contains(&named.identity) {
            Found::LeftOut(LeftOut::Known)
        } else if is_on_record(&named.gift.exported_as) || is_on_record(&named.gift.payment) {
            Found::LeftOut(LeftOut::OnRecord)
        } else {
            let day = ctx.day_of(moment_of(ctx, &named.gift));
            let alike = match &named.gift.email {
                Some(email) => imports::is_alike(conn, email.as_str(), named.gift.amount, day)?,
                None => false,
            };
            Found::New { alike }
        };
        found.push((named, what));
    }
    Ok(found)
}
