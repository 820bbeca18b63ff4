/**
 * Send the latest of many: the first at once, then at most one each `intervalMs`.
 *
 * A timer, not `requestAnimationFrame`: the page's own stops while a headset shows the scene.
 */
export class Latest<T> {
  #waiting: { value: T } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly send: (value: T) => void,
    private readonly intervalMs = 16,
  ) {}

  push(value: T): void {
    if (this.#timer !== undefined) {
      this.#waiting = { value };
      return;
    }
    this.send(value);
    this.#timer = setTimeout(() => this.#next(), this.intervalMs);
  }

  #next(): void {
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) this.push(waiting.value);
  }
}
