//! Whose tokens, people and invitations a caller reaches: those in a role that is the caller's to give.

use crate::domain::account::Role;

/// In which roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleScope {
    /// All.
    All,
    /// Those of publishers.
    OfPublishers,
    /// Those of this publisher.
    OfPublisher(String),
}

impl RoleScope {
    /// Whether it takes this one in.
    pub fn holds(&self, role: &Role) -> bool {
        match self {
            Self::All => true,
            Self::OfPublishers => role.publisher_id().is_some(),
            Self::OfPublisher(own) => role.publisher_id() == Some(own),
        }
    }
}

/// Narrows a boxed query over a table with a column `publisher_id` to a scope.
macro_rules! within_scope {
    ($query:expr, $table:ident, $scope:expr) => {
        match $scope {
            $crate::store::role_scope::RoleScope::All => $query,
            $crate::store::role_scope::RoleScope::OfPublishers => $query.filter($table::publisher_id.is_not_null()),
            $crate::store::role_scope::RoleScope::OfPublisher(own) => $query.filter($table::publisher_id.eq(own)),
        }
    };
}
pub(super) use within_scope;
