/** What was added to a text and removed from it, word by word. Pure. */
export interface Piece {
  kind: "same" | "added" | "removed";
  text: string;
}

/** Where a comparison would take longer than anybody waits, the middle is shown as replaced. */
const MOST_COMPARED = 4_000_000;

const wordsOf = (text: string): string[] => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];

export function differenceOf(before: string, after: string): Piece[] {
  const [a, b] = [wordsOf(before), wordsOf(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const pieces: Piece[] = [];
  const put = (kind: Piece["kind"], words: readonly string[]) => {
    const text = words.join("");
    if (!text) return;
    const last = pieces.at(-1);
    if (last?.kind === kind) last.text += text;
    else pieces.push({ kind, text });
  };
  put("same", a.slice(0, start));
  for (const [kind, word] of middle(a.slice(start, a.length - end), b.slice(start, b.length - end)))
    put(kind, [word]);
  put("same", a.slice(a.length - end));
  return pieces;
}

type Said = [Piece["kind"], string];

/** By the longest run of words that both have in this order. */
function middle(a: readonly string[], b: readonly string[]): Said[] {
  const removed = a.map((word): Said => ["removed", word]);
  const added = b.map((word): Said => ["added", word]);
  if (a.length === 0 || b.length === 0 || a.length * b.length > MOST_COMPARED) return [...removed, ...added];
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const said: Said[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      said.push(["same", a[i] as string]);
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) {
      said.push(["removed", a[i] as string]);
      i += 1;
    } else {
      said.push(["added", b[j] as string]);
      j += 1;
    }
  }
  return tidied(said);
}

/** Blanks that only happen to stand between changed words change with them: what is replaced is read in one piece. */
function tidied(said: readonly Said[]): Said[] {
  const tidy: Said[] = [];
  let [removed, added]: [Said[], Said[]] = [[], []];
  const settle = () => {
    tidy.push(...removed, ...added);
    [removed, added] = [[], []];
  };
  said.forEach(([kind, word], index) => {
    const isBlank = kind === "same" && word.trim() === "";
    const isBetween = removed.length + added.length > 0 && (said[index + 1]?.[0] ?? "same") !== "same";
    if (kind === "removed" || (isBlank && isBetween)) removed.push(["removed", word]);
    if (kind === "added" || (isBlank && isBetween)) added.push(["added", word]);
    if (kind === "same" && !(isBlank && isBetween)) {
      settle();
      tidy.push([kind, word]);
    }
  });
  settle();
  return tidy;
}
