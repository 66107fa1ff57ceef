// The program inside a Node.js environment: polls the Runtime API, calls the handler, reports what came of it.
//
// node:http and not fetch, which takes three to ten times as long for a call. console.* goes out in frames (see
// output.py), so that a message of several lines is one log event.

import { createRequire } from "node:module";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { format, types } from "node:util";
import { ResponseStream, marked, streams } from "./node_streaming.mjs";

const API = process.env.AWS_LAMBDA_RUNTIME_API;
const [HOST, PORT] = API.split(":");
const PREFIX = "/2018-06-01/runtime";
const ROOT = process.env.LAMBDA_TASK_ROOT;
const JSON_LOGS = (process.env.AWS_LAMBDA_LOG_FORMAT ?? "").toUpperCase() === "JSON";
const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const LEVEL_MIN = LEVELS.indexOf((process.env.AWS_LAMBDA_LOG_LEVEL ?? (JSON_LOGS ? "INFO" : "TRACE")).toUpperCase());
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

let requestId;
let streaming; // the response stream of the invocation under way, if it has one
let finish; // reports the outcome of the invocation under way, once
let onIdle; // called when the event loop has nothing left to do

// -- log ------------------------------------------------------------------------------------------------------------

function writeAll(buffer) {
  const wait = new Int32Array(new SharedArrayBuffer(4));
  for (let at = 0; at < buffer.length; ) {
    try {
      at += fs.writeSync(1, buffer, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(wait, 0, 0, 1); // the pipe is full and does not block: whoever reads it needs a moment
    }
  }
}

function logEvent(text) {
  const message = Buffer.from(text, "utf8");
  const header = Buffer.alloc(16);
  header.writeUInt32BE(JSON_LOGS ? 0xa55a0002 : 0xa55a0003, 0);
  header.writeUInt32BE(message.length, 4);
  header.writeBigUInt64BE(BigInt(Date.now()) * 1000n, 8);
  writeAll(Buffer.concat([header, message]));
}

function jsonLine(level, parts) {
  const line = { timestamp: new Date().toISOString(), level, requestId };
  if (parts.length === 1) {
    try {
      return JSON.stringify({ ...line, message: parts[0] }, (_, value) => (value instanceof Error ? errorMembers(value) : value));
    } catch {
      // What JSON cannot say (a cycle, a BigInt) is formatted as text.
    }
  }
  const error = parts.length > 1 && parts.find((part) => part instanceof Error);
  return JSON.stringify({ ...line, message: format(...parts), ...(error && errorMembers(error)) });
}

function errorMembers(error) {
  return { ...own(error), errorType: error.constructor?.name ?? "UnknownError", errorMessage: error.message, stackTrace: (error.stack ?? "").split("\n") };
}

function log(level, parts) {
  if (LEVELS.indexOf(level) < LEVEL_MIN) return;
  if (JSON_LOGS) logEvent(jsonLine(level, parts) + "\n");
  else logEvent(`${new Date().toISOString()}\t${requestId}\t${level}\t${format(...parts)}\n`);
}

function logError(what, error) {
  const { errorType, errorMessage, trace, ...rest } = describe(error);
  const detail = { errorType, errorMessage, ...own(error), ...rest, stack: trace };
  if (JSON_LOGS) logEvent(JSON.stringify({ timestamp: new Date().toISOString(), level: "ERROR", requestId, message: detail }) + "\n");
  else logEvent(`${new Date().toISOString()}\t${requestId}\tERROR\t${what} \t${JSON.stringify(detail)}\n`);
}

const methods = { log: "INFO", info: "INFO", warn: "WARN", error: "ERROR", debug: "DEBUG", fatal: "FATAL" };
for (const [name, level] of Object.entries(methods)) console[name] = (...parts) => log(level, parts);
console.trace = (...parts) => {
  const here = {};
  Error.captureStackTrace(here, console.trace);
  log("TRACE", [`${format(...parts)}\n${here.stack.split("\n").slice(1).join("\n")}`]);
};

// -- errors ---------------------------------------------------------------------------------------------------------

function own(error) {
  if (!types.isNativeError(error)) return {};
  const { name, message, stack, ...rest } = { ...error };
  try {
    JSON.stringify(rest);
    return rest;
  } catch {
    return {};
  }
}

function describe(error) {
  if (types.isNativeError(error) || error instanceof Error) {
    return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") };
  }
  const text = typeof error === "string" ? error : format(error);
  return { errorType: typeof error, errorMessage: text, trace: [] };
}

class RuntimeFault extends Error {
  constructor(type, message, cause) {
    super(message);
    this.name = `Runtime.${type}`;
    if (cause?.stack) this.stack = `${this.name}: ${message}\n${cause.stack.split("\n").slice(1).join("\n")}`;
  }
}

// -- the Runtime API ------------------------------------------------------------------------------------------------

/** A request that is still open, with `answered`: a promise of the answer. */
function open(method, target, headers = {}) {
  const request = http.request({ host: HOST, port: PORT, method, path: PREFIX + target, agent, headers });
  request.answered = new Promise((resolve, reject) => {
    request.on("response", (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(chunks), status: answer.statusCode }));
      answer.on("error", reject);
    });
    request.on("error", reject);
  });
  return request;
}

const openResponse = (headers) => open("POST", `/invocation/${requestId}/response`, headers);

function call(method, target, body, headers) {
  const request = open(method, target, headers);
  request.end(body);
  return request.answered;
}

function post(target, body, headers) {
  const bytes = Buffer.from(body);
  return call("POST", target, bytes, { "Content-Type": "application/json", "Content-Length": bytes.length, ...headers });
}

function postError(target, error) {
  const described = describe(error);
  return post(target, JSON.stringify(described), { "Lambda-Runtime-Function-Error-Type": described.errorType });
}

// -- the handler ----------------------------------------------------------------------------------------------------

function isModule(file) {
  if (file.endsWith(".mjs")) return true;
  if (!file.endsWith(".js")) return false;
  for (let folder = path.dirname(file); folder.startsWith(ROOT); folder = path.dirname(folder)) {
    const description = path.join(folder, "package.json");
    if (fs.existsSync(description)) return JSON.parse(fs.readFileSync(description, "utf8")).type === "module";
  }
  return false;
}

async function loadModule(folder, name) {
  const require = createRequire(path.join(ROOT, "_"));
  const base = path.resolve(ROOT, folder, name);
  if (!(base + path.sep).startsWith(ROOT + path.sep)) {
    throw new RuntimeFault("MalformedHandlerName", `'${folder}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  for (const extension of ["", ".js", ".mjs", ".cjs"]) {
    const file = base + extension;
    if (!fs.existsSync(file) || !fs.statSync(file).isFile()) continue;
    return isModule(file) ? import(pathToFileURL(file).href) : require(file);
  }
  return require(require.resolve(name, { paths: [ROOT, path.join(ROOT, folder)] }));
}

async function loadHandler() {
  const full = process.env._HANDLER ?? "";
  const last = path.basename(full);
  const folder = full.slice(0, full.length - last.length);
  const match = /^([^.]*)\.(.+)$/.exec(last);
  if (!match || full.includes("..")) throw new RuntimeFault("MalformedHandlerName", "Bad handler");
  let module;
  try {
    module = await loadModule(folder, match[1]);
  } catch (error) {
    if (error instanceof SyntaxError) throw new RuntimeFault("UserCodeSyntaxError", String(error), error);
    if (["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(error?.code)) {
      throw new RuntimeFault("ImportModuleError", String(error), error);
    }
    throw error;
  }
  let found = module;
  let owner;
  for (const part of match[2].split(".")) [owner, found] = [found, found?.[part]];
  if (found === undefined && module.default) {
    found = module.default;
    for (const part of match[2].split(".")) [owner, found] = [found, found?.[part]];
  }
  if (found === undefined) throw new RuntimeFault("HandlerNotFound", `${full} is undefined or not exported`);
  if (typeof found !== "function") throw new RuntimeFault("HandlerNotFound", `${full} is not a function`);
  return owner === module ? found : marked(found.bind(owner), found);
}

function makeContext(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const clientContext = headers["lambda-runtime-client-context"];
  const identity = headers["lambda-runtime-cognito-identity"];
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: clientContext ? JSON.parse(clientContext) : undefined,
    identity: identity ? JSON.parse(identity) : undefined,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

function toJson(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? "null";
  } catch (error) {
    throw new RuntimeFault("MarshalError", "Unable to stringify response body", error);
  }
}

/** Run the handler once; resolves when its outcome has been taken by the Runtime API. */
function invoke(handler, event, context) {
  return new Promise((resolve, reject) => {
    let done = false;
    finish = (error, result) => {
      if (done) return Promise.resolve();
      done = true;
      onIdle = undefined;
      let sent;
      if (error !== null && error !== undefined) {
        logError("Invoke Error", error);
        sent = postError(`/invocation/${requestId}/error`, error);
      } else {
        try {
          sent = post(`/invocation/${requestId}/response`, toJson(result));
        } catch (fault) {
          logError("Invoke Error", fault);
          sent = postError(`/invocation/${requestId}/error`, fault);
        }
      }
      return sent.then(resolve, reject);
    };
    const callback = (error, result) => {
      if (error !== null && error !== undefined) finish(error);
      else if (!context.callbackWaitsForEmptyEventLoop) finish(null, result);
      else onIdle = () => finish(null, result);
    };
    context.done = callback;
    context.succeed = (result) => { context.callbackWaitsForEmptyEventLoop = false; callback(null, result); };
    context.fail = (error) => callback(error ?? new Error("handled"));
    onIdle = () => finish(null, null); // nothing is left that could settle the handler: AWS answers null
    try {
      const returned = handler(event, context, callback);
      if (typeof returned?.then !== "function") return; // AWS drops what a plain function returns
      returned.then((result) => finish(null, result), (error) => finish(error ?? new Error("Unknown Reason")));
    } catch (error) {
      finish(error);
    }
  });
}

/** Run a handler that streams once; resolves when its response, or its error, has been taken by the Runtime API. */
async function invokeStreaming(handler, event, context) {
  const stream = new ResponseStream(handler, openResponse);
  streaming = stream;
  onIdle = () => stream.destroy(new RuntimeFault("StreamNotEnded", "The handler has returned and did not end its response stream"));
  let error;
  try {
    const returned = handler(event, stream, context);
    if (typeof returned?.then !== "function") throw new RuntimeFault("StreamingHandler", "Streaming does not support non-async handlers.");
    if ((await returned) !== undefined) console.warn("Streaming handlers ignore return values.");
    error = await stream.ended;
  } catch (thrown) {
    error = thrown ?? new Error("Unknown Reason");
  }
  onIdle = undefined;
  if (error !== undefined && !stream.writableFinished) {
    logError("Invoke Error", error);
    await tellStreaming(error);
  }
  streaming = undefined;
}

/** Tell an error of a handler that streams: by itself, or at the end of what was sent already. */
function tellStreaming(error) {
  return streaming.begun ? streaming.tell(describe(error)) : postError(`/invocation/${requestId}/error`, error);
}

process.on("beforeExit", () => onIdle?.());

async function crash(what, error, status) {
  logError(what, error);
  const target = requestId ? `/invocation/${requestId}/error` : "/init/error";
  const told = streaming?.begun ? tellStreaming(error) : postError(target, error);
  await told.catch(() => undefined); // the server may have given this environment up already
  process.exit(status);
}

process.on("uncaughtException", (error) => crash("Uncaught Exception", error, 129));
process.on("unhandledRejection", (reason) => {
  const fault = new RuntimeFault("UnhandledPromiseRejection", String(reason), reason);
  fault.reason = describe(reason);
  fault.promise = {};
  crash("Unhandled Promise Rejection", fault, 128);
});

// -- life -----------------------------------------------------------------------------------------------------------

async function main() {
  let handler;
  try {
    handler = await loadHandler();
  } catch (error) {
    logError("Uncaught Exception", error);
    await postError("/init/error", error);
    process.exit(1);
  }
  for (;;) {
    const next = await call("GET", "/invocation/next");
    requestId = next.headers["lambda-runtime-aws-request-id"];
    const trace = next.headers["lambda-runtime-trace-id"];
    if (trace) process.env._X_AMZN_TRACE_ID = trace;
    else delete process.env._X_AMZN_TRACE_ID;
    const run = streams(handler) ? invokeStreaming : invoke;
    await run(handler, JSON.parse(next.body.toString("utf8")), makeContext(next.headers));
  }
}

main();
