/** People and messages for unit tests. */
import type { Attachment, Conversation, Decision, Labels, Message, Person, ShownLabel } from "./api/types";

const level = (number: number, code: string, ru: string, background: string) => ({
  number,
  code,
  name_ru: ru,
  name_en: code,
  marking: { ru: ru.toUpperCase(), en: code.toUpperCase(), foreground: "#ffffff", background },
});

export const LABELS: Labels = {
  policy_id: "urn:chancery:labels:1",
  levels: [
    level(0, "open", "Без пометки", "#5f6b7a"),
    level(1, "official", "Для служебного пользования", "#2f6f4f"),
    level(3, "secret", "Секретно", "#a8231f"),
  ],
  categories: [
    { code: "budget", name_ru: "Бюджет", name_en: "Budget", marking_ru: "БЮДЖЕТ", marking_en: "BUDGET" },
    {
      code: "foreign",
      name_ru: "Внешние связи",
      name_en: "Foreign relations",
      marking_ru: "ВНЕШНИЕ СВЯЗИ",
      marking_en: "FOREIGN RELATIONS",
    },
  ],
};

export const OPEN: ShownLabel = {
  level: "open",
  categories: [],
  marking: { ru: "БЕЗ ПОМЕТКИ", en: "UNLABELLED", foreground: "#ffffff", background: "#5f6b7a" },
};

export function person(id: string, name = id): Person {
  const unit = { id: "unit", name: "Отдел", kind: "section" as const };
  return {
    id,
    display_name: name,
    given_name: name,
    family_name: name,
    title: "Специалист",
    photo_url: null,
    status: "active",
    rank: { code: "specialist", name_ru: "Специалист", name_en: "Specialist", band: "officer" },
    employment: "staff",
    unit,
    agency: { ...unit, id: "agency", kind: "agency" },
    can: ["dm.start"],
  };
}

export function message(seq: number, change: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    seq,
    conversation_id: "c1",
    author: person("anna", "Анна"),
    hat: "own",
    principal: null,
    body: `text ${seq}`,
    label: OPEN,
    reply_to: null,
    client_id: `client-${seq}`,
    rule: "A01",
    policy_version: 1,
    created_at: new Date(Date.UTC(2026, 2, 3, 9, seq)).toISOString(),
    downgraded_from: null,
    notice: null,
    erased_at: null,
    files: [],
    version: 1,
    edited_at: null,
    deleted_at: null,
    deleted_by: null,
    ...change,
  };
}

export function attachment(id: string, change: Partial<Attachment> = {}): Attachment {
  return {
    id,
    name: `${id}.txt`,
    media_type: "text/plain",
    size: 2048,
    sha256: "00",
    width: null,
    height: null,
    ...change,
  };
}

export function conversation(change: Partial<Conversation> = {}): Conversation {
  return {
    id: "c1",
    kind: "direct",
    channel_kind: null,
    name: null,
    unit_id: null,
    agency_id: "agency",
    label: OPEN,
    partner: person("anna", "Анна"),
    partner_name: person("anna", "Анна"),
    members_count: 2,
    last_seq: 0,
    read_seq: 0,
    unread_count: 0,
    last_message: null,
    created_at: "2026-03-01T09:00:00Z",
    archived_at: null,
    can: ["post"],
    denial: null,
    ...change,
  };
}

export const denial: Decision = {
  allow: false,
  rule: "D05",
  policy_version: 3,
  message: "Нельзя.",
  message_ru: "К министру обращаются через руководителя.",
  message_en: "Approach the minister through your superior.",
  disclosure: "full",
  near: [],
  exception: null,
  alternatives: [
    {
      person: person("head", "Марина Орлова"),
      relation: "superior",
      message_ru: "Руководитель.",
      message_en: "Superior.",
    },
  ],
};
