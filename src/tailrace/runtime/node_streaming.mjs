// Streamed responses of Node.js functions: `awslambda.streamifyResponse` and `awslambda.HttpResponseStream`.
//
// What a handler writes goes to the Runtime API at once, as chunks of one request, and waits where nobody takes it. An
// error before the first byte is an error like any other; one in the midst is told by the request's trailers.

import { Writable } from "node:stream";

const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");
const INTEGRATION_RESPONSE = "application/vnd.awslambda.http-integration-response";
const DELIMITER = Buffer.alloc(8); // what stands between the prelude and the body
const ERROR_TYPE = "Lambda-Runtime-Function-Error-Type";
const ERROR_BODY = "Lambda-Runtime-Function-Error-Body";
const HEADERS = {
  "Lambda-Runtime-Function-Response-Mode": "streaming",
  "Transfer-Encoding": "chunked",
  Trailer: `${ERROR_TYPE}, ${ERROR_BODY}`,
};

/** Whether a handler wants to stream. */
export const streams = (handler) => handler[STREAMING] === "response";

/** Carry a handler's mark over to a function made from it. */
export const marked = (made, handler) => Object.assign(made, {
  [STREAMING]: handler[STREAMING],
  [HIGH_WATER_MARK]: handler[HIGH_WATER_MARK],
});

export class ResponseStream extends Writable {
  #post;
  #contentType = "application/octet-stream";
  #prelude;
  #request;
  #failed;

  /** `post(headers)` opens the request to the Runtime API: { request, answered }. */
  constructor(handler, post) {
    super({ highWaterMark: handler[HIGH_WATER_MARK] });
    this.#post = post;
    this.on("error", () => undefined); // it is told by `ended`
    this.ended = new Promise((resolve) => this.once("close", () => resolve(this.#failed)));
  }

  /** Whether something has been sent: then an error can only be told by trailers. */
  get begun() {
    return this.#request !== undefined;
  }

  setContentType(contentType) {
    if (this.begun) throw new Error("Cannot set content-type, too late.");
    this.#contentType = contentType;
  }

  /** Status, headers and cookies, to be sent before the first byte of the body. */
  setPrelude(prelude) {
    this.setContentType(INTEGRATION_RESPONSE);
    this.#prelude = Buffer.concat([Buffer.from(JSON.stringify(prelude)), DELIMITER]);
  }

  write(chunk, ...rest) {
    const plain = typeof chunk === "string" || chunk instanceof Uint8Array;
    return super.write(plain ? chunk : JSON.stringify(chunk), ...rest);
  }

  #open() {
    if (!this.#request) {
      this.#request = this.#post({ ...HEADERS, "Content-Type": this.#contentType });
      this.#request.answered.catch((error) => this.destroy(error));
      this.#request.flushHeaders();
      if (this.#prelude) this.#request.write(this.#prelude);
    }
    return this.#request;
  }

  _write(chunk, encoding, callback) {
    this.#open().write(chunk, encoding, callback);
  }

  _writev(chunks, callback) {
    this.#open().write(Buffer.concat(chunks.map(({ chunk }) => chunk)), callback);
  }

  _final(callback) {
    const request = this.#open();
    request.end();
    request.answered.then(() => callback(), callback);
  }

  /** Ends without the end of the response: the error is what `ended` resolves to. */
  _destroy(error, callback) {
    if (!this.writableFinished) this.#failed = error ?? new Error("The response stream was destroyed");
    callback(null);
  }

  /** Tell an error in the midst of the response; resolves when the Runtime API has it. */
  tell(described) {
    const request = this.#request;
    request.addTrailers({
      [ERROR_TYPE]: described.errorType,
      [ERROR_BODY]: Buffer.from(JSON.stringify(described)).toString("base64"),
    });
    request.end();
    return request.answered;
  }
}

globalThis.awslambda = {
  ...globalThis.awslambda,

  streamifyResponse(handler, options) {
    handler[STREAMING] = "response";
    if (typeof options?.highWaterMark === "number") handler[HIGH_WATER_MARK] = options.highWaterMark;
    return handler;
  },

  HttpResponseStream: class HttpResponseStream {
    static from(stream, prelude) {
      stream.setPrelude(prelude);
      return stream;
    }
  },
};
