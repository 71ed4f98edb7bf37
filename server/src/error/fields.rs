//! What each field of a request must be, so that a refusal says not only what is wrong but what would be right.

use policies::explain::Language;

macro_rules! fields {
    ($($field:literal $ru:literal $en:literal;)*) => {
        /// The rule of the field, in words; none for a field that says it by its name.
        pub(super) fn rule(field: &str, language: Language) -> Option<&'static str> {
            // `person_ids[3]` and `label.level` have the rule of the field they are in.
            let name = field.split(['[', '.']).next().unwrap_or(field);
            match (name, language) {
                $(($field, Language::Ru) => Some($ru),
                ($field, Language::En) => Some($en),)*
                _ => None,
            }
        }
    };
}

fields! {
    "action" "одно из действий политики, например dm.start или ch.post" "one of the policy's actions, such as dm.start or ch.post";
    "agency_id" "идентификатор ведомства" "the id of an agency";
    "after" "номер сообщения от 0; вместе с before не задаётся" "a message's number from 0; not together with before";
    "at" "время по RFC 3339, не в будущем и не раньше первой политики" "a time by RFC 3339, not in the future and not before the first policy";
    "before" "номер сообщения от 0; вместе с after не задаётся" "a message's number from 0; not together with after";
    "body" "текст от 1 до 20 000 знаков, не из одних пробелов" "text of 1 to 20,000 characters, not of spaces alone";
    "channel_kind" "project, announcement, shared или crisis; только для канала" "project, announcement, shared or crisis; for a channel only";
    "client_id" "текст от 1 до 64 знаков, свой у каждого сообщения" "text of 1 to 64 characters, another one for each message";
    "conversation_id" "идентификатор беседы, если не задан person_id" "the id of a conversation, where there is no person_id";
    "cursor" "значение next предыдущей страницы" "the value of next of the page before";
    "ends_at" "время по RFC 3339, в будущем и не позже чем через 366 дней" "a time by RFC 3339, in the future and within 366 days";
    "legal_basis" "текст от 1 до 2000 знаков, не из одних пробелов" "text of 1 to 2000 characters, not of spaces alone";
    "note" "текст от 1 до 2000 знаков, не из одних пробелов" "text of 1 to 2000 characters, not of spaces alone";
    "number" "номер от 1 до 60 знаков" "a number of 1 to 60 characters";
    "scope" "от 1 до 200 людей, подразделений и бесед, которые существуют, и период, который начинается раньше, чем кончается" "1 to 200 people, units and conversations that there are, and a period that begins before it ends";
    "days" "число дней от 1 или вместо него until; не больше, чем разрешает политика" "a number of days from 1, or until instead; no more than the policy allows";
    "file_ids" "до 10 файлов, загруженных вами в эту беседу и ещё не отправленных" "up to 10 files that you uploaded to this conversation and did not send yet";
    "from" "время по RFC 3339, раньше until; без него назначение или исключение начинается сразу, а задним числом не начинается" "a time by RFC 3339, before until; an appointment or an exception begins at once without it, and never in the past";
    "hat" "own, duty, acting:<id> или assistant:<id>" "own, duty, acting:<id> or assistant:<id>";
    "kind" "direct, group или channel; в запросе к справочнику read, preview или undo; у исключения block" "direct, group or channel; in a request to a directory read, preview or undo; of an exception block";
    "label" "объект с level и categories из GET /labels" "an object with level and categories of GET /labels";
    "ldif" "текст LDIF до 5 МиБ хотя бы с одной записью (строка dn:); только для preview" "an LDIF of at most 5 MiB with at least one entry (a line dn:); for a preview only";
    "limit" "число от 1 до 200" "a number from 1 to 200";
    "login" "текст до 256 знаков" "text of at most 256 characters";
    "message_id" "идентификатор сообщения этой же беседы, которое можно прочесть" "the id of a message of the same conversation that one may read";
    "name" "текст от 1 до 200 знаков; для личной беседы не задаётся" "text of 1 to 200 characters; not for a direct conversation";
    "order_number" "номер приказа до 100 знаков" "the number of the order, at most 100 characters";
    "password" "текст до 1024 байт" "text of at most 1024 bytes";
    "person_id" "идентификатор человека, если не задан conversation_id" "the id of a person, where there is no conversation_id";
    "person_ids" "идентификаторы других людей: один для личной беседы, до 200 для группы и канала" "ids of other people: one for a direct conversation, up to 200 for a group or a channel";
    "principal_id" "за кого или при ком: другой человек того же ведомства; только для acting, deputy и assistant" "for whom: another person of the same agency; for acting, deputy and assistant only";
    "public_key" "32 октета ключа Ed25519 в base64" "the 32 octets of an Ed25519 key in base64";
    "query" "текст до 200 знаков" "text of at most 200 characters";
    "reason" "текст от 1 до 2000 знаков, не из одних пробелов" "text of 1 to 2000 characters, not of spaces alone";
    "reply_to" "идентификатор сообщения этой же беседы" "the id of a message of the same conversation";
    "run_id" "идентификатор запуска; только для undo" "the id of a run; for an undo only";
    "seq" "номер сообщения от 0" "a message's number from 0";
    "sha256" "64 шестнадцатеричных знака плана, который вы смотрели" "the 64 hexadecimal digits of the plan that was looked at";
    "signature" "64 октета подписи Ed25519 в base64 под текстом из GET /policy/versions/{number}" "the 64 octets of an Ed25519 signature in base64, under the text of GET /policy/versions/{number}";
    "source" "имя источника из GET /directory/sources" "the name of a source of GET /directory/sources";
    "target_id" "идентификатор беседы, куда попадёт сообщение; только вместе с message_id; идентификатор второго человека" "the id of the conversation that the message goes to; together with message_id only; the id of the other person";
    "type" "send, typing или ping; первым кадром hello" "send, typing or ping; hello in the first frame";
    "rank_id" "идентификатор из GET /appointments/ranks; только для further и secondment" "an id of GET /appointments/ranks; for further and secondment only";
    "title" "название должности от 1 до 200 знаков; только для further и secondment" "the title of the post, 1 to 200 characters; for further and secondment only";
    "unit_id" "идентификатор подразделения своего ведомства; только для канала или должности" "the id of a unit of one's agency; for a channel or a post only";
    "until" "время по RFC 3339, в будущем и позже from; обязательно для acting, deputy, secondment и исключения, которое длится не дольше, чем разрешает политика" "a time by RFC 3339, in the future and after from; required for acting, deputy, secondment and an exception, which lasts no longer than the policy allows";
}
