/** Files for the browser to save. */

/** By then a browser has begun to save what the page made. */
const SAVING_MS = 10_000;

/** Have the browser save what an address gives. */
export function save(href: string, name: string): void {
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  link.click();
}

/** Have it save what the page made. */
export function saveBlob(blob: Blob, name: string): void {
  const href = URL.createObjectURL(blob);
  save(href, name);
  setTimeout(() => URL.revokeObjectURL(href), SAVING_MS);
}
