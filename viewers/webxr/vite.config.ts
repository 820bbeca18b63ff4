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
const NEVER_ASKED: readonly [file: RegExp, instead: string][] = [
  [/@pmndrs[\\/]xr[\\/]dist[\\/]emulate\.js/, "export function emulate() {}"],
  [/@iwer[\\/]sem[\\/]lib[\\/]captures[\\/]registry\.js/, "export const Environments = {};"],
];
/** Addresses of other hosts that packages fall back on; ours are given, so these fetch nothing. */
const ELSEWHERE = /https:\/\/(cdn\.jsdelivr\.net|www\.unpkg\.com)\//g;

function stayHere(): Plugin {
  return {
    name: "parasam-stay-here",
    enforce: "pre",
    load: (id) => NEVER_ASKED.find(([file]) => file.test(id))?.[1] ?? null,
    transform: (code) => (ELSEWHERE.test(code) ? code.replace(ELSEWHERE, "./nowhere/") : null),
  };
}

export default defineConfig({
  base: "./",
  plugins: [react(), stayHere(), inputProfiles()],
  build: { target: "es2022", chunkSizeWarningLimit: 2000, reportCompressedSize: false },
  server: { proxy: { "/ws": { target: "ws://127.0.0.1:8000", ws: true } } },
  test: { environment: "node", include: ["test/**/*.test.ts"] },
});
