/** Pictures that were taken in the headset: to look at, and to save where the headset did not. */
import { useStore } from "zustand";
import { pictures } from "../state/pictures";
import "./pictures.css";

export function Pictures() {
  const taken = useStore(pictures, (s) => s.taken);
  if (taken.length === 0) return null;
  return (
    <section className="card pictures" aria-labelledby="pictures">
      <h2 id="pictures">Pictures</h2>
      <ul>
        {taken.map(({ name, url }) => (
          <li key={url}>
            <a href={url} download={name} title={`Save ${name}`}>
              <img src={url} alt={name} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
