//! The policies, for those who answer for them: what is in force and where, what is being written, who signed it, what it would
//! change. Nothing here tells of messages.

mod acts;
mod changes;
mod keys;
mod versions;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::error::Error;
use crate::policy::shelf::BuildError;
use crate::routes::said;

/// Everything under `/policy`.
pub fn map(map: &mut ServiceConfig) {
    map.service(versions::get_policy)
        .service(versions::list_policy_versions)
        .service(versions::create_policy_version)
        .service(versions::get_policy_version)
        .service(versions::get_policy_matrix)
        .service(changes::get_policy_changes)
        .service(changes::get_policy_differences)
        .service(changes::weigh_policy_version)
        .service(acts::sign_policy_version)
        .service(acts::activate_policy_version)
        .service(acts::withdraw_policy_version)
        .service(acts::end_policy_activation)
        .service(acts::roll_back_policy)
        .service(keys::list_signing_keys)
        .service(keys::enrol_signing_key)
        .service(keys::confirm_signing_key)
        .service(keys::revoke_signing_key);
}

const LONGEST_REASON: usize = 2000;

/// The reason that an officer gives, which must say something.
fn reason(text: &str) -> Result<String, Error> {
    said::lines("reason", text, LONGEST_REASON)
}

/// What is said where a version cannot be built: that it is not there, what is wrong in it, or that something is broken here.
fn unbuilt(error: BuildError) -> Error {
    match error {
        BuildError::Database(error) => error.into(),
        BuildError::Rejected(rejected) => Error::PolicyInvalid(rejected.0),
        other => Error::internal(other),
    }
}
