/** Have the mask that is shown, or its surface, as a file. */
import { useState } from "react";
import { exportMask, type Format } from "../net/downloads";
import { useLab } from "../useLab";

const VOXELS: [Format, string][] = [
  ["nii.gz", "NIfTI (.nii.gz)"],
  ["nrrd", "NRRD (.nrrd)"],
  ["seg.nrrd", "3D Slicer (.seg.nrrd)"],
  ["mha", "MetaImage (.mha)"],
  ["dcm", "DICOM SEG (.dcm.zip)"],
  ["tif", "TIFF stack (.tif)"],
];
const SURFACES: [Format, string][] = [
  ["glb", "glTF (.glb)"],
  ["stl", "STL (.stl)"],
  ["ply", "PLY (.ply)"],
  ["obj", "OBJ (.obj)"],
];

export function Download() {
  const scan = useLab((s) => s.scan);
  const [format, setFormat] = useState<Format>("nii.gz");
  if (scan === null || scan.label === null) return null;
  const { label } = scan;
  return (
    <section aria-labelledby="download" className="card">
      <h2 id="download">Download</h2>
      <label className="choice">
        <span>Format</span>
        <select value={format} onChange={(e) => setFormat(e.target.value as Format)}>
          <optgroup label="The mask">{VOXELS.map(option)}</optgroup>
          <optgroup label="Its surface">{SURFACES.map(option)}</optgroup>
        </select>
      </label>
      <button type="button" className="wide" onClick={() => void exportMask(scan.scan, label, format)}>
        Download {label}
      </button>
    </section>
  );
}

function option([format, words]: [Format, string]) {
  return (
    <option key={format} value={format}>
      {words}
    </option>
  );
}
