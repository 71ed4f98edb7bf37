// Applies the kept theme, contrast and text size before anything is painted. The same keys are written by
// src/features/settings/preferences.ts.
(() => {
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("chancery.preferences") || "{}");
  } catch {
    kept = {};
  }
  const root = document.documentElement;
  const dark =
    kept.theme === "dark" || (kept.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
  root.dataset.text = ["small", "large", "larger"].includes(kept.textSize) ? kept.textSize : "medium";
  const high =
    kept.contrast === "high" || (kept.contrast !== "usual" && matchMedia("(prefers-contrast: more)").matches);
  root.dataset.contrast = high ? "high" : "usual";
  if (!high) return;
  const sheet = document.createElement("link");
  Object.assign(sheet, { id: "contrast", rel: "stylesheet", href: "/contrast.css" });
  document.head.append(sheet);
})();
