/** A person's photo, or the initials on a quiet colour of the person's own. */
import { skipToken, useQuery } from "@tanstack/react-query";
import { getBlob } from "../api/client";
import { keys } from "../api/keys";
import type { PersonRef } from "../api/types";

const TINTS = 8;

/** The first letters of the first two words: "Анна Каренина" -> "АК". */
export function initialsOf(name: string): string {
  const words = name.split(/[\s-]+/).filter((word) => /\p{L}/u.test(word));
  return words
    .slice(0, 2)
    .map((word) => word[0]?.toLocaleUpperCase() ?? "")
    .join("");
}

export function tintOf(id: string): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + character.charCodeAt(0)) % 9973;
  return sum % TINTS;
}

function usePhoto(url: string | null): string | null {
  const photo = useQuery({
    queryKey: keys.photo(url ?? ""),
    // The picture needs the access token, which an <img> cannot send.
    queryFn: url ? async () => URL.createObjectURL(await getBlob(url)) : skipToken,
    staleTime: Number.POSITIVE_INFINITY,
    // An address of a blob stays valid for as long as the page; giving it up would blank pictures in use.
    gcTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return photo.data ?? null;
}

interface AvatarProps {
  person: Pick<PersonRef, "id" | "display_name" | "photo_url">;
  size?: "small" | "medium" | "large";
}

export function Avatar({ person, size = "medium" }: AvatarProps) {
  const photo = usePhoto(person.photo_url);
  return (
    <span className={`avatar avatar-${size}`} data-tint={tintOf(person.id)} aria-hidden="true">
      {photo ? <img src={photo} alt="" draggable={false} /> : initialsOf(person.display_name)}
    </span>
  );
}
