/** How sure a model was, as colours. */
import { BufferAttribute, BufferGeometry, Matrix4 } from "three";
import { beforeEach, describe, expect, it } from "vitest";
import type { Measured } from "../src/protocol.gen";
import { paint, paintByFrame } from "../src/scene/frameColours";
import { against, showWay } from "../src/state/against";
import { BY_HAND, colourOfConfidence, confidence, frameColours, LEAST, nextDoubtful, showConfidence } from "../src/state/confidence";

const measured = (sure: (number | null)[], frames: [number, number]) => ({ confidence: sure, frames }) as Measured;

describe("colours", () => {
  it("end at the least and at certainty, and are brighter the less sure", () => {
    expect(colourOfConfidence(0)).toEqual(colourOfConfidence(LEAST));
    const light = [0.6, 0.7, 0.75, 0.8, 0.9, 1].map((sure) => {
      const [r, g, b] = colourOfConfidence(sure);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });
    expect(light).toEqual([...light].sort((a, b) => b - a));
    expect(colourOfConfidence(1)[2]).toBeGreaterThan(colourOfConfidence(1)[0]);
  });

  it("are of every frame; beyond the mask those of its ends, by hand grey", () => {
    const colours = frameColours(measured([null, 0.5, null, 1, null, null], [1, 3]));
    const [low, high] = [colourOfConfidence(0.5), colourOfConfidence(1)];
    expect(colours).toEqual([low, low, BY_HAND, high, high, high]);
  });
});

describe("a surface", () => {
  it("has at each vertex the colour of the nearest frame", () => {
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(new Float32Array([0, 0, 0, 0, 0, -0.0014, 0, 0, -0.0016, 0, 0, -9]), 3));
    const indexFromScene = new Matrix4().makeScale(1e3, -1e3, -1e3);
    paintByFrame(geometry, indexFromScene, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
    expect([...geometry.attributes["color"]!.array]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1]);
  });

  it("below the first frame has that one's", () => {
    const geometry = new BufferGeometry();
    paint(geometry, [[0, 1, 0], [1, 0, 0]], 1, () => -0.7);
    expect([...geometry.attributes["color"]!.array]).toEqual([0, 1, 0]);
  });
});

describe("doubtful frames", () => {
  it("come one after the other, round and round", () => {
    expect([0, 3, 4, 9].map((frame) => nextDoubtful([3, 8], frame))).toEqual([3, 8, 8, 3]);
    expect(nextDoubtful([], 4)).toBeNull();
  });
});

describe("one colouring at a time", () => {
  beforeEach(() => {
    against.setState(against.getInitialState());
    showConfidence(false);
  });

  it("distances take the place of confidence, and confidence theirs", () => {
    against.setState({ other: "b" });
    showConfidence(true);
    showWay("distances");
    expect(confidence.getState().isShown).toBe(false);
    showConfidence(true);
    expect(against.getState().way).toBe("surfaces");
  });
});
