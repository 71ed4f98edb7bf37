/** Whether a file may be an LDIF at all; the server and the sync look closer. */
export type FileFault = "large" | "none" | "encoding";

export const LARGEST_LDIF = 5 * 1024 * 1024;

export function fileFault(bytes: number, text: string): FileFault | null {
  if (bytes > LARGEST_LDIF) return "large";
  // What is not UTF-8 was read as the replacement character: the names would be lost.
  if (text.includes("\ufffd") || text.includes("\0")) return "encoding";
  return /^dn:/im.test(text) ? null : "none";
}
