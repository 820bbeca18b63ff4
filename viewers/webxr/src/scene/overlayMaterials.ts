/** Materials of what lies over the scene: as it is where it is in view, faint where something hides it. */
import { GreaterDepth, LessEqualDepth, NormalBlending, ShaderMaterial, type ShaderMaterialParameters } from "three";
import { apparent } from "./apparent";

const HIDDEN = 0.45;

type Shaders = Pick<ShaderMaterialParameters, "vertexShader" | "fragmentShader">;

/** One for what is seen, one for what is hidden. */
export function overlayMaterials(shaders: Shaders): [ShaderMaterial, ShaderMaterial] {
  const make = (strength: number, depthFunc: ShaderMaterial["depthFunc"]) =>
    new ShaderMaterial({
      ...shaders,
      uniforms: { ...apparent, strength: { value: strength } },
      transparent: true,
      blending: NormalBlending,
      depthWrite: false,
      depthFunc,
    });
  return [make(1, LessEqualDepth), make(HIDDEN, GreaterDepth)];
}
