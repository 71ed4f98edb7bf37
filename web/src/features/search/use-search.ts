/** What is searched for: the address says it, and what is typed goes there as soon as it stands still. */
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { navigate, useSearch as useQuestion } from "../../navigation";
import { useDebounced } from "../../ui/use-debounced";
import { addressOf, readAddress } from "./address";
import { type Search, settle, wordsOf } from "./operators";

/** Every question counts on the server: nobody is asked letter by letter. */
const PAUSE_MS = 350;

export function useSearch() {
  const question = useQuestion();
  const search = useMemo(() => readAddress(question), [question]);
  const [typed, setTyped] = useState(search.words);
  /** The words that this page itself has put into the address. Others come by Back, or by a link. */
  const written = useRef(search.words);
  const settled = useDebounced(wordsOf(typed), PAUSE_MS);

  useEffect(() => {
    if (search.words === written.current) return;
    written.current = search.words;
    setTyped(search.words);
  }, [search.words]);

  const write = useEffectEvent((words: string) => {
    if (words === search.words) return;
    written.current = words;
    // Words are typed in many steps, and Back shall not go through them all.
    navigate(addressOf({ ...search, words }), { replace: true });
  });
  useEffect(() => write(settled), [settled]);

  const change = (found: Partial<Search>, text = typed) => {
    const words = wordsOf(text);
    written.current = words;
    setTyped(text);
    navigate(addressOf({ ...search, ...found, words }));
  };

  const type = (text: string) => {
    const { text: left, found } = settle(text);
    if (Object.keys(found).length > 0) change(found, left);
    else setTyped(left);
  };

  /** Does not wait any longer. */
  const hurry = () => {
    const { text, found } = settle(`${typed} `);
    if (Object.keys(found).length > 0) change(found, text);
    else write(wordsOf(typed));
  };

  return { search, typed, type, change, hurry };
}

export type Searching = ReturnType<typeof useSearch>;
