/** The strings of parts that are loaded when they are wanted: they are not in what the first page waits for. */
import { currentLanguage } from "../features/settings/preferences";
import { apart, type Say } from "./apart";
import { laterEn } from "./later-en";
import { laterRu } from "./later-ru";

export type LaterId = keyof typeof laterEn;
export type LaterTranslate = Say<LaterId>;

export const { sayIn: laterIn, useSay: useLaterT } = apart<LaterId>(laterEn, laterRu);

/** Outside of components. */
export const laterT: LaterTranslate = (id, values) => laterIn(currentLanguage())(id, values);
