import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.LEADHOUSE_URL ?? "http://127.0.0.1:8080";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { host: "127.0.0.1", proxy: { "/api": { target: server, changeOrigin: false } } },
  // The journeys run against the preview under the same policy as the server's.
  preview: {
    headers: { "content-security-policy": POLICY },
    host: "127.0.0.1",
    proxy: { "/api": { target: server, changeOrigin: false } },
  },
  build: {
    target: "es2022",
    manifest: true,
    // The content security policy allows files of our own only, no `data:` fonts or scripts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
