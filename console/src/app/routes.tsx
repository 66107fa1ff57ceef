/** All pages: each feature's own, and what is shown where there is none. */

import type { RouteObject } from "react-router";

import { Loading } from "../pieces/Loading";
import { NotFound } from "../pieces/NotFound";
import { FEATURES } from "./features";
import { BASE } from "./paths";
import { RouteError } from "./RouteError";
import { Shell } from "./Shell";

export const routes: RouteObject[] = [
  {
    path: BASE,
    element: <Shell />,
    hydrateFallbackElement: <Loading />,
    children: [
      {
        errorElement: <RouteError />,
        children: [
          ...FEATURES.flatMap((feature) => feature.routes),
          { path: "*", element: <NotFound what="page" /> },
        ],
      },
    ],
  },
];
