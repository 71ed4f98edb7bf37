/** The frames of the socket, as the contract names them. */
import type { ConversationEventView, Id, Message } from "../api/types";

export type ServerEvent =
  | { event: "message.created"; conversation_id: Id; seq: number; data: Message }
  | { event: "message.edited" | "message.deleted"; conversation_id: Id; data: Message }
  | { event: "conversation.created"; conversation_id: Id; data: ConversationEventView }
  | { event: "conversation.updated"; conversation_id: Id; data: ConversationEventView }
  | { event: "conversation.removed"; conversation_id: Id; data: Record<string, never> }
  | { event: "conversation.read"; conversation_id: Id; data: { seq: number } }
  | { event: "typing"; conversation_id: Id; data: { person_id: Id } }
  | { event: "org.changed"; conversation_id?: null; data: { org_version: number } }
  | { event: "policy.changed"; conversation_id?: null; data: { policy_version: number } }
  | {
      event: "exception.changed";
      conversation_id?: null;
      data: { request_id: Id | null; exception_id: Id | null };
    };

export type ServerFrame =
  | { type: "welcome"; person_id: Id; org_version: number; policy_version: number }
  | ({ type: "event" } & ServerEvent)
  | { type: "resync"; conversation_id: Id }
  | { type: "pong" }
  | { type: "ack"; client_id: Id; message_id: Id; seq: number }
  | { type: "denied"; client_id: Id }
  | { type: "error"; client_id?: Id; error: { code: string; message: string } };

export interface Welcome {
  org_version: number;
  policy_version: number;
}
