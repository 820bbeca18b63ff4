/** `?emulate=1`: a Quest 3 in a desktop browser, with controls on the screen. A chunk of its own. */
import { DevUI } from "@iwer/devui";
import { SyntheticEnvironmentModule } from "@iwer/sem";
import room from "@iwer/sem/lib/captures/office_small.json";
import { metaQuest3, XRDevice } from "iwer";

type Room = Parameters<XRDevice["installSEM"]>[0];

export function emulateHeadset(): void {
  const headset = new XRDevice(metaQuest3);
  headset.installRuntime({ forceInstall: true });
  headset.installDevUI(DevUI);
  // it lacks the depth buffer of iwer's type, which is read where depth-sensing is asked for
  headset.installSEM(SyntheticEnvironmentModule as unknown as Room);
  headset.sem?.loadEnvironment(room);
}
