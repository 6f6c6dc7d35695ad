/** What came back: the status, the headers and the parsed body. */
export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
  text: string;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
type AnyBody = any;

export interface CallOptions {
  headers?: Record<string, string>;
  /** Sent as it is instead of JSON. */
  rawBody?: string | Uint8Array;
}

/** Calls the API as one person or system. */
export type Call = <Body = AnyBody>(
  method: string,
  path: string,
  body?: unknown,
  options?: CallOptions,
) => Promise<Answer<Body>>;

/** An installation in this process, or one that is reached over the network. */
export interface Reachable {
  http: { app: { request(url: string, init: RequestInit): Response | Promise<Response> } };
  publicUrl: string;
}

export function callWith(installation: Reachable, credentials: Record<string, string>): Call {
  return async <Body>(method: string, path: string, body?: unknown, options: CallOptions = {}) => {
    const content = options.rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await installation.http.app.request(`${installation.publicUrl}${path}`, {
      method,
      headers: {
        ...(content === undefined ? {} : { "content-type": "application/json" }),
        ...credentials,
        ...options.headers,
      },
      ...(content === undefined ? {} : { body: content as string }),
    });
    const text = await readText(response);
    return { status: response.status, headers: response.headers, body: parse(text) as Body, text };
  };
}

export const callAnonymously = (installation: Reachable) => callWith(installation, {});

export const callWithKey = (installation: Reachable, key: string) =>
  callWith(installation, { authorization: `Bearer ${key}` });

/** Signs in as the console does and keeps the cookie. */
export async function signIn(installation: Reachable, email: string, password: string): Promise<Call> {
  const console = { "x-tidings-console": "1" };
  const answer = await callWith(installation, console)("POST", "/v1/session", { email, password });
  if (answer.status !== 201) throw new Error(`cannot sign in as ${email}: ${answer.text}`);
  return callWith(installation, { ...console, cookie: cookieOf(answer.headers) });
}

export const cookieOf = (headers: Headers): string => (headers.get("set-cookie") ?? "").split(";")[0] ?? "";

/** The whole body; of a stream of events, which may never end, its beginning. */
async function readText(response: Response): Promise<string> {
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return response.text();
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  return new TextDecoder().decode(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
