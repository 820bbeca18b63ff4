import { createRoot } from "react-dom/client";
import { App } from "./App";
import { listenToKeys } from "./desk/keys";
import { showHandle } from "./handle";
import { connect } from "./link";
import { followCourse } from "./net/measurements";
import { loadImmersion } from "./Stage";
import "./style.css";
import { watchOffers } from "./xr/session";

async function begin(): Promise<void> {
  const asked = new URLSearchParams(location.search);
  if (asked.get("emulate") === "1") {
    const { emulateHeadset } = await import("./emulate");
    emulateHeadset();
  }
  if (asked.get("looking-glass") === "1") {
    const { beginLookingGlass } = await import("./lookingGlass");
    await beginLookingGlass();
  }
  followCourse();
  connect();
  listenToKeys();
  watchOffers(loadImmersion);
  showHandle();
  const place = document.getElementById("lab");
  if (place) createRoot(place).render(<App />);
}

void begin();
