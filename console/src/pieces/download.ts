/** Let the browser save bytes as a file. */
export function download(bytes: Uint8Array, name: string, type: string): void {
  // Copied, for the bytes may lie in a buffer that a Blob doesn't take.
  const href = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type }));
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  link.click();
  URL.revokeObjectURL(href);
}
