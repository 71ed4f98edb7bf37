//! What operators must know of a source, in words that say what to do.

use serde_json::{Value, json};

use crate::directory::DirectoryError;
use crate::directory::follow::SnapshotReason;

/// Something that operators must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) code: Code,
    detail: Option<String>,
}

impl Trouble {
    pub(super) fn new(code: Code) -> Self {
        Self { code, detail: None }
    }

    /// With what the machine said.
    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// As the source's row has it.
    pub(super) fn json(&self) -> Value {
        let (en, ru) = self.code.sentences();
        let mut told = json!({ "code": self.code.as_text(), "message_en": en, "message_ru": ru });
        if let (Some(fields), Some(detail)) = (told.as_object_mut(), &self.detail) {
            fields.insert("detail".to_owned(), json!(detail));
        }
        told
    }
}

impl From<&DirectoryError> for Trouble {
    fn from(error: &DirectoryError) -> Self {
        let code = match error {
            DirectoryError::Connect { .. } => Code::DirectoryUnreachable,
            DirectoryError::TimedOut { .. } => Code::DirectorySilent,
            DirectoryError::Lost { .. } => Code::ConnectionLost,
            DirectoryError::BindRefused { .. } => Code::SignInRefused,
            _ => Code::DirectoryRefuses,
        };
        Self::new(code).detail(error.to_string())
    }
}

impl From<SnapshotReason> for Code {
    fn from(reason: SnapshotReason) -> Self {
        match reason {
            SnapshotReason::NoMarker => Self::MarkerMissing,
            SnapshotReason::MarkerUnknown => Self::MarkerUnknown,
            SnapshotReason::ServerOlder => Self::ServerOlder,
            SnapshotReason::AnotherServer => Self::AnotherServer,
        }
    }
}

macro_rules! codes {
    ($($name:ident $word:literal: $en:literal, $ru:literal;)*) => {
        /// What it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Code { $($name,)* }

        impl Code {
            /// As programs know it.
            pub(super) fn as_text(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What it means and what to do, in English and in Russian.
            pub(super) fn sentences(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($en, $ru),)* }
            }
        }
    };
}

codes! {
    DirectoryUnreachable "directory_unreachable":
        "The directory server cannot be reached. Nobody is changed; it is tried again by itself. See whether the server runs and the network lets us through.",
        "Сервер справочника недоступен. Никто не изменён; попытки повторяются сами. Проверьте, работает ли сервер и пропускает ли сеть.";
    DirectorySilent "directory_silent":
        "The directory server does not answer any more. Nobody is changed; it is tried again by itself. See whether the server hangs.",
        "Сервер справочника перестал отвечать. Никто не изменён; попытки повторяются сами. Проверьте, не завис ли сервер.";
    ConnectionLost "connection_lost":
        "The connection to the directory was lost. Nobody is changed; it is made anew by itself.",
        "Соединение со справочником потеряно. Никто не изменён; оно восстанавливается само.";
    SignInRefused "sign_in_refused":
        "The directory does not let the sync's account in. Correct its name or password, or unlock it.",
        "Справочник не пускает учётную запись синхронизации. Исправьте её имя или пароль либо разблокируйте её.";
    DirectoryRefuses "directory_refuses":
        "The directory refuses what it is asked, or answers what cannot be believed. Nobody is changed. The detail says what happened; look at the rights and limits of the sync's account.",
        "Справочник отклоняет запрос или отвечает то, чему нельзя верить. Никто не изменён. Подробности сказаны ниже; проверьте права и ограничения учётной записи синхронизации.";
    ReadFailed "read_failed":
        "The directory was not read to its end. Nobody is changed; it is tried again by itself. The detail says what happened.",
        "Справочник не удалось прочитать до конца. Никто не изменён; попытки повторяются сами. Подробности сказаны ниже.";
    GuardStopped "guard_stopped":
        "The guard stopped a set of changes. It waits for somebody who approves or rejects it; until then the directory is only read in full and nothing else of it is applied.",
        "Защита остановила набор изменений. Он ждёт, пока его одобрят или отклонят; до этого справочник только перечитывается целиком, и ничего другого из него не применяется.";
    SourceHeld "source_held":
        "An operator holds the source: nothing of it is written until it is released.",
        "Источник приостановлен оператором: до снятия приостановки из него ничего не записывается.";
    MarkerMissing "marker_missing":
        "It is not known up to where the directory was read, so all of it was read.",
        "Неизвестно, до какого места прочитан справочник, поэтому он прочитан целиком.";
    MarkerUnknown "marker_unknown":
        "The directory no longer knows up to where it was read, so all of it was read. If this happens often, let the server keep its log of changes longer.",
        "Справочник не помнит, до какого места он прочитан, поэтому прочитан целиком. Если это повторяется, увеличьте на сервере журнал изменений.";
    ServerOlder "server_older":
        "The directory server is older than what was read from it before: it seems to be restored from a copy. All of it was read; see whether changes of personnel were lost there.",
        "Сервер справочника старше того, что из него уже прочитано: похоже, он восстановлен из копии. Он прочитан целиком; проверьте, не потеряны ли в нём кадровые изменения.";
    AnotherServer "another_server":
        "Another server, or another database of it, answers than before. All of it was read; see whether the address leads to the right one.",
        "Отвечает другой сервер или другая его база. Он прочитан целиком; проверьте, туда ли ведёт адрес.";
    DeletionsHidden "deletions_hidden":
        "The sync's account may not see what is deleted, so the directory is read in full again and again. Give the account the right to read deleted objects.",
        "Учётной записи синхронизации не видно удалённое, поэтому справочник перечитывается целиком. Дайте ей право читать удалённые объекты.";
    Crashed "crashed":
        "The work on this source broke down and begins anew. Report it, with the log.",
        "Работа с этим источником прервалась из-за ошибки программы и начинается заново. Сообщите об этом и приложите журнал.";
}
