//! Tells those who listen on this node that an exception they have to do with changed: who asked, who may decide, and
//! who decided. Each node finds them by its own mirror, so that a request also reaches whoever has just become superior.

use schema::notifications::ExceptionNote;

use super::event::Event;
use crate::access::Scene;
use crate::access::exceptions::Case;
use crate::app::App;

/// Tells those whom it concerns.
pub fn tell(app: &App, note: &ExceptionNote) {
    if app.hub.open() == 0 {
        return;
    }
    let scene = Scene::now(app);
    let case = Case { from: note.from_id, to: note.to_id, approver: note.approver };
    let frame =
        Event::ExceptionChanged { request_id: note.request_id, exception_id: note.exception_id }.frame(None);
    for person in app.hub.people() {
        let is_holder = person == note.from_id && !note.is_block;
        if is_holder || note.approver_id == Some(person) || case.decided_by(&scene, person).is_some() {
            app.hub.send(person, &frame);
        }
    }
}

/// Whatever happened while the database was not heard: everybody looks again.
pub fn tell_everybody(app: &App) {
    app.hub.send_to_all(&Event::ExceptionChanged { request_id: None, exception_id: None }.frame(None));
}
