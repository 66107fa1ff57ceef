// @vitest-environment node
import { expect, test } from "vitest";

import { formOf, settingsOf } from "./url";

test("what a URL has comes back from its form", () => {
  const Cors = { AllowOrigins: ["https://a.example", "https://b.example"], AllowMethods: ["GET"], AllowHeaders: ["x-a"], MaxAge: 60, AllowCredentials: true };
  const url = { AuthType: "NONE", InvokeMode: "RESPONSE_STREAM", Cors, FunctionUrl: "u", FunctionArn: "a", CreationTime: "", LastModifiedTime: "" } as const;
  expect(settingsOf(formOf(url))).toEqual({ AuthType: "NONE", InvokeMode: "RESPONSE_STREAM", Cors });
});

test("a new URL wants a signature, and no browser of another origin may call it", () => {
  expect(settingsOf(formOf(undefined))).toEqual({ AuthType: "AWS_IAM", InvokeMode: "BUFFERED", Cors: {} });
  expect(settingsOf({ ...formOf(undefined), shared: true, methods: "GET,\nPOST" }).Cors).toEqual({
    AllowOrigins: ["*"],
    AllowMethods: ["GET", "POST"],
    AllowCredentials: false,
  });
});
