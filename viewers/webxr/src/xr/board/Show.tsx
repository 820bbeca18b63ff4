/** What is shown of the scan: the view, the layers that it draws, how sure the model was, what stands beside it. */
import { Container } from "@react-three/uikit";
import { useStore } from "zustand";
import { placeBeside, showView } from "../../link";
import { alignAll, BESIDE, BESIDE_WORDS, beside } from "../../state/beside";
import { timesScanned, VIEW_WORDS, VIEWS } from "../../state/lab";
import { LAYER_WORDS, LAYERS, layers, toggleLayer, whereDrawn } from "../../state/layers";
import { blockWords, drawnVoxels } from "../../state/voxels";
import { useDrawnLayers } from "../../useDrawnLayers";
import { useLab } from "../../useLab";
import { Button } from "../Button";
import { plain } from "../look";
import { Confidence } from "./Confidence";
import { Small } from "./Words";

export function Show() {
  const view = useLab((s) => s.view);
  return (
    <Container flexDirection="column" gap={8}>
      <Small>View</Small>
      <Container gap={8} flexWrap="wrap">
        {VIEWS.map((name) => (
          <Button key={name} name={`view ${name}`} pressed={name === view} onClick={() => showView(name)}>
            {VIEW_WORDS[name]}
          </Button>
        ))}
      </Container>
      <Blocks />
      <Layers />
      <Confidence />
      <SideBySide />
    </Container>
  );
}

/** Those that the view does not draw cannot be pressed; below them it says which views do. */
function Layers() {
  const shown = useStore(layers);
  const drawn = useDrawnLayers();
  return (
    <>
      <Small>Layers</Small>
      <Container gap={8} flexWrap="wrap">
        {LAYERS.map((name) => (
          <Button
            key={name}
            name={`layer ${name}`}
            pressed={shown[name]}
            disabled={!drawn.includes(name)}
            onClick={() => toggleLayer(name)}
          >
            {LAYER_WORDS[name]}
          </Button>
        ))}
      </Container>
      {LAYERS.filter((name) => !drawn.includes(name)).map((name) => (
        <Small key={name}>{`${LAYER_WORDS[name]}: ${whereDrawn(name)}`}</Small>
      ))}
    </>
  );
}

/** Where there are more voxels than can be drawn. */
function Blocks() {
  const words = useStore(drawnVoxels, blockWords);
  return words && <Small>{plain(words)}</Small>;
}

/** The subject's other timepoints, or the scan's other masks, where there are any. */
function SideBySide() {
  const what = useStore(beside, (s) => s.what);
  const isMoved = useStore(beside, (s) => Object.keys(s.moved).length > 0);
  const there = useThere();
  if (!there.times && !there.masks) return null;
  const names = BESIDE.filter((name) => name === "nothing" || there[name]);
  return (
    <>
      <Small>Side by side</Small>
      <Container gap={8} flexWrap="wrap">
        {names.map((name) => (
          <Button key={name} name={`beside ${name}`} pressed={name === what} onClick={() => placeBeside(name)}>
            {BESIDE_WORDS[name]}
          </Button>
        ))}
        {isMoved && (
          <Button name="align" onClick={alignAll}>
            Align
          </Button>
        )}
      </Container>
    </>
  );
}

function useThere(): { times: boolean; masks: boolean } {
  const times = useLab((s) => timesScanned(s) > 1);
  const masks = useLab((s) => (s.scan?.labels.length ?? 0) > 1);
  return { times, masks };
}
