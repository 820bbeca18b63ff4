import { BufferAttribute, BufferGeometry } from "three";
import { expect, it } from "vitest";
import { MeshShelf } from "../src/state/meshes";

/** A geometry that takes so many bytes. */
function of(bytes: number): BufferGeometry {
  return new BufferGeometry().setAttribute("bytes", new BufferAttribute(new Uint8Array(bytes - 4), 1)).setIndex(
    new BufferAttribute(new Uint32Array(1), 1),
  );
}

it("keeps what was used last, within its room", () => {
  const shelf = new MeshShelf(100);
  const [a, b, c] = [of(40), of(40), of(40)];
  shelf.put("a", a);
  shelf.put("b", b);
  expect(shelf.get("a")).toBe(a);
  shelf.put("c", c);
  expect([shelf.get("b"), shelf.get("a"), shelf.get("c")]).toEqual([null, a, c]);
  expect(shelf.digests).toEqual(["a", "c"]);
});

it("keeps the last even where it is too large", () => {
  const shelf = new MeshShelf(10);
  shelf.put("a", of(5));
  shelf.put("b", of(50));
  expect(shelf.digests).toEqual(["b"]);
});
