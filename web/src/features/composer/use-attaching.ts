/** Attaching files to what is written at one place: the limits that hold there, and what takes them. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { fileLimitsQuery } from "../../api/queries";
import type { FileLimits, Hat, Id } from "../../api/types";
import { setRefused } from "./attached";
import { hatKey, useHat } from "./hats";

// Not needed for the first paint: it comes right after.
const uploads = () => import("./uploads");

export interface Attaching {
  limits: FileLimits;
  /** Folders are only told of: they cannot be sent. */
  attach: (files: readonly File[], folders?: readonly string[]) => void;
}

interface AttachingAt {
  scope: string;
  hats: readonly Hat[];
  isAllowed: boolean;
  /** Where they go; one that does not exist yet is begun. None: it could not be. */
  open: (hat: string) => Id | Promise<Id | null>;
}

/** None where this server takes no files, or nothing may be written. */
export function useAttaching({ scope, hats, isAllowed, open }: AttachingAt): Attaching | null {
  const limits = useQuery(fileLimitsQuery).data;
  const hat = useHat(scope, hats);
  const takesFiles = limits != null;
  useEffect(() => {
    // What cannot be had now is asked for again when it is needed.
    if (takesFiles) Promise.all([uploads(), import("./attached-files")]).catch(() => undefined);
  }, [takesFiles]);
  if (!limits || !isAllowed) return null;
  return {
    limits,
    attach: async (files, folders = []) => {
      const key = hat ? hatKey(hat) : "own";
      const program = await uploads().catch(() => null);
      if (!program) {
        setRefused(
          scope,
          files.map(({ name, size }) => ({ why: "notLoaded", name, size })),
        );
        return;
      }
      const { fitting, refused } = program.sift(scope, files, limits, folders);
      setRefused(scope, refused);
      // Nothing is begun for what cannot be sent.
      const conversationId = fitting.length > 0 ? await open(key) : null;
      if (!conversationId) return;
      setRefused(conversationId, refused);
      program.attach(conversationId, key, fitting);
    },
  };
}
