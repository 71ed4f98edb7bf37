/** Plain text as it was written, with web addresses made links. Nothing in it is ever read as HTML. */
import { Fragment, type ReactNode } from "react";

const ADDRESS = /https?:\/\/[^\s<>"«»]+/g;
const TRAILING = /[.,;:!?'…]+$/;

/** Where an address ends: punctuation after it is the sentence's, and so is a bracket that it does not open. */
export function trimAddress(raw: string): string {
  let address = raw.replace(TRAILING, "");
  while (address.endsWith(")") && address.split("(").length < address.split(")").length) {
    address = address.slice(0, -1).replace(TRAILING, "");
  }
  return address;
}

export function linkify(text: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimAddress(match[0]);
    if (!URL.canParse(address)) continue;
    parts.push(<Fragment key={`t${from}`}>{text.slice(from, match.index)}</Fragment>);
    parts.push(
      <a key={`a${match.index}`} href={address} target="_blank" rel="noopener noreferrer">
        {address}
      </a>,
    );
    from = match.index + address.length;
  }
  parts.push(<Fragment key={`t${from}`}>{text.slice(from)}</Fragment>);
  return parts;
}
