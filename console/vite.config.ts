import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** The server that `npm run dev` hands every request to that isn't for a file of the console. */
const SERVER = process.env.TAILRACE_ENDPOINT ?? "http://127.0.0.1:4566";

/** Cloudscape's global styles carry eight fonts as base64 (136 KB gzipped); `src/app/fonts.css` brings the two in use. */
function withoutEmbeddedFonts(): Plugin {
  return {
    name: "without-embedded-fonts",
    enforce: "pre",
    transform(code, id) {
      if (!id.includes("global-styles") || !id.endsWith(".css")) return null;
      return { code: code.replace(/@font-face\s*{[^}]*}/g, ""), map: null };
    },
  };
}

export default defineConfig({
  base: "/console/",
  plugins: [withoutEmbeddedFonts(), react()],
  build: {
    outDir: "../src/tailrace/gateway/console",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"], // those that know light-dark()
  },
  server: {
    proxy: { "^/(?!console/)": { target: SERVER, changeOrigin: false } },
  },
});
