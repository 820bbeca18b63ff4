/** A long list, some at a time. */
export interface Page<T> {
  items: readonly T[];
  /** Which one it is, and of how many; from 0. */
  page: number;
  pages: number;
}

export function pageOf<T>(list: readonly T[], wanted: number, size: number): Page<T> {
  const pages = Math.max(1, Math.ceil(list.length / size));
  const page = Math.min(Math.max(wanted, 0), pages - 1);
  return { items: list.slice(page * size, (page + 1) * size), page, pages };
}

/** The page that holds the item at `index`; the first where there is none. */
export function pageWith(index: number, size: number): number {
  return Math.max(0, Math.floor(index / size));
}
