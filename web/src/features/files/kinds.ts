/** What is said and shown of any file: its kind, its size, the two halves of its name. Pure but for the language. */
import { useCallback } from "react";
import { useIntl } from "react-intl";
import type { Attachment } from "../../api/types";
import type { IconName } from "../../ui/icon";

export type FileKind = "image" | "pdf" | "text" | "archive" | "other";

/** Packed by their formats, but nobody takes them for archives. */
const DOCUMENTS = /\.(docx|xlsx|pptx|odt|ods|odp|odg|epub|jar|apk)$/i;
const ARCHIVES = /(zip|rar|7z|tar|gzip|bzip|xz|zstd|compressed)/;

export function kindOf({ name, media_type: type }: Pick<Attachment, "name" | "media_type">): FileKind {
  if (type.startsWith("image/")) return "image";
  if (type === "application/pdf") return "pdf";
  if (type.startsWith("text/")) return "text";
  if (type.startsWith("application/") && ARCHIVES.test(type) && !DOCUMENTS.test(name)) return "archive";
  return "other";
}

const ICONS: Record<FileKind, IconName> = {
  image: "fileImage",
  pdf: "filePdf",
  text: "fileText",
  archive: "fileArchive",
  other: "file",
};

export const iconOf = (file: Pick<Attachment, "name" | "media_type">): IconName => ICONS[kindOf(file)];

/** Whether there is a small image of it; what has none comes without a size in pixels. */
export const isPicture = (file: Attachment): boolean => file.width != null && file.height != null;

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** "1.2 MB", in the reader's language, counted as file managers count. */
export function useFileSize(): (octets: number) => string {
  const intl = useIntl();
  return useCallback(
    (octets: number) => {
      const power = octets < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(octets) / 10));
      const value = octets / 1024 ** power;
      return intl.formatNumber(value, {
        style: "unit",
        unit: UNITS[power],
        unitDisplay: power === 0 ? "long" : "short",
        maximumFractionDigits: power === 0 || value >= 100 ? 0 : 1,
      });
    },
    [intl],
  );
}

const TAIL = 9;

/** A long name is cut in its middle: its beginning says what it is, its end what kind, and often which version. */
export function halvesOf(name: string): [string, string] {
  const letters = [...name];
  if (letters.length <= TAIL * 2) return [name, ""];
  return [letters.slice(0, -TAIL).join(""), letters.slice(-TAIL).join("")];
}

const LARGEST = { one: [360, 270], several: [240, 180] } as const;
/** What is narrower is hard to hit. */
const SMALLEST = 72;

/** The place that an image takes, known before the image is there. */
export function boxOf(file: Attachment, isAlone: boolean): { width: number; height: number } {
  const [most, highest] = isAlone ? LARGEST.one : LARGEST.several;
  const width = Math.max(1, file.width ?? 1);
  const height = Math.max(1, file.height ?? 1);
  const scale = Math.min(1, most / width, highest / height);
  return {
    width: Math.max(SMALLEST, Math.round(width * scale)),
    height: Math.max(SMALLEST, Math.round(height * scale)),
  };
}
