/** What the probe sees, as pixels of a size in mm that is known. */
import { Matrix4, Mesh, OrthographicCamera, PlaneGeometry, WebGLRenderTarget, type WebGLRenderer } from "three";
import type { Levels } from "../state/levels";
import type { Section } from "../state/probe";
import { PlaneMaterial } from "./planeMaterial";
import type { SampledVolume } from "./volumeTexture";

const LONGEST_SIDE_PX = 2048;

export interface Picture {
  width: number;
  height: number;
  mmPerPixel: number;
  /** Red, green, blue and opacity, rows top to bottom; the opacity is 0 beyond the scan. */
  pixels: Uint8Array<ArrayBuffer>;
}

export interface Pictured {
  section: Section;
  indexFromPlane: Matrix4;
  levels: Levels;
  isOutlined: boolean;
}

/** @param finestMm the smallest spacing of the scan's voxels: as finely as that, unless the picture were too large. */
export function pictureOf(renderer: WebGLRenderer, volume: SampledVolume, pictured: Pictured, finestMm: number): Picture {
  const { left, bottom, width: wide, height: high } = pictured.section;
  const mmPerPixel = Math.max(finestMm, (Math.max(wide, high) * 1e3) / LONGEST_SIDE_PX);
  const [width, height] = [wide, high].map((m) => Math.max(1, Math.ceil((m * 1e3) / mmPerPixel))) as [number, number];
  const [w, h] = [width, height].map((pixels) => pixels * mmPerPixel * 1e-3) as [number, number];
  const planeFromMesh = new Matrix4().makeScale(w, h, 1).setPosition(left + w / 2, bottom + h / 2, 0);
  const indexFromPlane = pictured.indexFromPlane.clone().multiply(planeFromMesh);
  const material = new PlaneMaterial({ isPicture: true });
  material.show(volume, { ...pictured, indexFromPlane, around: 1 });
  const pixels = drawn(renderer, material, width, height);
  material.dispose();
  return { width, height, mmPerPixel, pixels };
}

function drawn(renderer: WebGLRenderer, material: PlaneMaterial, width: number, height: number): Uint8Array<ArrayBuffer> {
  const target = new WebGLRenderTarget(width, height, { depthBuffer: false });
  const plane = new Mesh(new PlaneGeometry(1, 1), material);
  const before = renderer.getRenderTarget();
  const isXr = renderer.xr.enabled;
  renderer.xr.enabled = false;
  renderer.setRenderTarget(target);
  renderer.clear();
  renderer.render(plane, new OrthographicCamera(-0.5, 0.5, 0.5, -0.5, -1, 1));
  const upwards = new Uint8Array(4 * width * height);
  renderer.readRenderTargetPixels(target, 0, 0, width, height, upwards);
  renderer.setRenderTarget(before);
  renderer.xr.enabled = isXr;
  plane.geometry.dispose();
  target.dispose();
  return upsideDown(upwards, 4 * width, height);
}

function upsideDown(rows: Uint8Array, bytes: number, height: number): Uint8Array<ArrayBuffer> {
  const turned = new Uint8Array(rows.length);
  for (let y = 0; y < height; y += 1) turned.set(rows.subarray(y * bytes, (y + 1) * bytes), (height - 1 - y) * bytes);
  return turned;
}
