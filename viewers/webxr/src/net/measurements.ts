/**
 * Tables of measurements, kept in step with the lab: asked for until they are whole, and again when
 * something was measured anew.
 */
import { lab, type LabState } from "../state/lab";
import { course, empty, type MeasurementTable, type TableState, type TableStore } from "../state/measurements";

const AGAIN_MS = 700;
const WHEN_REFUSED_MS = 3000;

export type Ask = (subject: string | null) => Promise<MeasurementTable>;

export class Follower {
  #subject: string | null = null;
  #isFollowing = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts what was asked, so that an answer that is late is not taken for the last one's. */
  #asked = 0;

  constructor(
    private readonly store: TableStore,
    private readonly ask: Ask = askLab,
  ) {}

  /** Follow the masks of a subject, or of all where it is null. */
  begin(subject: string | null): void {
    if (subject !== this.#subject) empty(this.store);
    this.#subject = subject;
    this.#isFollowing = true;
    void this.#askNow();
  }

  /** Something was measured, or came or went. */
  again(): void {
    if (this.#isFollowing) this.#askIn(AGAIN_MS);
  }

  /** Ask no more; what has come stays. */
  end(): void {
    this.#isFollowing = false;
    clearTimeout(this.#timer);
  }

  async #askNow(): Promise<void> {
    clearTimeout(this.#timer);
    const number = (this.#asked += 1);
    const next = await this.#answer();
    if (number !== this.#asked || !this.#isFollowing) return;
    this.store.setState(next);
    if (next.failure) this.#askIn(WHEN_REFUSED_MS);
    else if (this.store.getState().rows.length < this.store.getState().total) this.#askIn(AGAIN_MS);
  }

  async #answer(): Promise<Partial<TableState>> {
    try {
      const { rows, total } = await this.ask(this.#subject);
      return { rows, total, failure: null, hasCome: true };
    } catch {
      return { failure: "The lab does not answer; these are the numbers that had come by then." };
    }
  }

  #askIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#askNow(), ms);
  }
}

async function askLab(subject: string | null): Promise<MeasurementTable> {
  const query = subject === null ? "" : `?${new URLSearchParams({ subject })}`;
  const answer = await fetch(`api/measurements${query}`);
  if (!answer.ok) throw new Error(answer.statusText);
  return (await answer.json()) as MeasurementTable;
}

/**
 * Keep `course` that of the subject that is open, where it was scanned more than once. The scan that
 * is open goes first: only once its own numbers are there are the others asked for.
 */
export function followCourse(): void {
  const follower = new Follower(course);
  let subject: string | null = null;
  lab.subscribe((state, before) => {
    const now = subjectOf(state);
    if (now !== subject) {
      subject = now;
      if (now === null) follower.end();
      else follower.begin(now);
    } else if (isOther(state, before)) follower.again();
  });
}

/** Whether masks may have come, gone or been measured anew. */
export function isOther(state: LabState, before: LabState): boolean {
  const hasCome = state.connection === "open" && before.connection !== "open";
  return hasCome || state.scans !== before.scans || state.measured !== before.measured;
}

function subjectOf({ scan, scans, measured }: LabState): string | null {
  if (scan === null || scan.subject === "" || (scan.frames_with_tumour !== null && measured === null)) return null;
  return scans.filter(({ subject }) => subject === scan.subject).length > 1 ? scan.subject : null;
}
