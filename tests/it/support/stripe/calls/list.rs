//! Lists: newest first, a page at a time, bounded by when the objects were made.

use super::super::expand::expand;
use super::super::form::Fields;
use super::super::records::Table;
use super::super::refusal::Refusal;
use super::super::shape::Shape;
use super::super::world::World;
use super::Result;
use serde_json::{Value, json};

const LIMIT: i64 = 10;
const LIMIT_MAX: i64 = 100;

/// Which part of a list is asked for.
pub(super) struct Page {
    limit: usize,
    starting_after: Option<String>,
    ending_before: Option<String>,
    created: Created,
    paths: Vec<String>,
}

impl Page {
    /// Takes the parameters that every list has.
    pub(super) fn take(fields: &mut Fields) -> Result<Self> {
        let limit = fields.integer("limit")?.unwrap_or(LIMIT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            let message = format!("Invalid integer: limit must be from 1 to {LIMIT_MAX}");
            return Err(Refusal::invalid(message).code("parameter_invalid_integer").param("limit"));
        }
        let (starting_after, ending_before) = (fields.text("starting_after")?, fields.text("ending_before")?);
        if starting_after.is_some() && ending_before.is_some() {
            return Err(Refusal::invalid("You cannot specify both starting_after and ending_before"));
        }
        Ok(Self {
            limit: usize::try_from(limit).unwrap(),
            starting_after,
            ending_before,
            created: Created::take(fields)?,
            paths: fields.texts("expand")?,
        })
    }

    /// The page of those rows that are wanted.
    pub(super) fn of<T: Shape>(
        &self,
        world: &World,
        table: &Table<T>,
        url: &str,
        wanted: impl Fn(&T) -> bool,
    ) -> Result<Value> {
        let place = |cursor: &Option<String>, param: &str| match cursor {
            None => Ok(None),
            Some(id) => table.place(id).map(Some).ok_or_else(|| Refusal::no_such(T::OBJECT, id, param)),
        };
        let (after, before) =
            (place(&self.starting_after, "starting_after")?, place(&self.ending_before, "ending_before")?);
        let wanted = |row: &&T| self.created.has(row.created()) && wanted(row);
        let rows = table.rows();
        let one_more = self.limit + 1;
        let mut found: Vec<_> = match before {
            Some(place) => rows[place + 1..].iter().filter(wanted).take(one_more).collect(),
            None => rows[..after.unwrap_or(rows.len())].iter().rev().filter(wanted).take(one_more).collect(),
        };
        let has_more = found.len() > self.limit;
        found.truncate(self.limit);
        if before.is_some() {
            found.reverse();
        }
        let shown: Vec<_> = found.into_iter().map(|row| row.shown(world)).collect();
        let mut answer = json!({ "object": "list", "url": url, "has_more": has_more, "data": shown });
        expand(world, &mut answer, &self.paths)?;
        Ok(answer)
    }
}

/// Bounds of the time at which an object was made.
struct Created {
    from: i64,
    to: i64,
}

impl Created {
    fn take(fields: &mut Fields) -> Result<Self> {
        let mut created = Self { from: i64::MIN, to: i64::MAX };
        if !fields.is_below("created") {
            if let Some(exactly) = fields.integer("created")? {
                created = Self { from: exactly, to: exactly };
            }
            return Ok(created);
        }
        let Some(mut bounds) = fields.below("created")? else {
            return Ok(created);
        };
        let above = bounds.integer("gt")?.map(|second| second + 1);
        let from = bounds.integer("gte")?;
        let below = bounds.integer("lt")?.map(|second| second - 1);
        let to = bounds.integer("lte")?;
        bounds.finish()?;
        created.from = above.into_iter().chain(from).max().unwrap_or(created.from);
        created.to = below.into_iter().chain(to).min().unwrap_or(created.to);
        Ok(created)
    }

    fn has(&self, second: i64) -> bool {
        (self.from..=self.to).contains(&second)
    }
}

/// Whether a filter lets a value through; without a filter everything goes through.
pub(super) fn lets_through(filter: Option<&str>, value: &str) -> bool {
    filter.is_none_or(|wanted| wanted == value)
}
