/** The library: what a search finds of it, one group a subject, one card a scan. */
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useStore } from "zustand";
import { openScan } from "../link";
import type { ScanCard } from "../protocol.gen";
import { bySubject, matching } from "../state/library";
import { useLab } from "../useLab";
import { openDialog } from "./dialogs";
import { search } from "./search";
import { Thumbnail } from "./Thumbnail";
import "./library.css";

export function Library() {
  const scans = useLab((s) => s.scans);
  const text = useStore(search, (s) => s.text);
  const found = matching(scans, text);
  const behind = useRef<HTMLButtonElement>(null);
  if (scans.length === 0) return null;
  return (
    <section aria-labelledby="scans" className="card library">
      <div className="head">
        <h2 id="scans">Scans</h2>
        <span role="status">{found.length < scans.length ? `${found.length} of ${scans.length}` : scans.length}</span>
      </div>
      <SearchField first={found[0]} />
      <button type="button" className="skip" onClick={() => behind.current?.focus()}>
        Past the scans
      </button>
      <nav aria-labelledby="scans">
        {[...bySubject(found)].map(([subject, cards]) => (
          <Subject key={subject} name={subject} cards={cards} />
        ))}
        {found.length === 0 && <p className="note">No scan has “{text.trim()}” in its subject, timepoint, masks or name.</p>}
      </nav>
      <button ref={behind} type="button" className="wide" onClick={() => openDialog("measurements")}>
        All measurements
      </button>
    </section>
  );
}

/** Enter opens the first that is found, Escape shows all again. */
function SearchField({ first }: { first: ScanCard | undefined }) {
  const text = useStore(search, (s) => s.text);
  const press = ({ key }: KeyboardEvent) => {
    if (key === "Escape") search.setState({ text: "" });
    else if (key === "Enter" && first) openScan(first.id);
  };
  return (
    <input
      ref={(field) => search.setState({ field })}
      type="search"
      className="search"
      value={text}
      autoComplete="off"
      aria-label="Search the scans"
      placeholder="Subject, timepoint, mask"
      onChange={(event) => search.setState({ text: event.target.value })}
      onKeyDown={press}
    />
  );
}

function Subject({ name, cards }: { name: string; cards: readonly ScanCard[] }) {
  return (
    <div className="subject">
      <h3>{name}</h3>
      <ul>
        {cards.map((card) => (
          <li key={card.id}>
            <Card card={card} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Card({ card }: { card: ScanCard }) {
  const isOpen = useLab((s) => s.wanted?.scan === card.id);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isOpen && button.current) bringIntoList(button.current);
  }, [isOpen]);
  return (
    <button ref={button} type="button" aria-current={isOpen ? "true" : undefined} title={card.id} onClick={() => openScan(card.id)}>
      <Thumbnail card={card} />
      <span className="what">
        <b>{card.timepoint || card.id}</b>
        <span>{card.frames} frames</span>
        <span>{card.labels.length > 0 ? card.labels.join(", ") : "no masks"}</span>
      </span>
    </button>
  );
}

/** Scrolls the list alone, and not the page as `scrollIntoView` would. */
function bringIntoList(card: HTMLElement): void {
  const list = card.closest("nav");
  if (list === null) return;
  const [shown, own] = [list.getBoundingClientRect(), card.getBoundingClientRect()];
  if (own.top < shown.top || own.bottom > shown.bottom) {
    list.scrollTop += (own.top + own.bottom - shown.top - shown.bottom) / 2;
  }
}
