/** What somebody drops or pastes: files, and folders that only look like them. */
export const hasFiles = (transfer: DataTransfer): boolean => [...transfer.types].includes("Files");

/** Office programs put a picture of the text beside the text: the text is what is meant. */
export function isPastedText(transfer: DataTransfer): boolean {
  const types = [...transfer.types];
  return types.includes("text/plain") && (types.includes("text/html") || types.includes("text/rtf"));
}

export function filesOf(transfer: DataTransfer): { files: File[]; folders: string[] } {
  const files: File[] = [];
  const folders: string[] = [];
  for (const item of transfer.items) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry?.();
    const file = item.getAsFile();
    if (entry?.isDirectory) folders.push(entry.name);
    else if (file) files.push(file);
  }
  return { files, folders };
}

/** Every screenshot is called `image.png`: the moment tells them apart. */
export function renamed(file: File, nameAt: (at: string) => string, now = new Date()): File {
  if (file.name !== "image.png") return file;
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const time = `${two(now.getHours())}-${two(now.getMinutes())}-${two(now.getSeconds())}`;
  return new File([file], `${nameAt(`${day} ${time}`)}.png`, { type: file.type });
}
