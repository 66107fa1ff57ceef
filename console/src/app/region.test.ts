import { afterEach, expect, test } from "vitest";

import { keep, session } from "../aws/session";
import { adoptRegion, followRegion, regionOf, withRegion } from "./region";

const SESSION = { accessKeyId: "a", secretAccessKey: "s", sessionToken: "t", expiration: 4e12, region: "us-east-1", account: "0", arn: "arn" };

afterEach(() => {
  keep(null);
  window.history.replaceState(null, "", "/");
});

test("an address names a region, or none", () => {
  expect([regionOf("?tab=a&region=eu-west-1"), regionOf("?tab=a"), regionOf("?region=<b>")]).toEqual(["eu-west-1", null, null]);
  expect(withRegion("?region=eu-west-1&tab=a", "us-east-1")).toBe("?region=us-east-1&tab=a");
});

test("the session takes the region of the address over, and an address without one gets the session's", () => {
  keep(SESSION);
  expect(adoptRegion("?region=eu-west-1")).toBe(true);
  expect(session()?.region).toBe("eu-west-1");
  expect(window.location.search).toBe("?region=eu-west-1");
  expect(adoptRegion("")).toBe(false);
  expect(session()?.region).toBe("eu-west-1");
});

test("nobody is told of a navigation that stays in the region", () => {
  keep(SESSION);
  let changes = 0;
  let navigate: (search: string, historyAction?: string) => void = () => {};
  followRegion(
    {
      subscribe: (listener) =>
        (navigate = (search, historyAction = "PUSH") => listener({ location: { search }, navigation: { state: "idle" }, historyAction })),
    },
    () => changes++,
  );
  navigate("?tab=a");
  navigate("?region=us-east-1");
  expect(changes).toBe(0);
  navigate("?region=sa-east-1");
  navigate("?region=us-east-1&tab=b", "REPLACE");
  expect(session()?.region).toBe("sa-east-1");
  expect(changes).toBe(1);
});
