//! Who may do what in the office: one table for people and for tokens.

use super::words;

words! {
    /// What somebody of the staff is there for.
    Role {
        /// Everything, and who else may what.
        Owner = "owner",
        /// Money: donors, gifts, refunds, reports, the books.
        Finance = "finance",
        /// The publication: articles, appeals, campaigns, tiers, wording, comments.
        Editor = "editor",
        /// Looks, and changes nothing.
        Viewer = "viewer",
    }
}

words! {
    /// How much a token of the API may do.
    Scope {
        /// Looks, and changes nothing.
        Read = "read",
        /// Also changes support and content.
        Write = "write",
        /// Also moves money.
        Finance = "finance",
    }
}

words! {
    /// Something that not everybody of the staff may do. Every route of the office names the one that it needs.
    Permission {
        /// Their own account: everybody who is signed in.
        Self_ = "self",
        /// Sums and reports without persons.
        SeeFigures = "see_figures",
        /// Donors, pledges, donations, receipts: personal data.
        SeeSupport = "see_support",
        /// Many of them at once, as a file.
        ExportSupport = "export_support",
        /// Changes to donors, pledges and receipts; gifts by hand.
        ChangeSupport = "change_support",
        /// The end of a donor's record.
        EraseDonors = "erase_donors",
        /// Money back to donors.
        Refund = "refund",
        /// Events, jobs and open questions.
        SeeOperations = "see_operations",
        /// Replays, retries and answers to open questions.
        RunOperations = "run_operations",
        /// Who did what.
        SeeAudit = "see_audit",
        /// Articles, appeals, campaigns, tiers, wording.
        EditContent = "edit_content",
        /// Comments of readers, with their addresses.
        SeeComments = "see_comments",
        /// Whether a comment is shown.
        ModerateComments = "moderate_comments",
        /// Settings that lead no money elsewhere and let nobody in: what a program may change of them.
        ChangeSettings = "change_settings",
        /// All settings, gateways and outgoing webhooks.
        ManageSettings = "manage_settings",
        /// Who belongs to the staff, and tokens.
        ManageStaff = "manage_staff",
    }
}

impl Permission {
    /// Whether whoever does it must have proved lately that they are there: it gives away data, money or power.
    pub const fn needs_proof(self) -> bool {
        match self {
            Self::ExportSupport
            | Self::EraseDonors
            | Self::Refund
            | Self::ChangeSettings
            | Self::ManageSettings
            | Self::ManageStaff => true,
            Self::Self_
            | Self::SeeFigures
            | Self::SeeSupport
            | Self::ChangeSupport
            | Self::SeeOperations
            | Self::RunOperations
            | Self::SeeAudit
            | Self::EditContent
            | Self::SeeComments
            | Self::ModerateComments => false,
        }
    }
}

impl Role {
    /// The table of the office.
    pub const fn may(self, what: Permission) -> bool {
        match self {
            Self::Owner => true,
            Self::Finance => match what {
                Permission::Self_
                | Permission::SeeFigures
                | Permission::SeeSupport
                | Permission::ExportSupport
                | Permission::ChangeSupport
                | Permission::EraseDonors
                | Permission::Refund
                | Permission::SeeOperations
                | Permission::RunOperations
                | Permission::SeeAudit => true,
                Permission::EditContent
                | Permission::SeeComments
                | Permission::ModerateComments
                | Permission::ChangeSettings
                | Permission::ManageSettings
                | Permission::ManageStaff => false,
            },
            Self::Editor => matches!(
                what,
                Permission::Self_
                    | Permission::SeeFigures
                    | Permission::EditContent
                    | Permission::SeeComments
                    | Permission::ModerateComments
            ),
            Self::Viewer => matches!(
                what,
                Permission::Self_ | Permission::SeeFigures | Permission::SeeSupport | Permission::SeeComments
            ),
        }
    }
}

impl Scope {
    /// The table of the API. No token manages staff or tokens, nor settings that lead money elsewhere or let somebody in.
    pub const fn may(self, what: Permission) -> bool {
        match what {
            Permission::SeeFigures
            | Permission::SeeSupport
            | Permission::ExportSupport
            | Permission::SeeOperations
            | Permission::SeeAudit
            | Permission::SeeComments => true,
            Permission::ChangeSupport
            | Permission::RunOperations
            | Permission::EditContent
            | Permission::ModerateComments => matches!(self, Self::Write | Self::Finance),
            Permission::Refund | Permission::ChangeSettings => matches!(self, Self::Finance),
            Permission::Self_
            | Permission::EraseDonors
            | Permission::ManageSettings
            | Permission::ManageStaff => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table as people read it: one line a permission, who may it.
    #[test]
    fn the_table_is_the_one_that_was_agreed() {
        let line = |what: &Permission| {
            let roles = Role::ALL.iter().filter(|role| role.may(*what)).map(|role| role.as_str());
            let scopes = Scope::ALL.iter().filter(|scope| scope.may(*what)).map(|scope| scope.as_str());
            let (roles, scopes): (Vec<_>, Vec<_>) = (roles.collect(), scopes.collect());
            let proof = if what.needs_proof() { " (proof)" } else { "" };
            format!("{what}{proof}: {} / {}", roles.join(" "), scopes.join(" "))
        };
        let table: Vec<String> = Permission::ALL.iter().map(line).collect();
        let agreed = [
            "self: owner finance editor viewer / ",
            "see_figures: owner finance editor viewer / read write finance",
            "see_support: owner finance viewer / read write finance",
            "export_support (proof): owner finance / read write finance",
            "change_support: owner finance / write finance",
            "erase_donors (proof): owner finance / ",
            "refund (proof): owner finance / finance",
            "see_operations: owner finance / read write finance",
            "run_operations: owner finance / write finance",
            "see_audit: owner finance / read write finance",
            "edit_content: owner editor / write finance",
            "see_comments: owner editor viewer / read write finance",
            "moderate_comments: owner editor / write finance",
            "change_settings (proof): owner / finance",
            "manage_settings (proof): owner / ",
            "manage_staff (proof): owner / ",
        ];
        assert_eq!(table, agreed);
    }
}
