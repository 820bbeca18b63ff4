/** Into the headset; where that cannot be, why not. */
import { useStore } from "zustand";
import { renderer } from "../renderer";
import { hologram, leadsToHologram } from "../state/hologram";
import { enter, leave, type Mode, offers, xr } from "../xr/session";

export function EnterButtons() {
  const inside = useStore(xr, (s) => s.session !== undefined);
  const isHologram = useStore(hologram, leadsToHologram);
  if (inside) {
    return (
      <div className="enter">
        <button type="button" className="primary" onClick={leave}>
          {isHologram ? "Leave the Looking Glass" : "Leave the headset"}
        </button>
      </div>
    );
  }
  return (
    <div className="enter">
      <EnterButton mode="immersive-vr" name={isHologram ? "Enter the Looking Glass" : "Enter VR"} />
      {!isHologram && <EnterButton mode="immersive-ar" name="Enter MR" />}
    </div>
  );
}

function EnterButton({ mode, name }: { mode: Mode; name: string }) {
  const why = useStore(offers, (s) => s[mode]);
  const ready = why === null;
  const begin = () => {
    const { current } = renderer;
    if (current) void enter(mode, current);
  };
  return (
    <button type="button" className={ready ? "primary" : undefined} disabled={!ready} title={why ?? undefined} onClick={begin}>
      {name}
    </button>
  );
}

/** The reason in words, for those who cannot hover: the same for both buttons as a rule. */
export function WhyNoHeadset() {
  const { "immersive-vr": vr, "immersive-ar": ar } = useStore(offers);
  const why = vr && ar ? vr : null;
  return why ? <p className="why">{why.replace("VR", "VR or MR")}</p> : null;
}
