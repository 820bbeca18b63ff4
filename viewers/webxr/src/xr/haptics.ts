/** Short pulses of the controller that did it; hands, and controllers that cannot, give none. */
export type Feel = "grab" | "detent" | "snap";
const PULSES: Record<Feel, { strength: number; ms: number }> = {
  grab: { strength: 0.5, ms: 20 },
  detent: { strength: 0.25, ms: 8 },
  snap: { strength: 0.8, ms: 35 },
};

/** What browsers have, of which TypeScript knows another. */
interface Actuator {
  pulse?(strength: number, ms: number): Promise<unknown>;
}

let latest: XRInputSource | null = null;

export function feel(source: XRInputSource, what: Feel): void {
  if (what === "grab") latest = source;
  const { strength, ms } = PULSES[what];
  const [actuator] = (source.gamepad?.hapticActuators ?? []) as readonly Actuator[];
  void actuator?.pulse?.(strength, ms)?.catch(() => undefined);
}

/** By the hand that took something last. */
export function feelAgain(what: Feel): void {
  if (latest) feel(latest, what);
}
