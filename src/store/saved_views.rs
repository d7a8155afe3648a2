//! Views of lists that staff saved, each for themselves.

use super::row::{Row, one, utc};
use super::schema::saved_views;
use super::{Conn, StoreError, Tx};
use crate::domain::ids::{SavedViewId, StaffId};
use crate::domain::list::ListKind;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Its id.
    pub id: SavedViewId,
    /// Whose.
    pub staff: StaffId,
    /// Of which list.
    pub list: ListKind,
    /// What they call it.
    pub name: String,
    /// The query of its address.
    pub query: String,
    /// When it was saved.
    pub created_at: DateTime<Utc>,
}

/// Saves a view; one of the same name is replaced.
pub fn put(tx: &mut Tx<'_>, view: &SavedView) -> Result<(), StoreError> {
    let same = saved_views::table
        .filter(saved_views::staff_id.eq(view.staff.to_string()))
        .filter(saved_views::list.eq(view.list.as_str()))
        .filter(saved_views::name.eq(&view.name));
    diesel::delete(same).execute(&mut **tx)?;
    let inserted = diesel::insert_into(saved_views::table)
        .values((
            saved_views::id.eq(view.id.to_string()),
            saved_views::staff_id.eq(view.staff.to_string()),
            saved_views::list.eq(view.list.as_str()),
            saved_views::name.eq(&view.name),
            saved_views::query.eq(&view.query),
            saved_views::created_at.eq(view.created_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// Removes somebody's view. False if they have none of this id.
pub fn remove(tx: &mut Tx<'_>, staff: StaffId, id: SavedViewId) -> Result<bool, StoreError> {
    let theirs = saved_views::table.find(id.to_string()).filter(saved_views::staff_id.eq(staff.to_string()));
    Ok(diesel::delete(theirs).execute(&mut **tx)? == 1)
}

/// Somebody's views of a list, by name.
pub fn of_staff(conn: &mut Conn, staff: StaffId, list: ListKind) -> Result<Vec<SavedView>, StoreError> {
    let rows: Vec<(String, String, String, NaiveDateTime)> = saved_views::table
        .filter(saved_views::staff_id.eq(staff.to_string()))
        .filter(saved_views::list.eq(list.as_str()))
        .order(saved_views::name)
        .select((saved_views::id, saved_views::name, saved_views::query, saved_views::created_at))
        .load(conn)?;
    let view = |(id, name, query, created_at): (String, String, String, NaiveDateTime)| {
        let row = Row { table: "saved_views", id: &id };
        Ok(SavedView { id: row.parse(&id)?, staff, list, name, query, created_at: utc(created_at) })
    };
    rows.into_iter().map(view).collect()
}
