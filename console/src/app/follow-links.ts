/** Links of the console change the page without loading it anew, whichever component drew them. */

import { BASE } from "./paths";

/** Hand clicks on the console's own links to `navigate`; new tabs, downloads and other sites are the browser's. */
export function followLinks(navigate: (href: string) => void): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if ((link.target && link.target !== "_self") || link.hasAttribute("download")) return;
    const url = new URL(link.href, window.location.href);
    if (url.origin !== window.location.origin) return;
    if (url.pathname !== BASE && !url.pathname.startsWith(`${BASE}/`)) return;
    event.preventDefault();
    navigate(url.pathname + url.search + url.hash);
  });
}
