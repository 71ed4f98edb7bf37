/** Images that only those signed in may load: their octets are in the query cache, an address is made where one is shown. */
import { queryOptions } from "@tanstack/react-query";
import { useLayoutEffect, useState } from "react";
import { getBlob } from "../../api/client";
import { keys } from "../../api/keys";

/** How long an image is kept where nothing shows it: it is large. */
const KEPT_MS = 5 * 60_000;

export const thumbnailQuery = (id: string) =>
  queryOptions({
    queryKey: keys.thumbnail(id),
    queryFn: () => getBlob(`/files/${id}/thumbnail`),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: KEPT_MS,
  });

export const pictureQuery = (id: string) =>
  queryOptions({
    queryKey: keys.picture(id),
    queryFn: () => getBlob(`/files/${id}/content`),
    // That somebody opened a file is put on record: it is not asked for again by itself.
    staleTime: "static",
    gcTime: KEPT_MS,
  });

/** An address of the octets for as long as they are shown, there before the first paint. */
export function useAddress(blob: Blob | null | undefined): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useLayoutEffect(() => {
    if (!blob) return;
    const made = URL.createObjectURL(blob);
    setAddress(made);
    return () => {
      setAddress(null);
      URL.revokeObjectURL(made);
    };
  }, [blob]);
  return address;
}
