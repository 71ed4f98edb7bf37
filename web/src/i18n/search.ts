/** The strings of the search of messages: they come with its page, and the first page does without them. */
import { apart, type Say } from "./apart";
import { searchEn } from "./search-en";
import { searchRu } from "./search-ru";

export type SearchId = keyof typeof searchEn;
export type SearchTranslate = Say<SearchId>;

export const { useSay: useSearchT } = apart<SearchId>(searchEn, searchRu);
