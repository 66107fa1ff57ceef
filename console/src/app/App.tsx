import I18nProvider from "@cloudscape-design/components/i18n";
import messages from "@cloudscape-design/components/i18n/messages/all.en";
import { QueryClientProvider } from "@tanstack/react-query";
import { createBrowserRouter } from "react-router";
import { RouterProvider } from "react-router/dom"; // the one that can render a change of the address at once

import { newQueryClient } from "../aws/hooks";
import { followLinks } from "./follow-links";
import { followRegion } from "./region";
import { routes } from "./routes";

const router = createBrowserRouter(routes);
const cache = newQueryClient();

followLinks((href) => void router.navigate(href));
followRegion(router, () => cache.clear());

/** The console. */
export function App() {
  return (
    <I18nProvider locale="en" messages={[messages]}>
      <QueryClientProvider client={cache}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </I18nProvider>
  );
}
