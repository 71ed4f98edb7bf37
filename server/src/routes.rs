//! The whole URL map on one page.

pub mod appointments;
pub mod audit;
pub mod body;
pub mod cases;
pub mod compliance;
pub mod conversations;
pub mod decisions;
pub mod directory;
pub mod exceptions;
pub mod fallback;
pub mod files;
pub mod headers;
pub mod health;
pub mod holds;
pub mod labels;
pub mod me;
pub mod members;
pub mod messages;
pub mod openapi;
pub mod page;
pub mod people;
pub mod policy;
pub mod retention;
mod said;
pub mod search;
pub mod session;
pub mod socket;
pub mod units;
pub mod web;

use utoipa_actix_web::service_config::ServiceConfig;

/// Everything under `/api/v1`.
pub fn api(map: &mut ServiceConfig) {
    map.service(openapi::get_openapi)
        // Signing in and out
        .service(session::create_session)
        .service(session::refresh_session)
        .service(session::delete_session)
        .service(session::list_sessions)
        .service(session::end_session)
        // Oneself and the others
        .service(me::get_me)
        .service(me::get_colleagues)
        .service(people::list_people)
        .service(people::get_photo)
        .service(people::get_person)
        .service(units::list_roots)
        .service(units::list_children)
        .service(units::list_unit_people)
        .service(units::get_unit)
        .configure(labels::map)
        // Conversations, and who is in them
        .service(conversations::create_conversation)
        .service(conversations::list_conversations)
        .service(conversations::get_conversation)
        .service(conversations::rename_conversation)
        .service(conversations::list_channels)
        .service(members::list_members)
        .service(members::add_members)
        .service(members::remove_member)
        .service(members::join_conversation)
        // What is said
        .service(messages::send_message)
        .service(messages::list_messages)
        .service(search::search_messages)
        .service(messages::edit_message)
        .service(messages::delete_message)
        .service(messages::list_message_versions)
        .service(messages::mark_read)
        .service(files::upload_file)
        .service(files::get_thumbnail)
        .service(files::get_file)
        .service(files::delete_file)
        .service(decisions::ask_decision)
        // What is asked for, granted and blocked between two people
        .configure(exceptions::map)
        // What happened before
        // What happened, and that the record of it is whole
        .service(audit::list_audit_entries)
        .service(audit::get_audit_checkpoint)
        .service(audit::get_audit_inclusion)
        .service(audit::get_audit_consistency)
        .service(audit::create_audit_check)
        .service(audit::list_audit_checks)
        .service(audit::get_audit_check)
        .configure(compliance::map)
        .configure(cases::map)
        .configure(holds::map)
        .service(retention::preview_retention)
        // The directories, for those who keep them
        .configure(directory::map)
        // Who is appointed to what, from when to when
        .service(appointments::list_appointment_ranks)
        .service(appointments::list_appointments)
        .service(appointments::create_appointment)
        .service(appointments::end_appointment)
        // What decides, and who answers for it
        .configure(policy::map)
        .service(socket::open_socket);
}

/// What is outside of the API: for those who run the server.
pub fn operations(map: &mut ServiceConfig) {
    map.service(health::healthz).service(health::readyz).service(health::metrics);
}
