/** The files of a function: GetFunction's signed link, followed on the page's own origin, and unpacked. */

import { getFunction } from "../../aws/lambda";
import type { Operation } from "../../aws/operation";
import { type Files, unpack } from "./package";

/** `sha` is the code's hash, so that another code is another question. */
export const codeOf: Operation<{ FunctionName: string; Qualifier?: string; sha: string }, Files> = {
  service: "lambda",
  name: "GetFunctionCode",
  send: async ({ FunctionName, Qualifier }, signal) => {
    const { Code } = await getFunction.send({ FunctionName, Qualifier }, signal);
    if (!Code?.Location) throw new Error(`The code of ${FunctionName} is no archive that could be shown`);
    const { pathname, search } = new URL(Code.Location, window.location.origin);
    const answer = await fetch(pathname + search, { signal: signal ?? null });
    if (!answer.ok) throw new Error(`The code of ${FunctionName} could not be fetched (status ${answer.status})`);
    return unpack(new Uint8Array(await answer.arrayBuffer()));
  },
};
