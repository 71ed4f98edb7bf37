// Applies the kept theme and text size before anything is painted. The same keys are written by
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
})();
