/** Every feature there is: the `routes.ts` of each folder in features/. */

import type { Feature } from "./route";

export const FEATURES: Feature[] = Object.values(import.meta.glob<Feature>("../features/*/routes.ts", { eager: true }));
