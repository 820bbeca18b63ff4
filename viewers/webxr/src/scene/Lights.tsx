/** Soft from above, a key light over the shoulder, a cool rim from behind. Sizes play no part. */
export function Lights() {
  return (
    <>
      <hemisphereLight args={["#dfe9ff", "#3a2a28", 1.1]} />
      <directionalLight position={[0.6, 1, 0.9]} intensity={2.4} color="#fff4ea" />
      <directionalLight position={[-0.8, 0.35, -1]} intensity={1.3} color="#9fc2ff" />
    </>
  );
}
