/**
 * `?looking-glass=1`: holograms on a Looking Glass, by the maker's own module, which the lab was given
 * and the page loads only then. A headset of the browser's own is never overridden.
 */
import { Vector3 } from "three";
import { specimen } from "./renderer";
import { hologram, REFUSED, type Stage } from "./state/hologram";
import { lab } from "./state/lab";
import { leave, xr } from "./xr/session";

interface Config extends EventTarget {
  calibration: { serial: string };
  popup: Window | null;
  updateViewControls(value: Readonly<Record<string, unknown>>): void;
}

interface Module {
  LookingGlassConfig: Config;
  LookingGlassWebXRPolyfill: new (config: object) => unknown;
}

const BRIDGE = "ws://localhost:11222/driver";
const BRIDGE_PATIENCE_MS = 2500;
/** A quilt for those who look without a panel; the module's own is one view alone. */
const WITHOUT_PANEL = { columns: 8, rows: 6, quiltResolution: { width: 3360, height: 3360 } };
const WINDOW_PATIENCE_MS = 1500;
const FOLLOW_EVERY_MS = 250;
/** The tumour takes this part of the panel's shorter side. */
const FILL = 0.75;

/** Must come before the renderer is made. */
export async function beginLookingGlass(): Promise<void> {
  hologram.setState({ stage: await prepared() });
}

async function prepared(): Promise<Stage> {
  if (await navigator.xr?.isSessionSupported("immersive-vr").catch(() => false)) return "native";
  const module = await loaded();
  if (module === null) return "missing";
  // three.js would hand this to the browser, which knows nothing of the module's sessions
  Reflect.deleteProperty(window, "XRWebGLBinding");
  const { LookingGlassConfig: config, LookingGlassWebXRPolyfill: Polyfill } = module;
  onlyChanges(config);
  placedOnce(config);
  new Polyfill({});
  document.body.append(Object.assign(document.createElement("button"), { id: "VRButton", hidden: true })); // it waits for one
  xr.subscribe(({ session }, before) => {
    if (session && !before.session) follow(config);
  });
  return askBridge(config);
}

async function loaded(): Promise<Module | null> {
  const address = new URL("looking-glass.js", document.baseURI).href;
  return import(/* @vite-ignore */ address).catch(() => null) as Promise<Module | null>;
}

async function askBridge(config: Config): Promise<Stage> {
  const [isThere] = await Promise.all([answers(BRIDGE), isCalibrated(config)]);
  if (config.calibration.serial !== "") return "ready";
  config.updateViewControls(WITHOUT_PANEL);
  return isThere ? "no panel" : "no bridge";
}

function answers(address: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = new WebSocket(address, ["rep.sp.nanomsg.org"]);
    socket.onopen = () => (socket.close(), done(true));
    socket.onerror = () => done(false);
  });
}

function isCalibrated(config: Config): Promise<void> {
  return new Promise((done) => {
    config.addEventListener("on-config-changed", () => config.calibration.serial !== "" && done());
    setTimeout(done, BRIDGE_PATIENCE_MS);
  });
}

/** It makes its quilt anew with every frame that sets what it was already. */
function onlyChanges(config: Config): void {
  const update = config.updateViewControls.bind(config);
  const set: Record<string, unknown> = {};
  config.updateViewControls = (value) => {
    const other = Object.entries(value).filter(([name, v]) => !(name in set) || set[name] !== v);
    if (other.length === 0) return;
    Object.assign(set, value);
    update(Object.fromEntries(other));
  };
}

/** Stands for the window while the browser asks whether it may tell of other screens. */
const PLACING = {} as Window;

/** A window opens where that is not allowed, too; and one alone, however often the session is set up meanwhile. */
function placedOnce(config: Config): void {
  const screens = window as { getScreenDetails?: () => Promise<object> };
  const ask = screens.getScreenDetails?.bind(window);
  if (!ask) return;
  screens.getScreenDetails = () => {
    config.updateViewControls({ popup: PLACING });
    return ask().catch(() => ({ screens: [] }));
  };
}

/** Keep the tumour in the panel's middle while it is shown; say so where no window came. */
function follow(config: Config): void {
  const looking = setInterval(() => config.updateViewControls(target()), FOLLOW_EVERY_MS);
  const beganMs = performance.now();
  const watching = setInterval(() => {
    if (config.popup === PLACING || performance.now() - beganMs < WINDOW_PATIENCE_MS) return;
    clearInterval(watching);
    if (config.popup !== null) return;
    lab.setState({ failure: REFUSED });
    leave();
  }, FOLLOW_EVERY_MS);
  const stop = xr.subscribe(({ session }) => {
    if (session) return;
    [looking, watching].forEach(clearInterval);
    stop();
  });
}

function target(): Record<string, number> {
  const { subject } = lab.getState();
  if (!specimen.current || !subject) return {};
  const { x, y, z } = specimen.current.getWorldPosition(new Vector3());
  const radius = subject.radius * specimen.current.getWorldScale(new Vector3()).x;
  return { targetX: x, targetY: y, targetZ: z, targetDiam: (2 * radius) / FILL };
}
