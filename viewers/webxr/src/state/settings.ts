/** How this person likes it, kept across reloads. */
import { createStore } from "zustand/vanilla";

export interface Settings {
  /** The left hand points and scrubs; what lies to the right lies to the left. */
  leftHanded: boolean;
}

const KEPT_AS = "parasam.settings";

export const settings = createStore<Settings>(kept);

settings.subscribe(({ leftHanded }) => {
  try {
    localStorage.setItem(KEPT_AS, JSON.stringify({ leftHanded }));
  } catch {
    // a browser that keeps nothing asks again
  }
});

export function toggleLeftHanded(): void {
  settings.setState(({ leftHanded }) => ({ leftHanded: !leftHanded }));
}

/** The hand that points and scrubs; the other one walks and wears the menu. */
export function pointingHand(): "left" | "right" {
  return settings.getState().leftHanded ? "left" : "right";
}

function kept(): Settings {
  try {
    const { leftHanded } = JSON.parse(localStorage.getItem(KEPT_AS) ?? "{}") as Record<string, unknown>;
    return { leftHanded: leftHanded === true };
  } catch {
    return { leftHanded: false };
  }
}
