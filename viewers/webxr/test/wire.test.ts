/** The frames that Python takes and refuses, taken and refused here. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { keyOf, parseClientMessage, readServerText, splitBinary, WireError } from "../src/protocol.gen";

const GOLDEN = path.resolve(import.meta.dirname, "../../../tests/golden/wire");

function frames(kind: "good" | "bad"): string[] {
  return readdirSync(path.join(GOLDEN, kind));
}

function take(kind: "good" | "bad", name: string): unknown {
  const bytes = readFileSync(path.join(GOLDEN, kind, name));
  if (name.endsWith(".bin")) return splitBinary(new Uint8Array(bytes).buffer).header;
  if (name.startsWith("server_")) return readServerText(bytes.toString("utf-8"));
  return parseClientMessage(JSON.parse(bytes.toString("utf-8")));
}

describe("golden frames", () => {
  it("are there", () => {
    expect(frames("good").length).toBeGreaterThan(10);
    expect(frames("bad").length).toBeGreaterThan(10);
  });
  it.each(frames("good"))("takes %s", (name) => expect(take("good", name)).toHaveProperty("type"));
  it.each(frames("bad"))("refuses %s", (name) => {
    expect(() => take("bad", name)).toThrow(name.startsWith("client_") ? Error : WireError);
  });
});

it("a mesh is keyed by its level, a slice by its frame", () => {
  expect(keyOf(take("good", "server_mesh.bin") as never)).toMatch(/^mesh\/\d+$/);
  expect(keyOf(take("good", "server_slice.bin") as never)).toMatch(/^slice\/\d+$/);
});
