/** How much the textures of a scene hold, as far as its materials name them. */
import { type Material, type Object3D, RedFormat, RGFormat, type Texture } from "three";

const CHANNELS: Record<number, number> = { [RedFormat]: 1, [RGFormat]: 2 };
/** Every smaller copy of a texture together take a third of it. */
const WITH_MIPMAPS = 4 / 3;

export function textureBytes(scene: Object3D): number {
  const found = new Set<Texture>();
  scene.traverse((object) => {
    const { material } = object as { material?: Material | Material[] };
    for (const each of [material ?? []].flat()) texturesOf(each, found);
  });
  return [...found].reduce((sum, texture) => sum + bytesOf(texture), 0);
}

function texturesOf(material: Material, into: Set<Texture>): void {
  const { uniforms } = material as { uniforms?: Record<string, { value: unknown }> };
  const values = [...Object.values(material), ...Object.values(uniforms ?? {}).map(({ value }) => value)];
  for (const value of values) if (isTexture(value)) into.add(value);
}

function isTexture(value: unknown): value is Texture {
  return (value as Texture | null)?.isTexture === true;
}

export function bytesOf({ image, format, generateMipmaps }: Texture): number {
  const { width = 0, height = 0, depth = 1 } = (image ?? {}) as { width?: number; height?: number; depth?: number };
  return width * height * depth * (CHANNELS[format] ?? 4) * (generateMipmaps ? WITH_MIPMAPS : 1);
}
