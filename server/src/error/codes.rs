//! Every stable code with its sentences. Codes are part of the API: they are added, never renamed.

use super::Code;

macro_rules! codes {
    ($($name:ident $code:literal $ru:literal $en:literal;)*) => {
        $(
            #[doc = concat!("`", $code, "`: ", $en)]
            pub const $name: Code = Code { name: $code, ru: $ru, en: $en };
        )*

        /// All of them, for the documentation and the tests.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    NOT_FOUND "not_found" "Не найдено." "Not found.";
    METHOD_NOT_ALLOWED "method_not_allowed" "Этот адрес не знает такого метода." "This address does not know the method.";
    BODY_TOO_LARGE "body_too_large" "Запрос слишком велик." "The request is too large.";
    BODY_TOO_SLOW "body_too_slow" "Запрос передавался слишком долго." "The request took too long to arrive.";
    UNSUPPORTED_MEDIA_TYPE "unsupported_media_type" "Ожидается application/json." "application/json is expected.";
    INTERNAL "internal" "Внутренняя ошибка. Сообщите номер запроса администратору." "Internal error. Give the request number to your administrator.";
    BAD_REQUEST "bad_request" "Запрос непонятен." "The request makes no sense.";

    MALFORMED_JSON "malformed_json" "Это не JSON." "This is not JSON.";
    UNKNOWN_FIELD "unknown_field" "Такого поля здесь нет." "There is no such field here.";
    MISSING_FIELD "missing_field" "Не хватает обязательного поля." "A required field is missing.";
    INVALID_TYPE "invalid_type" "Значение поля не того вида." "The field has a value of the wrong type.";
    INVALID_VALUE "invalid_value" "Недопустимое значение поля." "The field has a value that is not allowed.";
    INVALID_ID "invalid_id" "Это не идентификатор." "This is not an identifier.";
    INVALID_CURSOR "invalid_cursor" "Эта закладка страницы недействительна." "This page cursor is not valid.";
    IN_THE_PAST "in_the_past" "Этот момент уже прошёл." "This moment has passed.";
    TOO_LONG "too_long" "Слишком длинно." "Too long.";

    POLICY_DENIED "policy_denied" "Политика этого не разрешает." "The policy does not allow this.";
    CROSS_SITE "cross_site" "Запрос пришёл с чужого сайта." "The request came from another site.";

    TOKEN_MISSING "token_missing" "Нужно войти." "Sign in first.";
    TOKEN_INVALID "token_invalid" "Маркер доступа недействителен. Войдите снова." "The access token is not valid. Sign in again.";
    TOKEN_EXPIRED "token_expired" "Срок маркера доступа истёк." "The access token has expired.";
    SESSION_ENDED "session_ended" "Сеанс завершён. Войдите снова." "The session has ended. Sign in again.";
    ACCOUNT_DISABLED "account_disabled" "Учётная запись отключена." "The account is disabled.";
    INVALID_CREDENTIALS "invalid_credentials" "Неверное имя или пароль." "Wrong login or password.";
    TOO_MANY_ATTEMPTS "too_many_attempts" "Слишком много попыток. Попробуйте позже." "Too many attempts. Try again later.";

    UNKNOWN_LABEL "unknown_label" "Такой метки нет." "There is no such label.";
    UNKNOWN_UNIT "unknown_unit" "Такого подразделения в вашем ведомстве нет." "There is no such unit in your agency.";
    UNKNOWN_MESSAGE "unknown_message" "Такого сообщения в этой беседе нет." "There is no such message in this conversation.";
    UNKNOWN_TYPE "unknown_type" "Кадр такого вида неизвестен." "There is no frame of this type.";
    NOT_CLEARED "not_cleared" "Не у всех приглашённых есть допуск к этой беседе." "Not everybody invited is cleared for this conversation.";
    AUDIT_CHECK_RUNS "audit_check_runs" "Журнал уже проверяется. Дождитесь результата." "The log is being checked already. Wait for the result.";
    EXPORT_RUNS "export_runs" "Выгрузка по этому делу уже готовится. Дождитесь её или остановите." "An export of this case is being made already. Wait for it, or stop it.";
    TOO_MANY_EXPORTS "too_many_exports" "По этому делу уже готово 10 выгрузок. Удалите ненужные." "This case has 10 exports already. Remove those that are not needed.";
    EXPORT_NOT_READY "export_not_ready" "Эту выгрузку сейчас нельзя скачать: она ещё не готова, удалена или относится к прежним рамкам дела." "This export cannot be fetched now: it is not ready, is gone, or is of a former scope of the case.";
    EXPORT_NOT_CLEARED "export_not_cleared" "Ваш допуск с тех пор снижен: эту выгрузку вы больше не скачаете. Сделайте новую." "You are cleared for less than you were: you can no longer fetch this export. Make a new one.";
    EXPORT_GONE "export_gone" "Этой выгрузки уже нет." "This export is gone already.";
    AUDIT_NOT_YET "audit_not_yet" "Эта запись ещё не вошла в подписанный журнал. Повторите через минуту." "This entry is not in the signed log yet. Try again in a minute.";
    ROLE_REQUIRED "role_required" "Для этого нужна другая служебная роль." "This takes a duty that you do not have.";
    NOT_MODERATOR "not_moderator" "Исключить можно только того, чья роль здесь ниже вашей." "Only somebody whose role here is below yours can be taken out.";
    BY_INVITATION "by_invitation" "В эту беседу входят по приглашению." "This conversation is entered by invitation.";
    LABEL_DIFFERS "label_differs" "Личная беседа уже есть, и пометка у неё другая." "The direct conversation exists already, under another label.";
    LABEL_NOT_HIGHER "label_not_higher" "Эта пометка не выше нынешней." "This label is not higher than the present one.";
    LABEL_NOT_LOWER "label_not_lower" "Эта пометка не ниже нынешней." "This label is not lower than the present one.";
    LABEL_CHANGED "label_changed" "Пометка беседы тем временем изменилась. Посмотрите ещё раз." "The label of the conversation has changed meanwhile. Look again.";
    LABEL_REQUEST_EXISTS "label_request_exists" "Снижение этой пометки уже запрошено и ждёт решения." "A lower label was asked for already and waits for a decision.";
    LABEL_REQUESTS_WAITING "label_requests_waiting" "Слишком много ваших запросов ждёт решения. Дождитесь ответа." "Too many of your requests wait for a decision. Wait for them first.";
    LABEL_REQUEST_OVER "label_request_over" "По этому запросу уже решили, или его срок истёк." "This request was decided already, or its time is over.";
    LABEL_REQUEST_MOOT "label_request_moot" "Запрос больше невыполним: пометка изменилась или у запросившего нет на это права." "The request cannot be granted any more: the label changed, or whoever asked may not do it now.";
    KEPT_BY_TREE "kept_by_tree" "Состав определяет оргструктура; изменить его можно только в каталоге." "The directory decides who is here; only there it can be changed.";
    UNIT_CHANNELS_BY_TREE "unit_channels_by_tree" "Каналы подразделений создаёт только оргструктура." "Channels of units are made by the directory alone.";
    NAME_NOT_YOURS "name_not_yours" "У этой беседы нет собственного имени, которое можно изменить." "This conversation has no name of its own to change.";
    DIRECT_STAYS_TWO "direct_stays_two" "В личной беседе всегда двое." "A direct conversation is always between two.";
    EXISTS_ALREADY "exists_already" "Такая беседа уже есть." "There is such a conversation already.";
    CONVERSATION_ARCHIVED "conversation_archived" "Беседа в архиве: писать в неё нельзя." "The conversation is archived: nothing can be written here.";
    FILES_NOT_AVAILABLE "files_not_available" "Файлы здесь не принимаются: администратор не указал, где их хранить." "Files are not taken here: the administrator has not said where to keep them.";
    FILE_TOO_LARGE "file_too_large" "Файлы одного сообщения вместе могут занимать не больше {} МиБ." "The files of one message may have {} MiB together at most.";
    EMPTY_FILE "empty_file" "Файл пуст." "The file is empty.";
    FILE_CUT_SHORT "file_cut_short" "Файл передан не целиком. Отправьте его ещё раз." "The file did not come whole. Send it again.";
    MALWARE "malware" "В файле найдена вредоносная программа ({}). Он не принят, служба безопасности видит это в журнале." "The file has malware in it ({}). It was not taken, and the security office sees that in the log.";
    SCANNER_UNAVAILABLE "scanner_unavailable" "Файл сейчас нельзя проверить на вредоносные программы, поэтому он не принят. Попробуйте позже." "The file cannot be looked at for malware now, so it was not taken. Try again later.";
    FILE_STORE_UNAVAILABLE "file_store_unavailable" "Хранилище файлов сейчас недоступно. Попробуйте позже." "The store of files is not available now. Try again later.";
    TOO_MANY_LOOSE_FILES "too_many_loose_files" "Слишком много файлов загружено и не отправлено. Отправьте их или удалите." "Too many files were uploaded and not sent. Send them, or take them away.";
    TOO_MANY_FILES "too_many_files" "К одному сообщению можно приложить не больше 10 файлов." "One message takes 10 files at most.";
    NOT_AUTHOR "not_author" "Изменить или отозвать сообщение может только тот, кто его написал." "Only whoever wrote a message may change it or take it back.";
    CHANGE_TOO_LATE "change_too_late" "Это сообщение уже нельзя изменить или отозвать: срок прошёл." "It is too late to change this message or to take it back.";
    MESSAGE_GONE "message_gone" "Это сообщение уже отозвано или стёрто." "This message was taken back or erased.";
    MESSAGE_FIXED "message_fixed" "Это сообщение не меняется: оно служебное, повторено под другой меткой или о его метке сейчас решают." "This message stays as it is: it is a notice, was said again under another label, or its label is being decided about.";
    MESSAGE_CHANGED "message_changed" "Сообщение тем временем изменилось. Обновите его и попробуйте снова." "The message has changed meanwhile. Look at it again, and try once more.";
    UNKNOWN_FILE "unknown_file" "Такого файла, который вы могли бы приложить к этому сообщению, нет." "There is no such file that you could send with this message.";
    TOO_MANY_QUESTIONS "too_many_questions" "Слишком много вопросов. Попробуйте позже." "Too many questions. Try again later.";

    PLAN_DIFFERS "plan_differs" "Это уже другой набор изменений. Посмотрите его заново." "This is another set of changes by now. Look at it again.";
    PLAN_NOT_WAITING "plan_not_waiting" "Этот план больше не ждёт решения." "This plan does not wait for a decision any more.";
    SOURCE_HELD "source_held" "Запись из этого справочника остановлена. Сначала возобновите её." "Nothing is written from this directory: it is stopped. Release it first.";
    SOURCE_NOT_HELD "source_not_held" "Запись из этого справочника не остановлена." "This directory is not stopped.";
    REQUESTS_WAITING "requests_waiting" "Слишком много запросов ждёт ответа от этого справочника. Дождитесь их." "Too many requests wait for this directory. Wait for them first.";
    NOTHING_TO_UNDO "nothing_to_undo" "Отменять нечего: запуск ничего не записал, уже отменён или отменяется." "There is nothing to take back: the run wrote nothing, or was taken back, or is being taken back.";
    APPOINTS_ONESELF "appoints_oneself" "О собственном назначении решает кто-то другой: попросите другого кадровика или администратора." "Somebody else decides on your own appointment: ask another personnel officer or an administrator.";
    APPOINTMENT_CLASHES "appointment_clashes" "В эти сроки уже есть такое же назначение." "There is such an appointment at that time already.";
    APPOINTMENT_OVER "appointment_over" "Это назначение уже закончилось." "This appointment is over already.";
    HELD_BY_DIRECTORY "held_by_directory" "Это уже так по каталогу: назначение ничего не изменит." "The directory says so already: the appointment would change nothing.";
    NOT_IN_SERVICE "not_in_service" "Этот человек сейчас не работает: назначить можно только того, у кого есть основная должность." "This person is not in service: only somebody with a primary post can be appointed.";

    POLICY_INVALID "policy_invalid" "Эти правила использовать нельзя: исправьте перечисленное." "This policy cannot be used: mend what is listed.";
    POLICY_UNCHANGED "policy_unchanged" "В этой версии ничего не изменено." "Nothing is changed in this version.";
    POLICY_BASE_MOVED "policy_base_moved" "С тех пор в силу вступила другая версия. Начните от неё: иначе её изменения пропали бы." "Another version has come into force since. Begin with that one: its changes would be lost otherwise.";
    POLICY_OF_PROGRAM "policy_of_program" "Эту версию написали не здесь: подписывать нечего." "This version was not written here: there is nothing to sign.";
    POLICY_WITHDRAWN "policy_withdrawn" "Эта версия отозвана." "This version was withdrawn.";
    POLICY_NOT_SIGNED_BY_AUTHOR "policy_not_signed_by_author" "Сначала версию подписывает её автор." "The author of the version signs first.";
    POLICY_SIGNED_ALREADY "policy_signed_already" "Обе подписи уже стоят." "Both signatures are there already.";
    POLICY_OWN "policy_own" "Свою версию утверждает кто-то другой." "Somebody else approves what you wrote.";
    POLICY_NEEDS_SECURITY "policy_needs_security" "Версия меняет жёсткие правила, барьеры, метки, инварианты или исключения службы безопасности: её утверждает служба безопасности." "The version changes hard rules, walls, labels, invariants or the exceptions of the security office: the security office approves it.";
    POLICY_NOT_APPROVED "policy_not_approved" "Версия не утверждена двумя подписями." "The version is not approved by two signatures.";
    POLICY_NOT_BUILT "policy_not_built" "Ещё не все узлы собрали и проверили эту версию. Посмотрите на её странице, какие." "Not every node has built and proved this version yet. Its page says which.";
    POLICY_TABLES_DIFFER "policy_tables_differ" "Узлы собрали из этой версии разные таблицы. Ей нельзя вступать в силу: обратитесь к разработчикам." "The nodes built different tables of this version. It must not come into force: ask its makers.";
    POLICY_IN_FORCE "policy_in_force" "Эта версия здесь уже в силе." "This version is in force here already.";
    POLICY_OTHER_GROUND "policy_other_ground" "Версия меняет метки или барьеры, общие для всех: её можно ввести только сразу везде." "The version changes labels or walls, which are everybody's: it can only come into force everywhere at once.";
    POLICY_NOTHING_BEFORE "policy_nothing_before" "До этой версии ничего не было." "There was nothing before this version.";
    POLICY_NEVER_IN_FORCE "policy_never_in_force" "Эта версия никогда не действовала везде: вернуться к ней нельзя." "This version was never in force everywhere: one cannot go back to it.";
    POLICY_NOT_ENDABLE "policy_not_endable" "Это уже закончилось или действует везде: везде всегда что-то должно быть в силе." "This is over already, or in force everywhere, where something must always be.";
    KEY_NOT_YOURS "key_not_yours" "Это ключ другого человека." "This is somebody else's key.";
    KEY_NOT_CONFIRMED "key_not_confirmed" "Ключ ещё не подтверждён или уже отозван." "The key is not confirmed yet, or was revoked.";
    KEY_OWN "key_own" "Свой ключ подтверждает кто-то другой." "Somebody else confirms your key.";
    KEY_EXISTS "key_exists" "Такой ключ уже есть." "There is such a key already.";
    KEY_SETTLED "key_settled" "Ключ уже подтверждён или отозван." "The key was confirmed or revoked already.";
    SIGNATURE_WRONG "signature_wrong" "Подпись не подходит к этой версии и этому ключу." "The signature does not fit this version and this key.";
    WHATIF_BUSY "whatif_busy" "Одно такое сравнение уже идёт. Попробуйте через минуту." "One such comparison is under way already. Try again in a minute.";

    NOT_REFUSED "not_refused" "Этот контакт уже разрешён: исключение не нужно." "This contact is permitted already: no exception is needed.";
    NOT_EXCEPTED "not_excepted" "Исключение здесь невозможно." "There can be no exception here.";
    ASKED_ALREADY "asked_already" "Вы уже попросили об этом исключении и ждёте ответа." "You have asked for this exception already, and it waits for an answer.";
    REQUEST_DECIDED "request_decided" "По этой просьбе уже есть решение." "This request is decided already.";
    DECIDES_ONESELF "decides_oneself" "О том, что касается вас самих, решает кто-то другой." "Somebody else decides on what concerns yourself.";
    EXCEPTION_OVER "exception_over" "Это исключение уже закончилось." "This exception is over already.";
    EXCEPTION_CLASHES "exception_clashes" "В эти сроки между этими людьми уже есть такое исключение." "There is such an exception between these people at that time already.";
    TOO_LONG_AN_EXCEPTION "too_long_an_exception" "Исключение не может быть таким долгим." "An exception cannot be that long.";
    TOO_MANY_REQUESTS "too_many_requests" "Слишком много просьб об исключении. Попробуйте позже." "Too many requests for an exception. Try again later.";

    CASE_NUMBER_TAKEN "case_number_taken" "Дело или запрет с таким номером уже есть." "There is a case or a hold of this number already.";
    CASE_NOT_DRAFT "case_not_draft" "Это дело уже не черновик." "This case is no draft any more.";
    CASE_DECIDED "case_decided" "По этому делу решение уже не требуется." "This case does not wait for a decision.";
    CASE_OVER "case_over" "Это дело уже закончено." "This case is over already.";
    CASE_NOT_IN_FORCE "case_not_in_force" "Дело не утверждено, закрыто или его срок истёк: читать ничего нельзя." "The case is not approved, is closed, or its time is over: nothing can be read.";
    CASE_NOT_YOURS "case_not_yours" "Это делает только сотрудник, который открыл дело." "Only the officer who opened the case does this.";
    SCOPE_CHANGE_WAITING "scope_change_waiting" "Изменение границ этого дела уже запрошено и ждёт решения." "Another scope of this case was asked for already and waits for a decision.";
    SCOPE_CHANGE_OVER "scope_change_over" "По этому изменению границ уже решили." "This change of the scope does not wait for a decision.";
    HOLD_NOT_SO "hold_not_so" "Запрет сейчас не в том состоянии: он уже снят, или снятие уже или ещё не запрошено." "The hold does not stand so: it is released, or its release was or was not asked for.";
    NOTICE_NOT_DUE "notice_not_due" "Уведомлять об этом деле некого или ещё рано." "Nobody is to be told of this case, or not yet.";
    NOTICE_GIVEN "notice_given" "Этот человек уже уведомлён." "This person was told already.";
    SEARCH_BEHIND "search_behind" "Поисковый указатель ещё не полон. Попробуйте чуть позже." "The index of the search is not complete yet. Try again a little later.";
    RETENTION_UNKNOWN_LABEL "retention_unknown_label" "Правило хранения называет пометку, которой нет в политике: ничего не удаляется." "A rule of the retention names a label that the policy does not have: nothing is erased.";

    DIRECTORY_UNAVAILABLE "directory_unavailable" "Каталог сотрудников недоступен. Попробуйте позже." "The staff directory is not available. Try again later.";
    DATABASE_UNAVAILABLE "database_unavailable" "База данных недоступна. Попробуйте позже." "The database is not available. Try again later.";
    TOO_MANY_MESSAGES "too_many_messages" "Слишком много сообщений подряд. Подождите немного." "Too many messages in a row. Wait a little.";
    CONVERSATION_BUSY "conversation_busy" "В этой беседе сейчас пишут слишком много. Подождите немного." "Too much is being written in this conversation. Wait a little.";
    TOO_MANY_CALLS "too_many_calls" "Слишком много обращений к серверу. Подождите немного." "Too many calls of the server. Wait a little.";
    TOO_MANY_SOCKETS "too_many_sockets" "Открыто слишком много окон и устройств. Закройте лишние." "Too many windows and devices are open. Close those that you do not need.";
    OVERLOADED "overloaded" "Сообщений больше, чем успевает сохранить база данных. Попробуйте чуть позже." "There are more messages than the database can store. Try again a little later.";
    ORG_STALE "org_stale" "Данные об оргструктуре устарели: решения приостановлены." "The mirror of the organisation is out of date: decisions are suspended.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_distinct_and_every_sentence_is_written() {
        let names: BTreeSet<_> = ALL.iter().map(|code| code.name).collect();
        assert_eq!(names.len(), ALL.len());
        for code in ALL {
            assert!(code.name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", code.name);
            assert!(code.ru.ends_with('.') && code.en.ends_with('.'), "{}", code.name);
            assert!(code.en.is_ascii() && !code.ru.is_ascii(), "{}", code.name);
        }
    }
}
