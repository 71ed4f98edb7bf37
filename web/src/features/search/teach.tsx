/** Before anything is searched for: what one can write, to be tried with a click. */
import { useLanguage } from "../../i18n";
import { useSearchT } from "../../i18n/search";
import { isNarrowed } from "./address";
import { OPERATORS, type Operator, type Search } from "./operators";

const EXAMPLES = ["word", "phrase", "either", "without"] as const;
const SHOWN: readonly Operator[] = ["from", "in", "after", "before", "has"];

export function Teach({ search, onTry }: { search: Search; onTry: (text: string) => void }) {
  const say = useSearchT();
  const language = useLanguage();
  const isNarrow = isNarrowed(search);
  const examples = [
    ...EXAMPLES.map((name) => [say(`search.example.${name}`), say(`search.example.${name}Text`)] as const),
    ...SHOWN.map((name) => [OPERATORS[language][name], say(`search.operator.${name}Text`)] as const),
  ];
  return (
    <section className="search-teach" aria-labelledby="search-teach">
      <h2 id="search-teach">{say(isNarrow ? "search.needsWords" : "search.teach")}</h2>
      <p>{say(isNarrow ? "search.needsWordsText" : "search.teachText")}</p>
      <ul>
        {examples.map(([text, meaning]) => (
          <li key={text}>
            <button type="button" onClick={() => onTry(text)}>
              <code>{text}</code>
              <span>{meaning}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
