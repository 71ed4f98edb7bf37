/** What is different today: a word, and never a colour alone. */
export function Since({ text }: { text: string }) {
  return <span className="since">{text}</span>;
}
