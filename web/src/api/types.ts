/**
 * The JSON shapes by the names the client uses: all of them taken from the generated description, none written here.
 *
 * The server writes every field, also an empty one as `null`; the description calls those optional. `Given` says so.
 */
import type { components } from "./schema.gen";

export type Schemas = components["schemas"];

export type Given<T> = T extends readonly (infer Item)[]
  ? Given<Item>[]
  : T extends object
    ? { [Key in keyof T]-?: Given<Exclude<T[Key], undefined>> }
    : T;

export type Id = string;

export type Label = Given<Schemas["Label"]>;
export type Labels = Given<Schemas["Labels"]>;
/** A label with the marking that people see, as the server makes it. */
export type ShownLabel = Given<Schemas["ShownLabel"]>;
export type LabelMarking = Given<Schemas["LabelMarking"]>;
export type LabelCategory = Given<Schemas["Category"]>;
export type LabelCatalogue = Given<Schemas["LabelCatalogue"]>;
export type OfferedLevel = Given<Schemas["OfferedLevel"]>;
export type RaisePreview = Given<Schemas["RaisePreview"]>;
export type LabelRequest = Given<Schemas["LabelRequest"]>;
export type Notice = Given<Schemas["Notice"]>;

export type UnitRef = Given<Schemas["UnitRef"]>;
export type Unit = Given<Schemas["Unit"]>;

export type PersonRef = Given<Schemas["PersonRef"]>;
export type Person = Given<Schemas["Person"]>;
export type PersonCard = Given<Schemas["PersonCard"]>;
export type Post = Given<Schemas["Post"]>;
export type Me = Given<Schemas["Me"]>;
export type MeAnswer = Given<Schemas["MeAnswer"]>;
export type Hat = Given<Schemas["Hat"]>;
export type HatKind = Schemas["MessageHat"];
export type Colleagues = Given<Schemas["ColleaguesAnswer"]>;

export type Decision = Given<Schemas["Decision"]>;

export type ChannelKind = Schemas["ChannelKind"];
/** A conversation as events carry it: without what depends on the moment it is asked. */
export type ConversationEventView = Omit<
  Given<Exclude<Schemas["Conversation"], null>>,
  keyof Schemas["Rights"]
>;
export type Conversation = ConversationEventView & Given<Schemas["Rights"]>;
export type Member = Given<Schemas["Member"]>;
/** A file that a message brings. */
export type Attachment = Given<Schemas["Attachment"]>;
export type FileLimits = Given<Schemas["FileLimits"]>;
export type Message = Given<Schemas["Message"]>;
/** What a message said before it was changed or taken back. */
export type MessageVersion = Given<Schemas["MessageVersion"]>;
/** For how long one may change what one said. */
export type MessageLimits = Given<Schemas["MessageLimits"]>;
/** A page of messages. Its numbers are what it went through, also where messages are left out. */
export type MessagePage = Given<Schemas["MessagesAnswer"]>;

export type SignedInSession = Given<Schemas["SignedIn"]>;
export type DeviceSession = Given<Schemas["Session"]>;
export type ErrorDetail = Omit<Schemas["ErrorView"], "decision"> & { decision?: Decision | null };
