import { title } from "./format";
import { BudgetMeter } from "./desk/BudgetMeter";
import { Compare } from "./desk/Compare";
import { Download } from "./desk/Download";
import { Dialogs } from "./desk/Dialogs";
import { EnterButtons, WhyNoHeadset } from "./desk/EnterButtons";
import { GreyLevels } from "./desk/GreyLevels";
import { GrowthCard } from "./desk/GrowthCard";
import { Jobs } from "./desk/Jobs";
import { KeysButton } from "./desk/Keys";
import { LayerSwitch } from "./desk/LayerSwitch";
import { Library } from "./desk/Library";
import { Marks } from "./desk/Marks";
import { MeasureTools } from "./desk/MeasureTools";
import { LookingGlass } from "./desk/LookingGlass";
import { Numbers } from "./desk/Numbers";
import { Outlining } from "./desk/Outlining";
import { People } from "./desk/People";
import { Pictures } from "./desk/Pictures";
import { Planes, PlanesButton } from "./desk/Planes";
import { Probe } from "./desk/Probe";
import { ScaleBar } from "./desk/ScaleBar";
import { Scrubber } from "./desk/Scrubber";
import { SideBySide } from "./desk/SideBySide";
import { Loading, Message, Status } from "./desk/Status";
import { ViewSwitch } from "./desk/ViewSwitch";
import { Stage } from "./Stage";
import { useLab } from "./useLab";

export function App() {
  const scan = useLab((s) => s.scan);
  return (
    <div className="lab">
      <header>
        <h1>
          Para<b>SAM</b>
        </h1>
        {scan && <p className="title">{title(scan, scan.scan)}</p>}
        <Status />
        <KeysButton />
        <EnterButtons />
      </header>
      <main className="stage" aria-label="The tumour and the current frame, in three dimensions">
        {hasWebGl2() ? <Stage /> : <NoWebGl />}
        <Planes />
        <div className="over">
          <ViewSwitch />
          <LayerSwitch />
          <PlanesButton />
          <MeasureTools />
        </div>
        <ScaleBar />
        <BudgetMeter />
        <p className="hint">Drag turns, right drag moves, the wheel zooms; over the frame it turns frames, as the arrow keys do</p>
        <Loading />
        <Message />
      </main>
      <Scrubber />
      <aside>
        <Numbers />
        {scan?.label === null && <Outlining />}
        <Marks />
        <Library />
        <GrowthCard />
        <SideBySide />
        <Compare />
        <Probe />
        <GreyLevels />
        {scan?.label !== null && <Outlining />}
        <Download />
        <Jobs />
        <Pictures />
        <People />
        <LookingGlass />
        <WhyNoHeadset />
      </aside>
      <Dialogs />
    </div>
  );
}

function NoWebGl() {
  return (
    <p className="nowebgl" role="alert">
      This browser has no WebGL 2, which draws the tumour. Switch on hardware acceleration, or use a
      current Chrome, Edge, Firefox or Safari; the numbers are right all the same.
    </p>
  );
}

let known: boolean | null = null;

function hasWebGl2(): boolean {
  known ??= document.createElement("canvas").getContext("webgl2") !== null;
  return known;
}
