/** Words at their places, facing the eye at a size that is read, over everything, all in one draw. */
import { useLayoutEffect, useMemo } from "react";
import { ShaderMaterial } from "three";
import type { Words } from "./annotations";
import { apparent, ASIDE } from "./apparent";
import { squares } from "./instanced";
import { Overlay } from "./Overlay";
import { atlasOf } from "./wordsAtlas";

/** Their middle lies that far above their place. */
const ABOVE_PX = 22;

const vertexShader = /* glsl */ `
  attribute vec3 place;
  attribute vec4 part;
  attribute vec2 size;
  varying vec2 at;
  ${ASIDE}
  void main() {
    at = part.xy + vec2(0.5 + 0.5 * position.x, 0.5 - 0.5 * position.y) * part.zw;
    vec3 there = (modelViewMatrix * vec4(place, 1.0)).xyz;
    gl_Position = aside(there, position.xy * 0.5 * size + vec2(0.0, ${ABOVE_PX.toFixed(1)}), 0.0);
  }`;

const fragmentShader = /* glsl */ `
  uniform sampler2D words;
  varying vec2 at;
  void main() {
    gl_FragColor = texture2D(words, at);
    #include <colorspace_fragment>
  }`;

export function Labels({ words }: { words: readonly Words[] }) {
  const materials = useMemo(() => [labelMaterial()], []);
  const written = useMemo(() => (words.length > 0 ? atlasOf(words) : null), [words]);
  useLayoutEffect(() => {
    const [uniform] = materials.map(({ uniforms }) => uniforms["words"]);
    if (uniform) uniform.value = written?.texture ?? null;
    return () => written?.texture.dispose();
  }, [materials, written]);
  const geometry = useMemo(() => {
    const places = written?.places ?? [];
    return squares(words.length, {
      place: { size: 3, values: words.flatMap(({ at }) => at) },
      part: { size: 4, values: places.flatMap(({ left, top, width, height }) => [left, top, width, height]) },
      size: { size: 2, values: places.flatMap(({ widthPx, heightPx }) => [widthPx, heightPx]) },
    });
  }, [words, written]);
  return written && <Overlay name="words" geometry={geometry} materials={materials} order={6} />;
}

function labelMaterial(): ShaderMaterial {
  return new ShaderMaterial({
    vertexShader,
    fragmentShader,
    uniforms: { ...apparent, words: { value: null } },
    transparent: true,
    depthTest: false,
    depthWrite: false,
  });
}
