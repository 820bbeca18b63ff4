/** Frames that were damaged on the way: taken or refused, and never anything else. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { parseClientMessage, readServerText, splitBinary, WireError } from "../src/protocol.gen";
import { seeded } from "./seeded";

const GOOD = path.resolve(import.meta.dirname, "../../../tests/golden/wire/good");
const FRAMES = readdirSync(GOOD).map((name) => ({ name, bytes: readFileSync(path.join(GOOD, name)) }));
const ROUNDS = 2000;

function damaged(bytes: Uint8Array, random: () => number): Uint8Array {
  const cut = random() < 0.3 ? Math.floor(random() * bytes.length) : bytes.length;
  const made = Uint8Array.from(bytes.subarray(0, cut));
  for (let n = Math.floor(random() * 4); n > 0 && made.length > 0; n -= 1) {
    made[Math.floor(random() * made.length)] = Math.floor(random() * 256);
  }
  return made;
}

function taken(name: string, bytes: Uint8Array): unknown {
  const text = () => new TextDecoder().decode(bytes);
  if (name.endsWith(".bin")) return splitBinary(Uint8Array.from(bytes).buffer);
  return name.startsWith("server_") ? readServerText(text()) : parseClientMessage(JSON.parse(text()));
}

it.each(FRAMES)("$name", ({ name, bytes }) => {
  const random = seeded(bytes.length);
  for (let round = 0; round < ROUNDS; round += 1) {
    try {
      expect(taken(name, damaged(bytes, random))).toBeTruthy();
    } catch (error) {
      const isOurs = error instanceof WireError || (name.startsWith("client_") && error instanceof SyntaxError);
      if (!isOurs) throw error;
    }
  }
});

it("noise", () => {
  const random = seeded(1);
  for (let round = 0; round < ROUNDS; round += 1) {
    const bytes = Uint8Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(random() * 256));
    expect(() => splitBinary(bytes.buffer)).toThrow(WireError);
  }
});
