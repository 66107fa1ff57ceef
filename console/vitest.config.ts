import { defineConfig } from "vitest/config";

// One browser-like environment for all files: making one anew for each took ten times as long as all tests.
export default defineConfig({ test: { environment: "jsdom", isolate: false, include: ["src/**/*.test.{ts,tsx}"] } });
