/** The JSON shapes that the server answers with, by the names the client uses. */

export type Id = string;
/** RFC 3339, UTC. */
export type Timestamp = string;

export interface Label {
  level: string;
  categories: string[];
}

export interface LabelLevel {
  code: string;
  number: number;
  name_ru: string;
  name_en: string;
  colour: string;
}

export interface LabelCategory {
  code: string;
  name_ru: string;
  name_en: string;
}

export interface Labels {
  levels: LabelLevel[];
  categories: LabelCategory[];
}

export type UnitKind = "agency" | "department" | "division" | "section";

export interface UnitRef {
  id: Id;
  name: string;
  kind: UnitKind;
}

export interface Unit extends UnitRef {
  parent_id: Id | null;
  agency_id: Id;
  head: PersonRef | null;
  people_count: number;
  children_count: number;
  channel_id: Id | null;
  path: UnitRef[];
}

export interface Rank {
  code: string;
  name_ru: string;
  name_en: string;
  band: "support" | "officer" | "manager" | "director" | "executive";
}

export interface PersonRef {
  id: Id;
  display_name: string;
  title: string;
  photo_url: string | null;
  status: "active" | "disabled" | "gone";
}

export interface Person extends PersonRef {
  given_name: string;
  family_name: string;
  rank: Rank;
  employment: "staff" | "contractor" | "external";
  unit: UnitRef;
  agency: UnitRef;
  can: string[];
}

export interface Post {
  id: Id;
  kind: "primary" | "further" | "acting" | "secondment";
  title: string;
  unit: UnitRef;
  rank: Rank;
  from: Timestamp | null;
  until: Timestamp | null;
}

export type HatKind = "own" | "acting" | "assistant" | "duty";

export interface Hat {
  hat: HatKind;
  principal: PersonRef | null;
  until: Timestamp | null;
}

export interface Me extends Person {
  login: string;
  mail: string | null;
  posts: Post[];
  hats: Hat[];
  clearance: Label | null;
  roles: string[];
}

export interface PersonCard extends Person {
  mail: string | null;
  phone: string | null;
  superior: PersonRef | null;
  unit_path: UnitRef[];
  posts: Post[];
  conversation_id: Id | null;
  decision: Decision | null;
}

export interface Colleagues {
  superiors: Person[];
  peers: Person[];
  reports: Person[];
  unit: Unit;
}

export type AlternativeRelation =
  | "superior"
  | "assistant_of_target"
  | "deputy_of_target"
  | "head_of_target_unit"
  | "colleague_of_target"
  | "liaison";

export interface Alternative {
  person: Person;
  relation: AlternativeRelation;
  message_ru: string;
  message_en: string;
}

export interface Decision {
  allow: boolean;
  rule: string;
  policy_version: number;
  message: string;
  message_ru: string;
  message_en: string;
  disclosure: "full" | "generic" | "none";
  alternatives: Alternative[];
  near: string[];
}

export type ConversationKind = "direct" | "group" | "channel";
export type ChannelKind = "unit" | "project" | "announcement" | "shared" | "crisis";

export interface Conversation {
  id: Id;
  kind: ConversationKind;
  channel_kind: ChannelKind | null;
  name: string | null;
  unit_id: Id | null;
  agency_id: Id;
  label: Label;
  partner: Person | null;
  /** The other one by name, also when they have left. */
  partner_name: PersonRef | null;
  members_count: number;
  last_seq: number;
  read_seq: number;
  unread_count: number;
  last_message: Message | null;
  created_at: Timestamp;
  archived_at: Timestamp | null;
  can: string[];
  labels: Label[];
  denial: Decision | null;
}

/** A conversation as events carry it: without what depends on the moment it is asked. */
export type ConversationEventView = Omit<Conversation, "can" | "labels" | "denial">;

export interface Member {
  person: Person;
  role: "member" | "moderator" | "owner";
  origin: "chosen" | "tree";
  joined_at: Timestamp;
}

export interface Message {
  id: Id;
  seq: number;
  conversation_id: Id;
  author: PersonRef;
  hat: HatKind;
  principal: PersonRef | null;
  body: string;
  label: Label;
  reply_to: Id | null;
  client_id: Id;
  rule: string;
  policy_version: number;
  created_at: Timestamp;
}

export interface SignedInSession {
  access_token: string;
  expires_at: Timestamp;
  person: Person;
}

export interface DeviceSession {
  id: Id;
  created_at: Timestamp;
  last_used_at: Timestamp;
  address: string | null;
  user_agent: string | null;
  current: boolean;
}

export interface ErrorDetail {
  code: string;
  message: string;
  request_id: string;
  field?: string;
  decision?: Decision;
  retry_after_seconds?: number;
}
