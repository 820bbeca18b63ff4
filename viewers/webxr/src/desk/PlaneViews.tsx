/** Draws the three planes over the stage, with the tumour moved aside: in the canvas, from the same 3D texture. */
import { useFrame, useThree } from "@react-three/fiber";
import { useEffect, useMemo } from "react";
import { Mesh, OrthographicCamera, PerspectiveCamera, PlaneGeometry, type WebGLRenderer } from "three";
import { useStore } from "zustand";
import { volume } from "../renderer";
import { isOutlineDrawn } from "../scene/outlined";
import { PlaneMaterial } from "../scene/planeMaterial";
import { lab } from "../state/lab";
import { layers } from "../state/layers";
import { levels } from "../state/levels";
import { crossing, indexFromSquare, type Plane, PLANES, planes, sizeMm } from "../state/planes";
import { fitted, panelRects, type Rect, shiftBy } from "./panels";

const BEHIND = 0x0a0f16;

export function PlaneViews() {
  const areShown = useStore(planes, (s) => s.areShown);
  return areShown ? <Views /> : null;
}

function Views() {
  const { camera, invalidate } = useThree();
  const { width, height } = useThree((s) => s.size);
  const square = useMemo(() => new Square(), []);
  useEffect(() => () => square.dispose(), [square]);
  useEffect(() => {
    if (!(camera instanceof PerspectiveCamera)) return;
    const [right, down] = shiftBy(width, height);
    camera.setViewOffset(width, height, -right, -down, width, height);
    invalidate();
    return () => {
      camera.clearViewOffset();
      invalidate();
    };
  }, [camera, width, height, invalidate]);
  useEffect(() => {
    const stops = [planes, layers, levels, lab].map((store) => store.subscribe(() => invalidate()));
    return () => stops.forEach((stop) => stop());
  }, [invalidate]);

  useFrame(({ gl, scene }) => {
    gl.render(scene, camera);
    const rects = panelRects(width, height, PLANES.length);
    const foot = gl.domElement.height / gl.getPixelRatio(); // the stage's height in whole pixels of the canvas
    PLANES.forEach((plane, n) => square.draw(gl, plane, rects[n]!, foot));
    gl.setScissorTest(false);
    gl.setViewport(0, 0, width, height);
  }, 1); // above 0: drawn by us
  return null;
}

/** One square that shows a plane at a time. */
class Square {
  readonly #material = new PlaneMaterial();
  readonly #mesh = new Mesh(new PlaneGeometry(1, 1), this.#material);
  readonly #camera = new OrthographicCamera(-0.5, 0.5, 0.5, -0.5, -1, 1);

  draw(gl: WebGLRenderer, plane: Plane, panel: Rect, foot: number): void {
    const { scan, frame } = lab.getState();
    const { autoClear } = gl;
    gl.autoClear = false;
    gl.setScissorTest(true);
    gl.setScissor(panel.left, foot - panel.top - panel.height, panel.width, panel.height);
    gl.setClearColor(BEHIND, 1);
    gl.clear();
    gl.setClearColor(0, 0);
    if (scan && volume.current) {
      const { left, top, width, height } = fitted(panel, sizeMm(plane, scan));
      gl.setViewport(left, foot - top - height, width, height);
      const indexFromPlane = indexFromSquare(plane, scan, crossing(planes.getState(), frame));
      this.#material.show(volume.current.sampled, { indexFromPlane, levels: levels.getState(), isOutlined: isOutlineDrawn(), around: 1 });
      gl.render(this.#mesh, this.#camera);
    }
    gl.autoClear = autoClear;
  }

  dispose(): void {
    this.#mesh.geometry.dispose();
    this.#material.dispose();
  }
}
