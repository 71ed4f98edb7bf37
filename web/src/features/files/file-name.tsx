/** The name of a file, cut in its middle where there is no room for the whole of it. */
import { halvesOf } from "./kinds";

export function FileName({ name }: { name: string }) {
  const [head, tail] = halvesOf(name);
  return (
    <span className="file-name" title={name}>
      <span className="file-name-head">{head}</span>
      {tail && <span>{tail}</span>}
    </span>
  );
}
