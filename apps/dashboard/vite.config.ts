import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";

/** `DASHBOARD_API=http://127.0.0.1:4000 npm run dev -w @darkroom/dashboard` works against a running Darkroom. */
const api = process.env.DASHBOARD_API ?? "http://127.0.0.1:4000";

export default defineConfig({
  base: "/admin/",
  plugins: [react()],
  resolve: { conditions: ["@darkroom/source", ...defaultClientConditions] },
  // The page's Content-Security-Policy allows no data: URIs.
  build: { assetsInlineLimit: 0, chunkSizeWarningLimit: 700, target: "es2023" },
  server: { proxy: { "/admin/api": api } },
  preview: { proxy: { "/admin/api": api } },
});
