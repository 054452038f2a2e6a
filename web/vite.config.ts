import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.LEADHOUSE_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { host: "127.0.0.1", proxy: { "/api": { target: server, changeOrigin: true } } },
  preview: { host: "127.0.0.1", proxy: { "/api": { target: server, changeOrigin: true } } },
  build: {
    target: "es2022",
    manifest: true,
    // The content security policy allows files of our own only, no `data:` fonts or scripts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
