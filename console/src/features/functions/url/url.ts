/** A function URL's settings as a form holds them, and the requests that it makes: pure. */

import type { Cors, FunctionUrlAuthType, FunctionUrlConfig, InvokeMode } from "@aws-sdk/client-lambda";

export interface UrlForm {
  auth: FunctionUrlAuthType;
  mode: InvokeMode;
  /** Whether browsers on other origins may call it. */
  shared: boolean;
  /** Names with commas or line ends between them. */
  origins: string;
  exposed: string;
  headers: string;
  methods: string;
  /** In seconds. */
  age: string;
  credentials: boolean;
}

/** The form of a URL, or of a new one. */
export function formOf(url: FunctionUrlConfig | undefined): UrlForm {
  const cors = url?.Cors;
  return {
    auth: url?.AuthType ?? "AWS_IAM",
    mode: url?.InvokeMode ?? "BUFFERED",
    shared: Boolean(cors),
    origins: cors ? text(cors.AllowOrigins) : "*",
    exposed: text(cors?.ExposeHeaders),
    headers: text(cors?.AllowHeaders),
    methods: text(cors?.AllowMethods),
    age: String(cors?.MaxAge ?? 0),
    credentials: cors?.AllowCredentials ?? false,
  };
}

/** What Create- and UpdateFunctionUrlConfig are sent; an empty Cors takes it away. */
export function settingsOf(form: UrlForm): { AuthType: FunctionUrlAuthType; InvokeMode: InvokeMode; Cors: Cors } {
  return { AuthType: form.auth, InvokeMode: form.mode, Cors: form.shared ? corsOf(form) : {} };
}

function corsOf(form: UrlForm): Cors {
  return {
    AllowOrigins: list(form.origins),
    ...(list(form.exposed).length ? { ExposeHeaders: list(form.exposed) } : {}),
    ...(list(form.headers).length ? { AllowHeaders: list(form.headers) } : {}),
    ...(list(form.methods).length ? { AllowMethods: list(form.methods) } : {}),
    ...(Number(form.age) ? { MaxAge: Number(form.age) } : {}),
    AllowCredentials: form.credentials,
  };
}

/** The two statements that let everybody call a URL without a signature: AWS's console adds them, too. */
export const PUBLIC_STATEMENTS = [
  { StatementId: "FunctionURLAllowPublicAccess", Action: "lambda:InvokeFunctionUrl", Principal: "*", FunctionUrlAuthType: "NONE" },
  { StatementId: "FunctionURLInvokeAllowPublicAccess", Action: "lambda:InvokeFunction", Principal: "*", InvokedViaFunctionUrl: true },
] as const;

function list(names: string): string[] {
  return names
    .split(/[,\n]/)
    .map((name) => name.trim())
    .filter(Boolean);
}

function text(names: string[] | undefined): string {
  return (names ?? []).join(", ");
}
