/** Which views draw which layers. */
import { expect, it } from "vitest";
import { isDrawn, LAYERS, whereDrawn } from "../src/state/layers";
import { VIEWS } from "../src/state/lab";

it.each([
  ["cut", ["tumour", "shell", "frame", "outline"]],
  ["glass", ["shell", "frame", "outline"]],
  ["solid", ["tumour", "frame", "outline"]],
  ["voxels", ["frame", "outline"]],
  ["inside", ["shell"]],
] as const)("%s draws %j", (view, drawn) => {
  expect(LAYERS.filter((layer) => isDrawn(layer, view, false))).toEqual(drawn);
});

it("has other outlines in every view", () => {
  expect(VIEWS.filter((view) => isDrawn("outline", view, true))).toEqual(VIEWS);
});

it("says where a layer is to be found", () => {
  expect(whereDrawn("tumour")).toBe("Cut and Whole show it");
  expect(whereDrawn("shell")).toBe("Cut, Glass and Inside show it");
});
