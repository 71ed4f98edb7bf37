//! What a run has to tell people: which entry, which field, which rule, what was done, what to do.
//!
//! The code is stable and for programs; the sentences are for people. Values that are private (mail, telephone)
//! are not told.

use serde::Serialize;
use uuid::Uuid;

/// What a finding led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing was written at all.
    Refused,
    /// The new entry is not in the mirror.
    LeftOut,
    /// The mirror keeps what it held of the entry or the field.
    LastGoodKept,
    /// The value is not used.
    NotUsed,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which rule.
    pub code: Code,
    /// What came of it.
    pub effect: Effect,
    /// The entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dn: Option<String>,
    /// Its immutable id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory_id: Option<Uuid>,
    /// The attribute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What is wrong and what to do, in English.
    pub message_en: String,
    /// The same in Russian.
    pub message_ru: String,
}

impl Finding {
    /// A finding without an entry.
    pub fn new(code: Code, effect: Effect) -> Self {
        let (en, ru) = code.sentences();
        Self {
            code,
            effect,
            dn: None,
            directory_id: None,
            field: None,
            value: None,
            message_en: en.to_owned(),
            message_ru: ru.to_owned(),
        }
    }

    /// About the entry `dn`.
    #[must_use]
    pub fn about(mut self, dn: &str, directory_id: Option<Uuid>) -> Self {
        self.dn = Some(dn.to_owned());
        self.directory_id = directory_id;
        self
    }

    /// About the attribute `field`.
    #[must_use]
    pub fn field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// Which holds `value`.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Whether the whole entry is out or stale, and not one field of it.
    pub fn is_about_whole_entry(&self) -> bool {
        self.effect == Effect::LeftOut || (self.effect == Effect::LastGoodKept && self.code.holds_the_entry())
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])+ $name:ident: $en:literal, $ru:literal;)*) => {
        /// Which rule an entry or a read does not meet.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $($(#[$doc])+ $name,)* }

        impl Code {
            /// What is wrong and what to do, in English and in Russian.
            pub fn sentences(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($en, $ru),)* }
            }
        }
    };
}

codes! {
    /// No immutable id.
    MissingId:
        "The entry shows no id that never changes. Let the sync account read it.",
        "У записи не виден неизменный идентификатор. Дайте учётной записи синхронизации право его читать.";
    /// Two entries with one id.
    DuplicateId:
        "Another entry has the same id. Only the first one is used; repair the directory.",
        "У другой записи тот же идентификатор. Используется только первая; исправьте справочник.";
    /// The name of an entry cannot be read.
    BadName:
        "The name of the entry cannot be read. Rename the entry.",
        "Имя записи не читается. Переименуйте запись.";
    /// No login.
    MissingLogin:
        "There is no login. Fill it in.",
        "Нет имени для входа. Заполните его.";
    /// A login that somebody else has.
    DuplicateLogin:
        "Somebody else has this login. Give one of them another; until then nobody new gets it.",
        "Такое имя для входа есть у другого сотрудника. Измените одно из них; до этого новому владельцу оно не достанется.";
    /// No name to show.
    MissingDisplayName:
        "There is no name to show. Fill it in.",
        "Нет отображаемого имени. Заполните его.";
    /// A field with text that cannot be kept.
    BadText:
        "The text is too long, is not UTF-8 or has control characters. Correct it.",
        "Текст слишком длинный, не в UTF-8 или с управляющими символами. Исправьте его.";
    /// A mail address that somebody else has.
    DuplicateMail:
        "Somebody else has this mail address. Correct one of them; until then only who had it before keeps it.",
        "Такой адрес почты есть у другого сотрудника. Исправьте один из них; до этого адрес остаётся только у прежнего владельца.";
    /// Not a mail address.
    BadMail:
        "This is not a mail address. Correct it.",
        "Это не адрес почты. Исправьте его.";
    /// A rank that the ladder does not have, or none.
    UnknownRank:
        "The ladder in the configuration has no such rank. Correct the entry or add the rank.",
        "В лестнице рангов нет такого ранга. Исправьте запись или добавьте ранг в настройки.";
    /// A person who is in no unit.
    OutsideAnyUnit:
        "The entry above this one is not a unit. Move the person into a unit.",
        "Запись уровнем выше не является подразделением. Переместите сотрудника в подразделение.";
    /// Employment that the configuration does not know.
    UnknownEmployment:
        "The configuration does not know this kind of employment. New people count as external until it does.",
        "В настройках нет такого вида занятости. До исправления новые сотрудники считаются внешними.";
    /// Account control that is not a number.
    BadAccountControl:
        "The account control is not a number, so nobody can tell whether the account is disabled. Correct it.",
        "Признак учётной записи не является числом, и неясно, отключена ли она. Исправьте его.";
    /// A duty that Chancery does not have.
    UnknownRole:
        "The configuration does not know this duty. It is not given.",
        "В настройках нет такой обязанности. Она не назначена.";
    /// A segment that cannot be read.
    BadSegment:
        "A segment cannot be read, and without it a wall would fall. Correct it.",
        "Сегмент не читается, а без него исчезла бы информационная стена. Исправьте его.";
    /// A clearance that the configuration does not know.
    UnknownClearance:
        "The configuration does not know this clearance. The person counts as not cleared.",
        "В настройках нет такого допуска. Сотрудник считается не имеющим допуска.";
    /// A category that the configuration does not know.
    UnknownCategory:
        "The configuration does not know this category of clearance. It is not given.",
        "В настройках нет такой категории допуска. Она не предоставлена.";
    /// A photo that is none.
    BadPhoto:
        "The photo is not a JPEG or PNG image of at most 1 MiB. Replace it.",
        "Фотография не является изображением JPEG или PNG размером до 1 МиБ. Замените её.";
    /// A superior who is not in the directory.
    DanglingSuperior:
        "The superior is not a person of this directory. Correct the link; the last known superior stays if still here.",
        "Указанного руководителя нет среди сотрудников этого справочника. Исправьте ссылку; прежний руководитель сохраняется, если он ещё здесь.";
    /// A chain of command that leads back to the person.
    CycleInChain:
        "The chain of command leads back to this person. Correct the superior of one of them.",
        "Цепочка подчинения возвращается к этому сотруднику. Исправьте руководителя у одного из её участников.";
    /// A head who is not in the directory.
    DanglingHead:
        "The head of the unit is not a person of this directory. Correct the link.",
        "Указанного руководителя подразделения нет среди сотрудников справочника. Исправьте ссылку.";
    /// Acting for somebody who is not in the directory.
    DanglingActingFor:
        "Nobody in this directory is the one acted for. Correct the link.",
        "Замещаемого сотрудника нет в справочнике. Исправьте ссылку.";
    /// A time that cannot be read.
    BadActingUntil:
        "The end of the acting appointment cannot be read, so it is not given. Write it as 20260301000000Z.",
        "Срок замещения не читается, поэтому замещение не предоставлено. Запишите его в виде 20260301000000Z.";
    /// An assistant who is not in the directory.
    DanglingAssistant:
        "The assistant is not a person of this directory. Correct the link.",
        "Указанного помощника нет среди сотрудников справочника. Исправьте ссылку.";
    /// A liaison to something that is no other agency.
    DanglingLiaison:
        "The liaison points to nothing that is another known agency. Correct the link, or add that agency's source.",
        "Ссылка для связи не ведёт к другому известному ведомству. Исправьте её или добавьте источник этого ведомства.";
    /// A unit of an unknown kind.
    UnknownUnitKind:
        "The configuration does not know this kind of unit, or it may not stand here. Correct the entry.",
        "В настройках нет такого вида подразделения, либо ему здесь не место. Исправьте запись.";
    /// A unit that is in no unit.
    UnitOutsideTree:
        "The entry above this unit is not a unit. Move it, or correct the one above.",
        "Запись над этим подразделением не является подразделением. Переместите его или исправьте вышестоящую запись.";
    /// Guard: nothing was read.
    GuardEmptyRead:
        "The directory showed no people or no agency. Nothing was changed; look at the server and at the rights of the sync account.",
        "Справочник не показал ни одного сотрудника или само ведомство. Ничего не изменено; проверьте сервер и права учётной записи синхронизации.";
    /// Guard: an entry that must be there is not.
    GuardAnchorMissing:
        "An entry that must always be there was not shown. Nothing was changed; look at the rights of the sync account.",
        "Не показана запись, которая должна быть всегда. Ничего не изменено; проверьте права учётной записи синхронизации.";
    /// Guard: far fewer entries than last time.
    GuardFewerEntries:
        "The directory showed far fewer entries than at the last good read. Nothing was changed.",
        "Справочник показал гораздо меньше записей, чем при последнем успешном чтении. Ничего не изменено.";
    /// Guard: too many people gone.
    GuardManyGone:
        "Too many people would be gone at once. Nothing was changed; if this is meant, approve exactly this plan: on the page “Directory”, or by `chancery-ldap-sync approve`.",
        "Исчезло бы слишком много сотрудников сразу. Ничего не изменено; если так и задумано, утвердите именно этот план: на странице «Справочник» или командой `chancery-ldap-sync approve`.";
    /// Guard: too many people disabled.
    GuardManyDisabled:
        "Too many people would be disabled at once. Nothing was changed; if this is meant, approve exactly this plan: on the page “Directory”, or by `chancery-ldap-sync approve`.",
        "Было бы отключено слишком много сотрудников сразу. Ничего не изменено; если так и задумано, утвердите именно этот план: на странице «Справочник» или командой `chancery-ldap-sync approve`.";
    /// Guard: too many people enabled.
    GuardManyEnabled:
        "Too many disabled people would be enabled at once. Nothing was changed; if this is meant, approve exactly this plan: on the page “Directory”, or by `chancery-ldap-sync approve`.",
        "Было бы включено слишком много отключённых сотрудников сразу. Ничего не изменено; если так и задумано, утвердите именно этот план: на странице «Справочник» или командой `chancery-ldap-sync approve`.";
    /// Guard: too many of one unit lost.
    GuardUnitLost:
        "Too many people of one unit would be gone or disabled at once. Nothing was changed; look whether the unit is hidden from the sync account.",
        "Сразу исчезло бы или было бы отключено слишком много сотрудников одного подразделения. Ничего не изменено; проверьте, не скрыто ли оно от учётной записи синхронизации.";
    /// Guard: too many clearances raised.
    GuardClearancesRaised:
        "Too many clearances would rise at once. Nothing was changed; if this is meant, approve exactly this plan: on the page “Directory”, or by `chancery-ldap-sync approve`.",
        "Сразу повысилось бы слишком много допусков. Ничего не изменено; если так и задумано, утвердите именно этот план: на странице «Справочник» или командой `chancery-ldap-sync approve`.";
    /// Guard: too many clearances lost.
    GuardClearancesLost:
        "Too many people would lose their clearance at once. Nothing was changed; look at the rights of the sync account.",
        "Сразу лишилось бы допуска слишком много сотрудников. Ничего не изменено; проверьте права учётной записи синхронизации.";
    /// Guard: too many superiors lost.
    GuardSuperiorsLost:
        "Too many people would lose their superior at once. Nothing was changed; look at the rights of the sync account.",
        "Сразу лишилось бы руководителя слишком много сотрудников. Ничего не изменено; проверьте права учётной записи синхронизации.";
    /// A group of the configuration that the directory does not show.
    GroupMissing:
        "The directory has no such group, or the sync account may not see it; nobody is in it. Correct `sources.groups`, or the rights.",
        "В справочнике нет такой группы, или учётная запись синхронизации её не видит; в ней никого нет. Исправьте `sources.groups` или права.";
    /// Guard: too many duties gained.
    GuardRolesGained:
        "Too many people would gain a duty in Chancery at once. Nothing was changed; if it is meant, approve the plan.",
        "Слишком многие сразу получили бы обязанности в Chancery. Ничего не изменено; если так и задумано, утвердите план.";
    /// Guard: too many units without a head.
    GuardHeadsLost:
        "Too many units would lose their head at once. Nothing was changed; look at the rights of the sync account.",
        "Слишком многие подразделения сразу лишились бы руководителя. Ничего не изменено; проверьте права учётной записи синхронизации.";
    /// Guard: too many segments lost.
    GuardSegmentsLost:
        "Too many people would lose a segment, and with it a wall, at once. Nothing was changed; look at the rights of the sync account.",
        "Сразу лишилось бы сегмента, а с ним и информационной стены, слишком много сотрудников. Ничего не изменено; проверьте права учётной записи синхронизации.";
    /// Guard: too many bad entries.
    GuardManyQuarantined:
        "Too many entries could not be used. Nothing was changed; look at the attribute names in the configuration.",
        "Слишком много записей не удалось использовать. Ничего не изменено; проверьте имена атрибутов в настройках.";
    /// Guard: too much was taken away bit by bit.
    GuardWindow:
        "Too much was taken away one by one within a short time. The last changes were not made; look whether somebody deletes the directory bit by bit, and approve the plan if it is meant.",
        "За короткое время по одному отнято слишком много. Последние изменения не сделаны; проверьте, не удаляется ли справочник по частям, и одобрите план, если так и задумано.";
    /// Guard: the source is held.
    SourceHeld:
        "An operator holds this source. Nothing was changed; release it.",
        "Источник приостановлен оператором. Ничего не изменено; снимите приостановку.";
}

impl Code {
    /// While one of these stands about an entry, nothing of it is taken over.
    pub const HOLDING_THE_ENTRY: [Self; 11] = [
        Self::MissingId,
        Self::DuplicateId,
        Self::BadName,
        Self::MissingLogin,
        Self::DuplicateLogin,
        Self::MissingDisplayName,
        Self::UnknownRank,
        Self::BadSegment,
        Self::OutsideAnyUnit,
        Self::UnknownUnitKind,
        Self::UnitOutsideTree,
    ];

    /// Whether nothing of the entry is taken over while the finding stands.
    fn holds_the_entry(self) -> bool {
        Self::HOLDING_THE_ENTRY.contains(&self)
    }

    /// The code as JSON and the reports spell it.
    pub fn as_text(self) -> String {
        let mut text = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_uppercase() && !text.is_empty() {
                text.push('_');
            }
            text.extend(letter.to_lowercase());
        }
        text
    }
}
