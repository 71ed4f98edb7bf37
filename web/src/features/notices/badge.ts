/** The number of unread messages: in the title and on the icon of the browser's tab, and on the installed program's. */
const TITLE = "Chancery";
const PLAIN = "/favicon.svg";
/** The same in dots: not every browser draws an SVG on a canvas. */
const DRAWN = "/icon-192.png";
const SIZE = 64;
const MOST = 99;

let wanted = 0;

export function showUnread(count: number): void {
  wanted = count;
  document.title = count > 0 ? `(${count > MOST ? `${MOST}+` : count}) ${TITLE}` : TITLE;
  void showOnIcon(count);
  if (!("setAppBadge" in navigator)) return;
  // Only an installed program has one.
  (count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => undefined);
}

async function showOnIcon(count: number): Promise<void> {
  const link = document.querySelector<HTMLLinkElement>("#favicon");
  if (!link) return;
  const drawn = count > 0 ? await drawIcon(count).catch(() => null) : null;
  // Another number may have come while the picture was loaded.
  if (count !== wanted) return;
  link.type = drawn ? "image/png" : "image/svg+xml";
  link.href = drawn ?? PLAIN;
}

async function drawIcon(count: number): Promise<string | null> {
  const plain = new Image(SIZE, SIZE);
  plain.src = DRAWN;
  await plain.decode();
  const canvas = document.createElement("canvas");
  canvas.width = SIZE;
  canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.drawImage(plain, 0, 0, SIZE, SIZE);
  const text = count > MOST ? "" : String(count);
  const radius = text ? 18 : 14;
  const middle = SIZE - radius - 2;
  pen.beginPath();
  pen.arc(middle, radius + 2, radius, 0, Math.PI * 2);
  pen.fillStyle = "#b3341d";
  pen.strokeStyle = "#ffffff";
  pen.lineWidth = 4;
  pen.fill();
  pen.stroke();
  pen.fillStyle = "#ffffff";
  pen.font = `700 ${text.length > 1 ? 23 : 29}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(text, middle, radius + 4);
  return canvas.toDataURL("image/png");
}
