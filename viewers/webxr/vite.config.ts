import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vitest/config";

/** Controller and hand models we serve; others fall back to the generic one. */
const PROFILES = ["meta-quest-touch-plus", "generic-trigger-squeeze-thumbstick", "generic-hand"];

/** Lays the models beside the page, with a list that names these only, and licences of what is no script. */
function besideThePage(): Plugin {
  const packages = path.resolve(import.meta.dirname, "node_modules");
  const assets = path.join(packages, "@webxr-input-profiles/assets");
  let out = "";
  return {
    name: "parasam-beside-the-page",
    apply: "build",
    configResolved: (config) => void (out = path.resolve(config.root, config.build.outDir)),
    closeBundle() {
      const profiles = path.join(assets, "dist/profiles");
      const all = JSON.parse(readFileSync(path.join(profiles, "profilesList.json"), "utf-8")) as Record<string, unknown>;
      const ours = Object.fromEntries(PROFILES.map((name) => [name, all[name]]));
      for (const name of PROFILES) {
        cpSync(path.join(profiles, name), path.join(out, "profiles", name), { recursive: true });
      }
      writeFileSync(path.join(out, "profiles/profilesList.json"), JSON.stringify(ours));
      cpSync(path.join(assets, "LICENSE.md"), path.join(out, "profiles/LICENSE.md"));
      cpSync(path.join(packages, "@fontsource-variable/inter/LICENSE"), path.join(out, "inter-license.txt"));
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
  plugins: [react(), stayHere(), besideThePage()],
  build: { license: { fileName: "licenses.md" }, target: "es2022", chunkSizeWarningLimit: 2000, reportCompressedSize: false },
  server: { proxy: { "/ws": { target: "ws://127.0.0.1:8000", ws: true } } },
  test: { environment: "node", include: ["test/**/*.test.ts"] },
});
