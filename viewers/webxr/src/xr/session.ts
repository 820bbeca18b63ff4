/**
 * Into VR or MR and out again. Everything is asked for as optional, so that a headset that lacks
 * one thing still shows the rest; dom-overlay and layers are not asked for at all.
 */
import { createXRStore } from "@react-three/xr";
import type { WebGLRenderer } from "three";
import { createStore } from "zustand/vanilla";
import { graphics } from "../state/graphics";
import { lab } from "../state/lab";
import { keepSaying, withdraw } from "../state/notice";
import { Controller } from "./Controller";
import { floorIs } from "./floorHeight";
import { Hand } from "./Hand";
import { held } from "./held";

export type Mode = "immersive-vr" | "immersive-ar";
const FEATURES = ["local-floor", "hand-tracking", "anchors", "hit-test", "plane-detection"];
const BEST_FRAME_RATE = 90;
const WORDS: Record<Mode, string> = { "immersive-vr": "VR", "immersive-ar": "MR" };
const ENDED = "The headset ended the session. All is kept as it was; enter again to go on.";

export const xr = createXRStore({
  controller: Controller,
  hand: Hand,
  baseAssetPath: new URL("profiles/", document.baseURI).href,
  defaultControllerProfileId: "generic-trigger-squeeze-thumbstick",
  emulate: false,
  offerSession: false,
  enterGrantedSession: false,
});

/** Why a mode cannot be entered, as a sentence; null where it can, "" while that is being asked. */
export interface Offers {
  "immersive-vr": string | null;
  "immersive-ar": string | null;
}

export const offers = createStore<Offers>(() => ({ "immersive-vr": "", "immersive-ar": "" }));

/**
 * Ask the browser which modes there are, now and when a device comes or goes. A mode is offered
 * once what it needs has been loaded, so that the click that enters it finds all of it there.
 */
export function watchOffers(load: () => Promise<unknown>): void {
  const ask = async (mode: Mode) => offers.setState({ [mode]: (await whyNot(mode)) ?? (await whyNotLoaded(load)) });
  const askBoth = () => void Promise.all([ask("immersive-vr"), ask("immersive-ar")]);
  navigator.xr?.addEventListener("devicechange", askBoth);
  askBoth();
}

/** Must be called from a click. */
export async function enter(mode: Mode, renderer: WebGLRenderer): Promise<void> {
  withdraw(ENDED);
  let session: XRSession | undefined;
  try {
    session = await navigator.xr?.requestSession(mode, { optionalFeatures: FEATURES });
    if (!session) return;
    watchEnd(session, renderer.domElement);
    const floor = await session.requestReferenceSpace("local-floor").catch(() => null);
    floorIs(floor !== null);
    renderer.xr.setReferenceSpaceType(floor ? "local-floor" : "local");
    await renderer.xr.setSession(session);
    await preferFrameRate(session);
  } catch (error) {
    lab.setState({ failure: whyRefused(mode, error) });
    isLeaving = true;
    await session?.end().catch(() => undefined);
  }
}

let isLeaving = false;

export function leave(): void {
  isLeaving = true;
  void xr.getState().session?.end();
}

/** Where the user did not leave, say that it ended, and begin the next one as this one broke off. */
function watchEnd(session: XRSession, canvas: HTMLCanvasElement): void {
  isLeaving = false;
  const end = () => void session.end().catch(() => undefined); // it has nothing to draw with
  canvas.addEventListener("webglcontextlost", end, { once: true });
  session.addEventListener(
    "end",
    () => {
      canvas.removeEventListener("webglcontextlost", end);
      if (isLeaving) return;
      held.setState({ goesOn: true });
      if (!graphics.getState().isLost) keepSaying(ENDED);
    },
    { once: true },
  );
}

function whyRefused(mode: Mode, error: unknown): string {
  const name = WORDS[mode];
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return `The headset did not let this page into ${name}. Allow it there, then press Enter ${name} again.`;
    case "NotSupportedError":
      return `The headset shows no ${name} now. Check that it is awake and not in use, then press Enter ${name} again.`;
    case "InvalidStateError":
      return `Another page uses the headset. End that, then press Enter ${name} again.`;
    default:
      return `The headset did not start ${name}: ${String(error)}. Press Enter ${name} to try again.`;
  }
}

async function preferFrameRate(session: XRSession): Promise<void> {
  const rates = [...(session.supportedFrameRates ?? [])].filter((r) => r <= BEST_FRAME_RATE);
  if (rates.length > 0) await session.updateTargetFrameRate(Math.max(...rates)).catch(() => undefined);
}

async function whyNot(mode: Mode): Promise<string | null> {
  const name = WORDS[mode];
  if (!window.isSecureContext) return `${name} wants localhost or https: reach the lab over USB with adb reverse`;
  if (!navigator.xr) return "This browser has no WebXR: open this page in the headset's browser";
  const supported = await navigator.xr.isSessionSupported(mode).catch(() => false);
  return supported ? null : `No headset that shows ${name}: open this page in the headset's browser`;
}

async function whyNotLoaded(load: () => Promise<unknown>): Promise<string | null> {
  try {
    await load();
    return null;
  } catch {
    return "What a headset needs did not come: reload this page when the lab answers";
  }
}
