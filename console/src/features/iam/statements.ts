/** What a policy's text says, read for showing it. */

export interface Grant {
  policy: string;
  effect: string;
  actions: string[];
  resources: string[];
}

interface Statement {
  Effect?: string;
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
}

function list(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** The statements of a policy; none of a text that isn't JSON. */
export function grants(policy: string, text: string): Grant[] {
  let document: { Statement?: Statement | Statement[] };
  try {
    document = JSON.parse(text) as typeof document;
  } catch {
    return [];
  }
  const statements = Array.isArray(document.Statement) ? document.Statement : document.Statement ? [document.Statement] : [];
  return statements.map((it) => ({
    policy,
    effect: it.Effect ?? "",
    actions: it.NotAction ? list(it.NotAction).map((name) => `all but ${name}`) : list(it.Action),
    resources: it.NotResource ? list(it.NotResource).map((name) => `all but ${name}`) : list(it.Resource),
  }));
}
