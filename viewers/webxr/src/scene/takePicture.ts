/** The scene from one eye, drawn once more for a picture: it disturbs nothing of the session. */
import {
  type PerspectiveCamera,
  PerspectiveCamera as Eye,
  type Scene,
  SRGBColorSpace,
  UnsignedByteType,
  WebGLRenderTarget,
  type WebGLRenderer,
} from "three";

const SIZE_PX = { width: 1600, height: 1200 };
const FIELD_OF_VIEW_DEG = 75;
const SAMPLES = 4;
/** Behind all in MR, where the page does not see the room. */
const GROUND = [12, 16, 22] as const;

/** As PNG. `eyes` is the headset's camera; its place counts, not its lens. */
export async function takePicture(gl: WebGLRenderer, scene: Scene, eyes: PerspectiveCamera): Promise<Blob> {
  const target = new WebGLRenderTarget(SIZE_PX.width, SIZE_PX.height, { samples: SAMPLES, type: UnsignedByteType });
  target.texture.colorSpace = SRGBColorSpace;
  draw(gl, scene, eyes, target);
  const bytes = new Uint8ClampedArray(SIZE_PX.width * SIZE_PX.height * 4);
  gl.readRenderTargetPixels(target, 0, 0, SIZE_PX.width, SIZE_PX.height, bytes);
  target.dispose();
  return encode(upright(bytes));
}

function draw(gl: WebGLRenderer, scene: Scene, eyes: PerspectiveCamera, target: WebGLRenderTarget): void {
  const eye = new Eye(FIELD_OF_VIEW_DEG, SIZE_PX.width / SIZE_PX.height, eyes.near, eyes.far);
  eyes.matrixWorld.decompose(eye.position, eye.quaternion, eye.scale);
  eye.updateMatrixWorld();
  const before = { target: gl.getRenderTarget(), isXr: gl.xr.enabled };
  gl.xr.enabled = false;
  gl.setRenderTarget(target);
  gl.render(scene, eye);
  gl.xr.enabled = before.isXr;
  gl.setRenderTarget(before.target);
}

/** The graphics card's first row is the lowest. */
function upright(bytes: Uint8ClampedArray<ArrayBuffer>): ImageData {
  const image = new ImageData(SIZE_PX.width, SIZE_PX.height);
  const row = SIZE_PX.width * 4;
  for (let y = 0; y < SIZE_PX.height; y += 1) {
    image.data.set(bytes.subarray(y * row, (y + 1) * row), (SIZE_PX.height - 1 - y) * row);
  }
  fillBehind(image.data);
  return image;
}

/** Where nothing, or something clear, was drawn, the ground shows. */
function fillBehind(bytes: Uint8ClampedArray): void {
  for (let i = 0; i < bytes.length; i += 4) {
    const clear = 1 - (bytes[i + 3] ?? 0) / 255;
    GROUND.forEach((level, channel) => (bytes[i + channel] = (bytes[i + channel] ?? 0) + clear * level));
    bytes[i + 3] = 255;
  }
}

async function encode(image: ImageData): Promise<Blob> {
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}
