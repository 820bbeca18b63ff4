import { describe, expect, it } from "vitest";
import { type Drawer, LateDrawer, MemoryDrawer } from "../src/state/drawer";
import { Keep } from "../src/state/keep";

const BYTES = 10;
const settled = () => new Promise((done) => setTimeout(done));

function payload(fill: number): Uint8Array {
  return new Uint8Array(BYTES).fill(fill);
}

function failing(at: keyof Drawer): Drawer {
  return Object.assign(new MemoryDrawer(), { [at]: () => Promise.reject(new Error("no room")) });
}

describe("what is kept", () => {
  it("is there for the next page, oldest first", async () => {
    const drawer = new MemoryDrawer();
    const first = new Keep(drawer);
    for (const name of ["a", "b", "c"]) first.put(name, payload(1));
    await settled();
    const next = new Keep(drawer);
    await next.ready;
    expect(next.digests).toEqual(["a", "b", "c"]);
    expect(await next.get("b")).toEqual(payload(1));
  });

  it("is bounded in bytes and in number, the oldest go first", async () => {
    const drawer = new MemoryDrawer();
    const keep = new Keep(drawer, 3 * BYTES);
    const few = new Keep(new MemoryDrawer(), 1 << 20, 2);
    for (let i = 0; i < 50; i += 1) {
      keep.put(String(i), payload(i));
      few.put(String(i), payload(i));
      expect(keep.bytes).toBeLessThanOrEqual(3 * BYTES);
    }
    await settled();
    expect(keep.digests).toEqual(["47", "48", "49"]);
    expect((await drawer.list()).map((e) => e.sha256)).toEqual(keep.digests);
    expect(few.digests).toEqual(["48", "49"]);
  });

  it("goes down to what there is room for when it is opened", async () => {
    const drawer = new MemoryDrawer();
    for (let i = 0; i < 9; i += 1) await drawer.put({ sha256: `${i}`, bytes: BYTES, at: i }, payload(i));
    const keep = new Keep(drawer, 4 * BYTES);
    await keep.ready;
    expect(keep.digests).toEqual(["5", "6", "7", "8"]);
    expect(await drawer.list()).toHaveLength(4);
  });

  it("is not what is larger than all the room", () => {
    const keep = new Keep(new MemoryDrawer(), BYTES - 1);
    keep.put("a", payload(1));
    expect(keep.digests).toEqual([]);
  });
});

describe("a drawer that fails", () => {
  it("at once is an empty one", async () => {
    const keep = new Keep(Promise.reject(new Error("refused")));
    await keep.ready;
    keep.put("a", payload(1));
    await settled();
    expect([keep.digests, keep.bytes, await keep.get("a")]).toEqual([[], 0, null]);
  });

  it.each(["list", "put"] as const)("to %s keeps nothing", async (how) => {
    const keep = new Keep(failing(how));
    await keep.ready;
    keep.put("a", payload(1));
    await settled();
    expect(keep.digests).toEqual(how === "list" ? ["a"] : []);
  });

  it("may have let go what is asked for, and keeps the rest", async () => {
    const keep = new Keep(new MemoryDrawer(), BYTES);
    keep.put("a", payload(1));
    keep.put("b", payload(2));
    expect([await keep.get("a"), await keep.get("b")]).toEqual([null, payload(2)]);
  });

  it("to get is trusted in nothing more", async () => {
    const keep = new Keep(failing("get"));
    keep.put("a", payload(1));
    keep.put("b", payload(2));
    expect(await keep.get("a")).toBeNull();
    expect([keep.digests, keep.bytes]).toEqual([[], 0]);
  });

  it("to drop keeps what is new", async () => {
    const keep = new Keep(failing("drop"), BYTES);
    keep.put("a", payload(1));
    keep.put("b", payload(2));
    await settled();
    expect(keep.bytes).toBeLessThanOrEqual(BYTES);
  });
});

describe("a drawer that is there late", () => {
  const listed = async (drawer: Drawer) => (await drawer.list()).map(({ sha256 }) => sha256);

  it("has in it what was put before, and what is put after", async () => {
    const disk = new MemoryDrawer();
    let there: (drawer: Drawer) => void = () => undefined;
    const late = new LateDrawer(new Promise((done) => (there = done)));
    const keep = new Keep(late);
    await keep.ready;
    keep.put("a", Uint8Array.of(1));
    await settled();
    there(disk);
    await settled();
    keep.put("b", Uint8Array.of(2));
    await settled();
    expect(await listed(disk)).toEqual(["a", "b"]);
    expect(await keep.get("a")).toEqual(Uint8Array.of(1));
    expect(await late.get("b")).toEqual(Uint8Array.of(2));
    await late.drop(["a"]);
    expect(await listed(disk)).toEqual(["b"]);
  });

  it("is one in memory where it never comes, or takes nothing", async () => {
    for (const better of [Promise.reject(new Error("no")), Promise.resolve(failing("put"))]) {
      const late = new LateDrawer(better);
      const put = late.put({ sha256: "a", bytes: 1, at: 0 }, Uint8Array.of(1));
      await put.catch(() => undefined);
      await settled();
      expect(await late.get("a")).toEqual(Uint8Array.of(1));
    }
  });
});
