//! Who changes a setting, and what it is trusted with.

use super::{Group, Shape};

/// Who changes a setting.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner {
    Office(Group, Shape, Trust, (&'static str, &'static str)),
    /// The operator of the machine, in file and environment, for this reason.
    Machine(&'static str),
}

/// What a setting is trusted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// Programs may change it.
    Programs,
    /// A person must.
    Person,
    /// A person must, and the log does not repeat it.
    Personal,
}
