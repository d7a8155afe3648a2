//! Statements that stay prepared on their connection. Diesel has every UPDATE and every upsert read and planned anew each time, for
//! which PostgreSQL is asked twice: which columns they set may differ from one to the next, and a list of prepared ones would grow
//! without end. Where a statement has the same words each time, or one of a few, that is lost time in every payment.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::{QueryResult, RunQueryDsl};

/// A statement of few possible words.
pub(super) struct Steady<T>(T);

/// Makes a statement stay prepared, but where `execute` is called on a connection of one engine, which looks past this.
pub(super) trait Steadily: Sized {
    /// Only for statements whose words can be but a few.
    fn steadily(self) -> Steady<Self> {
        Steady(self)
    }
}

impl<T> Steadily for T {}

impl<T: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Steady<T> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _backend: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

/// Found again by its words.
impl<T> QueryId for Steady<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T: Query> Query for Steady<T> {
    type SqlType = T::SqlType;
}

impl<T, C> RunQueryDsl<C> for Steady<T> {}
