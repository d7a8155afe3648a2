//! Pages elsewhere on which readers can support the publication.

use super::words;

words! {
    /// Where an outbound link leads.
    Place {
        /// The publication's page at Patreon.
        Patreon = "patreon",
    }
}
