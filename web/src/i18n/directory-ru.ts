/** Страницы о справочниках, по-русски. */
import type { directoryEn } from "./directory-en";

export const directoryRu: Record<keyof typeof directoryEn, string> = {
  "directory.allKinds": "Все виды",
  "directory.approve": "Одобрить",
  "directory.approveText":
    "Справочник будет сразу прочитан ещё раз. Если он говорит в точности то же, изменения будут внесены; если что-то другое — вас будет ждать новый план.",
  "directory.approveTitle": "Одобрить эти изменения?",
  "directory.bar":
    "до {bound}: {count, plural, one {# изменение} few {# изменения} many {# изменений} other {# изменения}}",
  "directory.barLonger":
    "дольше: {count, plural, one {# изменение} few {# изменения} many {# изменений} other {# изменения}}",
  "directory.bars": "Сколько изменений и как скоро вступило в силу",
  "directory.cause.live": "по сообщению справочника",
  "directory.cause.operator": "по запросу человека",
  "directory.cause.schedule": "очередное чтение",
  "directory.cause.snapshot": "полное чтение",
  "directory.cause.undo": "отмена прежнего запуска",
  "directory.change.person_added": "новый сотрудник",
  "directory.change.person_changed": "изменён",
  "directory.change.person_disabled": "отключён",
  "directory.change.person_enabled": "включён",
  "directory.change.person_gone": "больше нет",
  "directory.change.person_moved": "переведён",
  "directory.change.unit_added": "новое подразделение",
  "directory.change.unit_changed": "подразделение изменено",
  "directory.change.unit_gone": "подразделения больше нет",
  "directory.changes": "Что меняется",
  "directory.changesKept": "Для чтения сохранены первые {count} изменений из {total}.",
  "directory.channelsArchived":
    "{count, plural, one {# канал уходит в архив} few {# канала уходят в архив} many {# каналов уходят в архив} other {# канала уходят в архив}}",
  "directory.channelsMade":
    "{count, plural, one {создаётся # канал} few {создаются # канала} many {создаются # каналов} other {создаются # канала}}",
  "directory.closedText":
    "Эти страницы — для кадров и администраторов. Обязанность назначается в справочнике сотрудников.",
  "directory.closedTitle": "Не для вашей обязанности",
  "directory.contactsAllowed":
    "{count, plural, one {# пара сможет писать друг другу} few {# пары смогут писать друг другу} many {# пар смогут писать друг другу} other {# пары смогут писать друг другу}}",
  "directory.contactsForbidden":
    "{count, plural, one {# пара больше не сможет писать друг другу} few {# пары больше не смогут писать друг другу} many {# пар больше не смогут писать друг другу} other {# пары больше не смогут писать друг другу}}",
  "directory.conversationsGained":
    "{count, plural, one {открывается # место в беседах} few {открываются # места в беседах} many {открываются # мест в беседах} other {открываются # места в беседах}}",
  "directory.conversationsLost":
    "{count, plural, one {теряется # место в беседах} few {теряются # места в беседах} many {теряются # мест в беседах} other {теряются # места в беседах}}",
  "directory.count.people_added":
    "{count, plural, one {# новый сотрудник} few {# новых сотрудника} many {# новых сотрудников} other {# новых сотрудника}}",
  "directory.count.people_changed":
    "{count, plural, one {изменён # сотрудник} few {изменены # сотрудника} many {изменены # сотрудников} other {изменены # сотрудника}}",
  "directory.count.people_disabled":
    "{count, plural, one {отключена # запись} few {отключены # записи} many {отключены # записей} other {отключены # записи}}",
  "directory.count.people_enabled":
    "{count, plural, one {включена # запись} few {включены # записи} many {включены # записей} other {включены # записи}}",
  "directory.count.people_gone":
    "{count, plural, one {больше нет # сотрудника} few {больше нет # сотрудников} many {больше нет # сотрудников} other {больше нет # сотрудника}}",
  "directory.count.people_moved":
    "{count, plural, one {переведён # сотрудник} few {переведены # сотрудника} many {переведены # сотрудников} other {переведены # сотрудника}}",
  "directory.count.quarantined":
    "{count, plural, one {# запись в карантине} few {# записи в карантине} many {# записей в карантине} other {# записи в карантине}}",
  "directory.count.units_added":
    "{count, plural, one {# новое подразделение} few {# новых подразделения} many {# новых подразделений} other {# новых подразделения}}",
  "directory.count.units_changed":
    "{count, plural, one {изменено # подразделение} few {изменены # подразделения} many {изменены # подразделений} other {изменены # подразделения}}",
  "directory.count.units_gone":
    "{count, plural, one {больше нет # подразделения} few {больше нет # подразделений} many {больше нет # подразделений} other {больше нет # подразделения}}",
  "directory.decidedBy": "Решение: {name},",
  "directory.decidePlan": "Посмотреть изменения и решить",
  "directory.disabled": "Отключённых записей",
  "directory.effect.allowed": "разрешено:",
  "directory.effect.archived": "в архив:",
  "directory.effect.forbidden": "запрещено:",
  "directory.effect.gained": "получает:",
  "directory.effect.last_good_kept": "В системе остаётся то, что было известно раньше",
  "directory.effect.left_out": "Не будет в системе, пока не исправлено",
  "directory.effect.lost": "теряет:",
  "directory.effect.made": "создаётся:",
  "directory.effect.not_used": "В системе есть, но без этого значения",
  "directory.empty": "пусто",
  "directory.entries": "Прочитано записей",
  "directory.examples": "{count, plural, one {# пример} few {# примера} many {# примеров} other {# примера}}",
  "directory.field": "Атрибут",
  "directory.file.encoding":
    "Файл не в UTF-8, имена были бы потеряны. Сохраните его в UTF-8 и выберите снова.",
  "directory.file.large": "Файл больше 5 МиБ. Разделите его или уберите фотографии.",
  "directory.file.none": "Это не LDIF: ни одна строка не начинается с dn:. Выгрузите записи в виде LDIF.",
  "directory.findings": "В карантине",
  "directory.hash": "набор изменений",
  "directory.health.applying": "Одобрено, вносится",
  "directory.health.failing": "Не работает",
  "directory.health.following": "Всё актуально",
  "directory.health.held": "Остановлено человеком",
  "directory.health.plan": "Ждёт вашего решения",
  "directory.health.reading": "Читается",
  "directory.health.silent": "Молчит",
  "directory.health.trouble": "Работает, есть замечание",
  "directory.health.unknown": "Ещё не читался",
  "directory.health.waiting": "Всё актуально",
  "directory.healthText.applying":
    "Изменения одобрены. Справочник читается ещё раз, и они будут внесены, если он говорит то же самое.",
  "directory.healthText.failing":
    "Справочник не читается. За это время никто не изменён: люди работают с тем, что было известно раньше. Попытки продолжаются сами.",
  "directory.healthText.following": "Изменения в справочнике приходят сами.",
  "directory.healthText.held":
    "Из этого справочника ничего не записывается, пока его не возобновят. Люди работают с тем, что было известно раньше.",
  "directory.healthText.plan":
    "Справочник показывает столь большое изменение, что оно остановлено. Ничего не будет внесено, пока кто-то не посмотрит и не решит.",
  "directory.healthText.reading": "Справочник читается сейчас. Это может занять несколько секунд.",
  "directory.healthText.silent":
    "Справочник не подаёт признаков жизни больше пяти минут. Изменения могут прийти с опозданием.",
  "directory.healthText.trouble": "Изменения приходят, но есть то, что должен исправить администратор.",
  "directory.healthText.unknown":
    "С этим справочником синхронизация ещё не работала. Если так и останется, проверьте, запущена ли chancery-ldap-sync.",
  "directory.healthText.waiting": "Справочник читается регулярно; между чтениями делать нечего.",
  "directory.heard": "Последний признак жизни:",
  "directory.heldBy": "Остановил(а) {name},",
  "directory.hold": "Остановить запись",
  "directory.holdText":
    "Из этого справочника ничего не будет записано, пока его не возобновят: ни новые люди, ни отключённые записи. Если кого-то надо отключить срочно, сделайте это до остановки.",
  "directory.holdTitle": "Остановить: {name}?",
  "directory.inForce": "Как скоро изменение вступает в силу",
  "directory.inForceDay":
    "Измерено за последние 24 часа: {count, plural, one {# изменение} few {# изменения} many {# изменений} other {# изменения}}, 95 из 100 — не дольше {p95} с, самое долгое — {max} с.",
  "directory.inForceNone": "Измерений ещё нет: число появится с первым изменением в справочнике.",
  "directory.inForceStored":
    "Половина изменений ({count, plural, one {всего #} few {всего #} many {всего #} other {всего #}}) записана не дольше чем за {median} с. Серверы ещё не сообщили, с какого момента решают по ним.",
  "directory.inForceText": "Изменение вступает в силу через {median} с (медиана), {most} с (99 из 100).",
  "directory.inForceWeek":
    "Измерено за последние 7 дней: {count, plural, one {# изменение} few {# изменения} many {# изменений} other {# изменения}}, 95 из 100 — не дольше {p95} с, самое долгое — {max} с.",
  "directory.inSince": "В системе из справочника «{name}» с",
  "directory.kind": "Вид",
  "directory.lastChange": "Последнее изменение:",
  "directory.lastRuns": "Последние запуски",
  "directory.ldif": "Файл LDIF с планируемым изменением",
  "directory.ldifHint":
    "Не больше 5 МиБ, в UTF-8. Без файла видно, что изменит справочник в его нынешнем виде.",
  "directory.mended": "Исправлено",
  "directory.morePeople": "Подходит больше людей. Введите имя полнее.",
  "directory.neverHeard": "Признаков жизни ещё не было.",
  "directory.noChanges": "Изменений для чтения не сохранено.",
  "directory.noConsequence": "Здесь ничего не меняется.",
  "directory.noFindings": "В системе все",
  "directory.noFindingsText":
    "Здесь появляется запись, которую нельзя использовать, и что в ней исправить. После исправления в справочнике она исчезнет сама.",
  "directory.noMatch": "Ничего не найдено.",
  "directory.noneMended": "Исправленных пока нет",
  "directory.noRuns": "Запусков ещё не было.",
  "directory.noRunsText": "Здесь будет каждое чтение справочника и то, что оно изменило.",
  "directory.noSources": "Ни один справочник не подключён",
  "directory.noSourcesText":
    "Администратор указывает справочники в настройках и запускает chancery-ldap-sync; тогда они появятся здесь.",
  "directory.notComputed": "Не вычислено.",
  "directory.nothingChanged": "ничего не изменилось",
  "directory.notIn": "Нет в системе или есть не полностью",
  "directory.notInBefore": "Исправлено",
  "directory.noUnit": "Без подразделения",
  "directory.ofFile": "Справочник с изменениями из файла. Ничего не записано.",
  "directory.ofNow": "Справочник в его нынешнем виде. Ничего не записано.",
  "directory.onChannels": "Каналы подразделений",
  "directory.onContacts": "Кто кому может писать",
  "directory.onConversations": "Беседы",
  "directory.onPeople": "Люди",
  "directory.open": "Исправить",
  "directory.people": "Людей могут войти",
  "directory.people.added":
    "{count, plural, one {добавляется # человек} few {добавляются # человека} many {добавляются # человек} other {добавляются # человека}}",
  "directory.people.clearances_lowered":
    "{count, plural, one {понижается # допуск} few {понижаются # допуска} many {понижаются # допусков} other {понижаются # допуска}}",
  "directory.people.clearances_raised":
    "{count, plural, one {повышается # допуск} few {повышаются # допуска} many {повышаются # допусков} other {повышаются # допуска}}",
  "directory.people.disabled":
    "{count, plural, one {отключается # запись} few {отключаются # записи} many {отключаются # записей} other {отключаются # записи}}",
  "directory.people.gone":
    "{count, plural, one {выбывает # человек} few {выбывают # человека} many {выбывают # человек} other {выбывают # человека}}",
  "directory.people.moved":
    "{count, plural, one {переводится # человек} few {переводятся # человека} many {переводятся # человек} other {переводятся # человека}}",
  "directory.person.active": "В системе",
  "directory.person.disabled": "Запись отключена в справочнике",
  "directory.person.gone": "Больше нет в справочнике",
  "directory.plan.applied": "Внесено",
  "directory.plan.approved": "Одобрено",
  "directory.plan.rejected": "Отклонено",
  "directory.plan.superseded": "Устарело",
  "directory.plan.waiting": "Ждёт решения",
  "directory.planOf":
    "{name}: {count, plural, one {# изменение} few {# изменения} many {# изменений} other {# изменения}}",
  "directory.planText.applied": "Эти изменения внесены.",
  "directory.planText.approved":
    "Эти изменения будут внесены, как только справочник прочитан снова и говорит то же самое.",
  "directory.planText.rejected":
    "Эти изменения не будут внесены. Исправьте справочник, иначе он покажет их снова.",
  "directory.planText.superseded": "Справочник теперь говорит другое; решить об этом плане уже нельзя.",
  "directory.planText.waiting":
    "Ничего из этого не внесено, пока кто-то не решит. Если так и задумано — одобрите; если это ошибка — отклоните и исправьте справочник.",
  "directory.previewFile": "Показать, что изменит файл",
  "directory.previewNow": "Показать, что изменится сейчас",
  "directory.previewOf": "Что изменилось бы: {name}",
  "directory.previewRuns": "Справочник читается и сравнивается. Если людей много, это занимает минуту.",
  "directory.previewText":
    "Посмотрите, что значит реорганизация, до того как её проведут: кто приходит, уходит и переходит, кто теряет беседы, кто больше не может писать кому. Ничего не записывается.",
  "directory.previewWaits": "Ждём, когда синхронизация начнёт.",
  "directory.quarantineText":
    "Почему человека нет в системе? Найдите его или просмотрите записи, которые нельзя использовать. У каждой сказано, что исправить в справочнике.",
  "directory.read": "Прочитать сейчас",
  "directory.readAsked": "Чтение запрошено",
  "directory.readWaits": "Справочник будет прочитан, как только это возможно.",
  "directory.reason": "Основание",
  "directory.reasonHint": "Например, номер приказа. Хранится в журнале вместе с вашим именем.",
  "directory.reject": "Отклонить",
  "directory.rejectText":
    "В системе всё останется как есть. Исправьте справочник, иначе он снова покажет те же изменения.",
  "directory.rejectTitle": "Отклонить эти изменения?",
  "directory.release": "Возобновить",
  "directory.releaseText": "Справочник будет сразу прочитан, и его изменения снова вносятся как обычно.",
  "directory.releaseTitle": "Возобновить: {name}?",
  "directory.run.applied": "Записано",
  "directory.run.failed": "Не удалось",
  "directory.run.refused": "Остановлено",
  "directory.run.running": "Идёт",
  "directory.run.unchanged": "Нового нет",
  "directory.run.undone": "Отменено",
  "directory.runFindings": "Что нельзя было использовать",
  "directory.runOf": "Запуск: {name},",
  "directory.runsText": "Из идущих подряд чтений, не нашедших нового, хранится только последнее.",
  "directory.runText.applied": "Изменения записаны.",
  "directory.runText.failed": "Справочник не удалось прочитать, поэтому ничего не изменено.",
  "directory.runText.refused": "Изменение было так велико, что остановлено. Ничего не изменено.",
  "directory.runText.running": "Этот запуск ещё идёт.",
  "directory.runText.unchanged": "Справочник прочитан; он сказал то, что уже было известно.",
  "directory.sampled": "Оценка по выборке: пар слишком много, чтобы проверить все.",
  "directory.searchChanges": "Имя, подразделение или запись",
  "directory.searchForMore":
    "{count, plural, one {Ещё #} few {Ещё #} many {Ещё #} other {Ещё #}}: воспользуйтесь поиском.",
  "directory.searchPerson": "Имя, логин, запись (DN) или идентификатор",
  "directory.seconds": "{count} с",
  "directory.seePlan": "Посмотреть изменения",
  "directory.sending": "Файл отправляется…",
  "directory.show": "Показать",
  "directory.since": "с",
  "directory.somebody": "оператор",
  "directory.source": "Справочник",
  "directory.subtitle": "Откуда берутся люди и подразделения",
  "directory.tab.preview": "Предпросмотр",
  "directory.tab.quarantine": "Карантин",
  "directory.tab.runs": "Запуски",
  "directory.tab.state": "Состояние",
  "directory.tabs": "Страницы о справочнике",
  "directory.toCorrect": "Что исправить",
  "directory.undo": "Отменить запуск",
  "directory.undoneBy": "Запуск, который отменил этот",
  "directory.undoText":
    "Люди и подразделения вернутся к тому, что было до этого запуска, а запись из справочника остановится, пока вы её не возобновите. За это время исправьте справочник, иначе те же изменения придут снова.",
  "directory.undoTitle": "Отменить этот запуск?",
  "directory.unknown": "Такого человека никто не знает",
  "directory.unknownText":
    "Справочник не показывал такой записи. Проверьте, что она лежит под базой и подходит под фильтр из настроек, что учётная запись синхронизации может её читать и что последнее чтение прошло успешно.",
  "directory.until": "по",
  "directory.versions":
    "{count, plural, one {# состояние} few {# состояния, новые сначала} many {# состояний, новые сначала} other {# состояния, новые сначала}}",
  "directory.whyStopped": "Почему остановлено",
  "directory.wouldStop": "Это было бы остановлено, пока кто-то не одобрит",
  "nav.directory": "Справочник",
};
