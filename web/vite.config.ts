import react from "@vitejs/plugin-react";
import { loadEnv } from "vite";
import { defineConfig } from "vitest/config";
import { compress } from "./tools/compress.ts";

/** Each entry is a page of its own, `<name>/index.html`; they share chunks, never imports of one another. */
const entries = { console: "console/index.html" };

const { FIELDHAND_API: api } = loadEnv("", ".", "FIELDHAND_");

export default defineConfig({
  plugins: [react(), compress()],
  publicDir: false,
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: entries },
    chunkSizeWarningLimit: 1300,
  },
  server: {
    proxy: { "/api": { target: api ?? "http://127.0.0.1:8000" } },
  },
  test: { include: ["tests/**/*.test.ts"] },
});
