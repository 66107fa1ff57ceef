import "@cloudscape-design/global-styles/index.css";
import "./app/fonts.css";
import "./app/console.css";

import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import { flashError } from "./app/flashes";
import { adoptRegion } from "./app/region";
import { followMode } from "./app/theme";
import { announce, askOtherTabs, fromFragment, keep, session, shareWithTabs } from "./aws/session";
import { adopt } from "./aws/sts";

/** Take the session that `tailrace console` put after the `#`, and wipe it from the address and the history. */
async function start(): Promise<void> {
  followMode();
  const given = fromFragment(window.location.hash);
  if (given) {
    window.history.replaceState(null, "", window.location.pathname + window.location.search);
    await adopt(given).then((adopted) => {
      keep(adopted);
      announce(adopted);
    }, flashError);
  } else if (!session()) {
    keep(await askOtherTabs());
  }
  shareWithTabs();
  adoptRegion(window.location.search);
  const root = document.getElementById("root");
  if (root) createRoot(root).render(<App />);
}

void start();
