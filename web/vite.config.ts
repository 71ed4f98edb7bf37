/** Builds the client into `dist`, which the server serves; in development passes the API through to it. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.CHANCERY_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  server: {
    port: 5173,
    // The Host header stays the page's own: the server refuses what seems to come from another site.
    proxy: { "/api": { target: server, ws: true, changeOrigin: false } },
  },
  build: {
    // The content security policy allows no data: addresses, so nothing is written into the style sheet.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    chunkSizeWarningLimit: 700,
    // What the first page needs comes in one piece, which is smaller than the same in several.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] } } },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test-setup.ts"],
    maxWorkers: 1,
  },
});
