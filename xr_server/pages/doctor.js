/**
 * Checks what the lab needs of this browser, and says in sentences what to do.
 *
 * A finding is { state: "well" | "hint" | "ill", sentence }. Nothing is sent anywhere else.
 */
"use strict";

const SUBPROTOCOL = document.body.dataset.subprotocol;
const PATIENCE_MS = 8000;
const SLOW_MB_A_S = 3;

const well = (sentence) => ({ state: "well", sentence });
const hint = (sentence) => ({ state: "hint", sentence });
const ill = (sentence) => ({ state: "ill", sentence });

const CHECKS = {
  "Secure context": secureContext,
  Certificate: certificate,
  WebXR: webXR,
  WebGL: webGL,
  Pairing: pairing,
  Socket: socket,
  Throughput: throughput,
};

function secureContext() {
  if (window.isSecureContext) return well("This page is secure, so WebXR is allowed.");
  return ill(
    "This page came over plain HTTP, so the browser locks WebXR. Start the lab with " +
      "`parasam lab --https`, or take the cable as described below.",
  );
}

async function certificate() {
  if (location.protocol !== "https:") return well("None is needed here: this is not HTTPS.");
  if (!navigator.serviceWorker) return hint("This browser does not tell whether it trusts it.");
  try {
    const worker = await navigator.serviceWorker.register("/doctor/trust.js");
    await worker.unregister();
    return well("This browser trusts the lab's certificate.");
  } catch {
    return hint(
      "This browser was told to go on without trust. WebXR works, but it keeps nothing in its " +
        "cache. To trust the lab, compare the fingerprint of /ca.crt with the terminal's, and " +
        "install it as a certificate authority.",
    );
  }
}

async function webXR() {
  if (!navigator.xr) {
    return ill("This browser has no WebXR here. Use the Meta Quest Browser, over HTTPS or localhost.");
  }
  const can = async (mode) => navigator.xr.isSessionSupported(mode).catch(() => false);
  const [vr, ar] = [await can("immersive-vr"), await can("immersive-ar")];
  if (vr && ar) return well("VR and MR are there.");
  if (vr) return hint("VR is there; MR is not, for which a headset has to see through.");
  return hint("There is WebXR, but no headset. On a desk the page turns with the mouse.");
}

function webGL() {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return ill("There is no WebGL 2. Update the browser, or switch on its graphics hardware.");
  const size = gl.getParameter(gl.MAX_3D_TEXTURE_SIZE);
  return well(`WebGL 2 is there, with volumes up to ${size} voxels a side.`);
}

async function pairing() {
  if (!navigator.cookieEnabled) return ill("Cookies are off, so pairing is lost. Allow them here.");
  const { paired } = await (await fetch("/doctor/state", { cache: "no-store" })).json();
  if (paired) return well("This browser may come in.");
  return ill("This browser is not paired. Open the lab and type the code that its terminal shows.");
}

function socket() {
  const began = performance.now();
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const line = new WebSocket(`${scheme}://${location.host}/ws`, SUBPROTOCOL);
  return new Promise((done) => {
    const late = "The socket did not open in time. A proxy or firewall between may forbid it.";
    const timer = setTimeout(() => done(ill(late)), PATIENCE_MS);
    line.onopen = () => {
      const took = Math.round(performance.now() - began);
      done(well(`A ${scheme} socket of ${line.protocol} opens in ${took} ms.`));
    };
    line.onerror = () => done(ill("The socket was refused. Pair this browser, then reload."));
    line.addEventListener("close", () => clearTimeout(timer));
  }).finally(() => line.close());
}

async function throughput() {
  const began = performance.now();
  const answer = await fetch("/doctor/bytes", { cache: "no-store" });
  if (!answer.ok) return hint("It is measured once this browser is paired.");
  const { byteLength } = await answer.arrayBuffer();
  const rate = byteLength / 1e3 / (performance.now() - began);
  const said = `${rate.toFixed(rate < 10 ? 1 : 0)} MB/s come from the lab.`;
  if (rate >= SLOW_MB_A_S) return well(said);
  return hint(`${said} That is slow: use 5 GHz Wi-Fi near the access point, or the cable.`);
}

async function examine() {
  for (const port of document.querySelectorAll(".port")) port.textContent = location.port || "443";
  for (const [name, check] of Object.entries(CHECKS)) {
    const { state, sentence } = await Promise.resolve()
      .then(check)
      .catch((error) => ill(`This could not be checked: ${error.message}`));
    show(name, state, sentence);
  }
  document.body.dataset.done = "true";
}

function show(name, state, sentence) {
  const item = document.createElement("li");
  item.dataset.name = name;
  item.dataset.state = state;
  const title = document.createElement("b");
  title.textContent = name;
  item.append(title, sentence);
  document.getElementById("findings").append(item);
}

examine();
