import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vitest/config";

/** Controller and hand models we serve; others fall back to the generic one. */
const PROFILES = ["meta-quest-touch-plus", "generic-trigger-squeeze-thumbstick", "generic-hand"];

/** Copies the models beside the page, with a list that names these only. */
function inputProfiles(): Plugin {
  let out = "";
  return {
    name: "parasam-input-profiles",
    apply: "build",
    configResolved: (config) => void (out = path.resolve(config.root, config.build.outDir, "profiles")),
    closeBundle() {
      const list = createRequire(import.meta.url).resolve("@webxr-input-profiles/assets/dist/profiles/profilesList.json");
      const all = JSON.parse(readFileSync(list, "utf-8")) as Record<string, unknown>;
      mkdirSync(out, { recursive: true });
      for (const name of PROFILES) cpSync(path.join(path.dirname(list), name), path.join(out, name), { recursive: true });
      writeFileSync(path.join(out, "profilesList.json"), JSON.stringify(Object.fromEntries(PROFILES.map((n) => [n, all[n]]))));
    },
  };
}

/** What packages would load lazily and this page never asks for: another emulator, more rooms. */
const NEVER_ASKED = [
  [/@pmndrs[\\/]xr[\\/]dist[\\/]emulate\.js/, "export function emulate() {}"],
  [/@iwer[\\/]sem[\\/]lib[\\/]captures[\\/]registry\.js/, "export const Environments = {};"],
] as const;

function leaveOut(): Plugin {
  return {
    name: "parasam-leave-out",
    enforce: "pre",
    load: (id) => NEVER_ASKED.find(([path]) => path.test(id))?.[1] ?? null,
  };
}

export default defineConfig({
  base: "./",
  plugins: [react(), leaveOut(), inputProfiles()],
  build: { target: "es2022", chunkSizeWarningLimit: 2000, reportCompressedSize: false },
  server: { proxy: { "/ws": { target: "ws://127.0.0.1:8000", ws: true } } },
  test: { environment: "node", include: ["test/**/*.test.ts"] },
});
