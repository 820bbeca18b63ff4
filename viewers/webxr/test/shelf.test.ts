import { BufferGeometry } from "three";
import { expect, it } from "vitest";
import { MeshShelf } from "../src/state/meshes";

it("keeps what was used last, within its room", () => {
  const shelf = new MeshShelf(100);
  const [a, b, c] = [new BufferGeometry(), new BufferGeometry(), new BufferGeometry()];
  shelf.put("a", a, 40);
  shelf.put("b", b, 40);
  expect(shelf.get("a")).toBe(a);
  shelf.put("c", c, 40);
  expect([shelf.get("b"), shelf.get("a"), shelf.get("c")]).toEqual([null, a, c]);
  expect(shelf.digests).toEqual(["a", "c"]);
});

it("keeps the last even where it is too large", () => {
  const shelf = new MeshShelf(10);
  shelf.put("a", new BufferGeometry(), 5);
  shelf.put("b", new BufferGeometry(), 50);
  expect(shelf.digests).toEqual(["b"]);
});
