/** The library: one group a subject, one button a scan. */
import { openScan } from "../link";
import { useLab } from "../useLab";
import { bySubject } from "./bySubject";

export function ScanList() {
  const scans = useLab((s) => s.scans);
  const wanted = useLab((s) => s.wanted?.scan);
  if (scans.length === 0) return null;
  return (
    <nav aria-labelledby="scans" className="card">
      <h2 id="scans">Scans</h2>
      {[...bySubject(scans)].map(([subject, cards]) => (
        <div key={subject} className="subject">
          <h3>{subject}</h3>
          <ul>
            {cards.map((card) => (
              <li key={card.id}>
                <button type="button" aria-current={card.id === wanted ? "true" : undefined} onClick={() => openScan(card.id)}>
                  <b>{card.timepoint || card.id}</b>
                  <span>{card.frames} frames</span>
                  <span>{card.labels.length > 0 ? card.labels.join(", ") : "no masks"}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
