/** What was measured, and by which ruler. */
import type { ReactNode } from "react";
import { between, dimensions, significant, spacing } from "../format";
import { openScan } from "../link";
import { isMeasuredBefore } from "../state/lab";
import { useLab } from "../useLab";
import { Confidence } from "./Confidence";

export function Numbers() {
  const scan = useLab((s) => s.scan);
  const measured = useLab((s) => s.measured);
  const isBefore = useLab(isMeasuredBefore);
  if (scan === null) return null;
  const hasMask = scan.label !== null;
  const hasTumour = scan.frames_with_tumour !== null;
  return (
    <section aria-labelledby="numbers" className="card" aria-busy={isBefore}>
      <h2 id="numbers">Tumour</h2>
      {hasTumour ? (
        <p className="volume" data-testid="volume">
          <strong>{measured ? significant(measured.volume_mm3) : "…"}</strong> mm³
          {isBefore && <small>of the mask before; measuring anew</small>}
        </p>
      ) : (
        <p className="note">
          {hasMask
            ? `Nothing is outlined in the mask ${scan.label}, so there is no tumour to measure.`
            : "This scan has no masks yet, so there are frames and no tumour to measure."}
        </p>
      )}
      <dl>
        {hasTumour && measured && (
          <>
            <Item name="95 % between" meaning="The true volume lies between these in 95 of 100 cases">
              {between(measured.interval_mm3)} mm³
            </Item>
            <Item name="L × W × H" meaning="Length, width and height">
              {dimensions(measured.extent_mm)} mm
            </Item>
            <Item name="Surface">{significant(measured.surface_mm2)} mm²</Item>
            <Item name="As a caliper gives it" meaning="Length × width² / 2, as from outside; a formula, not what was outlined">{significant(measured.caliper_mm3)} mm³</Item>
            <Item name="Frames">
              {measured.frames[0]} – {measured.frames[1]}
            </Item>
            <Item name="Mask" meaning="Who or what drew it">
              {scan.label}
              <small>{measured.drawn_by}</small>
            </Item>
          </>
        )}
        <Item name="Spacing z, y, x">
          {spacing(scan.spacing_mm)} mm
          <small>from {scan.spacing_source}; every mm rests on it</small>
        </Item>
        <Item name="Sweep">
          {scan.shape[0]} frames of {scan.shape[2]} × {scan.shape[1]}
        </Item>
      </dl>
      {measured?.warnings.map((warning) => (
        <p key={warning} className="warning">
          {warning}
        </p>
      ))}
      <Confidence />
      {scan.labels.length > 1 && (
        <label className="choice">
          <span>Mask</span>
          <select value={scan.label ?? ""} onChange={(e) => openScan(scan.scan, e.target.value)}>
            {scan.labels.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
    </section>
  );
}

function Item({ name, meaning, children }: { name: string; meaning?: string; children: ReactNode }) {
  return (
    <div>
      <dt>{meaning ? <abbr title={meaning}>{name}</abbr> : name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
