/** Who else is in the lab, and whether to share a scene with them. */
import { useState } from "react";
import { useStore } from "zustand";
import { go } from "../link";
import type { Person } from "../protocol.gen";
import { colourOf } from "../scene/colours";
import { company, LONGEST_NAME, nameOf } from "../state/company";

export function People() {
  const name = useStore(company, (s) => s.name);
  const together = useStore(company, (s) => s.together);
  const people = useStore(company, (s) => s.people);
  return (
    <section aria-labelledby="people" className="card">
      <h2 id="people">People</h2>
      <ul className="people" aria-label="Others in this lab">
        {people.map((person) => (
          <Other key={person.id} person={person} />
        ))}
      </ul>
      {people.length === 0 && <p className="note">Nobody else is here. Whoever opens this page is listed.</p>}
      <NameField key={name} name={name} />
      <button type="button" className="wide" aria-pressed={together} onClick={() => go(name, !together)}>
        {together ? "Go my own way" : "Share the scene"}
      </button>
      <p className="note">
        {together
          ? "Scan, frame, view and the tumour in the hand are the same for all who share."
          : "What you open and turn is yours alone."}
      </p>
    </section>
  );
}

function NameField({ name }: { name: string }) {
  const [text, setText] = useState(name);
  const keep = () => {
    if (text.trim() !== name) go(text.trim(), company.getState().together);
  };
  return (
    <label className="field">
      Your name
      <input
        value={text}
        maxLength={LONGEST_NAME}
        autoComplete="off"
        onChange={(e) => setText(e.target.value)}
        onBlur={keep}
        onKeyDown={(e) => e.key === "Enter" && keep()}
      />
    </label>
  );
}

function Other({ person }: { person: Person }) {
  const where = person.presence?.immersed ? "in a headset" : "at a desk";
  const what = person.away ? "line has fallen" : person.together ? `shares, ${where}` : "own way";
  return (
    <li style={{ color: colourOf(person.id) }}>
      <b>{nameOf(person)}</b>
      <span>{what}</span>
    </li>
  );
}
