/** The settings of a function's asynchronous events, as a form holds them: pure. */

import type { FunctionEventInvokeConfig } from "@aws-sdk/client-lambda";

export interface EventSettings {
  /** In seconds. */
  age: string;
  retries: string;
  /** ARNs; empty for none. */
  onSuccess: string;
  onFailure: string;
}

/** What everybody has who has set nothing. */
export const USUAL: EventSettings = { age: "21600", retries: "2", onSuccess: "", onFailure: "" };

/** What a configuration says, and what is usual where it says nothing. */
export function settingsOf(config: FunctionEventInvokeConfig | undefined): EventSettings {
  return {
    age: String(config?.MaximumEventAgeInSeconds ?? USUAL.age),
    retries: String(config?.MaximumRetryAttempts ?? USUAL.retries),
    onSuccess: config?.DestinationConfig?.OnSuccess?.Destination ?? "",
    onFailure: config?.DestinationConfig?.OnFailure?.Destination ?? "",
  };
}

/** PutFunctionEventInvokeConfig's input, without the function. */
export function configOf({ age, retries, onSuccess, onFailure }: EventSettings) {
  return {
    MaximumEventAgeInSeconds: Number(age),
    MaximumRetryAttempts: Number(retries),
    DestinationConfig: {
      ...(onSuccess ? { OnSuccess: { Destination: onSuccess } } : {}),
      ...(onFailure ? { OnFailure: { Destination: onFailure } } : {}),
    },
  };
}
