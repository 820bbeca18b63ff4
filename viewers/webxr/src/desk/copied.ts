/**
 * Copy a text; false where the browser does not let us. Over plain HTTP there is no
 * `navigator.clipboard`: there the old way is asked.
 */
export async function copied(text: string): Promise<boolean> {
  if (!navigator.clipboard) return copiedTheOldWay(text);
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedTheOldWay(text);
  }
}

function copiedTheOldWay(text: string): boolean {
  const put = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
  };
  document.addEventListener("copy", put, { once: true });
  const isDone = document.execCommand("copy");
  document.removeEventListener("copy", put);
  return isDone;
}
