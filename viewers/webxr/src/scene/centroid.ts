import { type BufferGeometry, Vector3 } from "three";

/** Of the body within, by the divergence theorem: each triangle with the origin is a tetrahedron. */
export function centroidOf({ attributes, index }: BufferGeometry): Vector3 {
  const corner = [new Vector3(), new Vector3(), new Vector3()] as const;
  const sum = new Vector3();
  const position = attributes["position"];
  let six = 0;
  for (let n = 0; position && index && n < index.count; n += 3) {
    corner.forEach((point, k) => point.fromBufferAttribute(position, index.getX(n + k)));
    const [a, b, c] = corner;
    const volume = a.dot(b.clone().cross(c));
    six += volume;
    sum.addScaledVector(a.clone().add(b).add(c), volume / 4);
  }
  return six === 0 ? sum : sum.divideScalar(six);
}
