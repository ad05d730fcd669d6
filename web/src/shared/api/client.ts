/** The one way to the API: cookies, CSRF header, one refresh on 401, problem documents as errors. */
import { deviceId, uuid } from "../ids";

/** A refusal (RFC 9457) or, with status 0, a server that could not be reached. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly members: Record<string, unknown> = {},
  ) {
    super(detail || title);
  }

  get offline(): boolean {
    return this.status === 0;
  }

  /** What kind of refusal it is, such as `stale-version`. */
  get slug(): string {
    const { type } = this.members;
    return typeof type === "string" ? (type.split(":").at(-1) ?? "") : "";
  }
}

const REFRESHED_KEY = "fieldhand.refreshed_at";
const sessionEnded = new Set<() => void>();

/** Call `listener` when the session can no longer be renewed; returns the way to stop. */
export function onSessionEnd(listener: () => void): () => void {
  sessionEnded.add(listener);
  return () => sessionEnded.delete(listener);
}

function csrfToken(): string {
  const pair = document.cookie.split("; ").find((cookie) => cookie.startsWith("fh_csrf="));
  return pair ? decodeURIComponent(pair.slice("fh_csrf=".length)) : "";
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  if (!headers.has("Accept")) headers.set("Accept", "application/json");
  const method = init.method ?? "GET";
  if (method !== "GET" && method !== "HEAD") headers.set("X-CSRF-Token", csrfToken());
  try {
    return await fetch(path, { ...init, headers, credentials: "same-origin" });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiProblem(0, "offline", "");
  }
}

async function rotate(since: number): Promise<boolean> {
  // Another tab may have rotated the cookie meanwhile: a second use of the old one would end the session.
  if (Number(localStorage.getItem(REFRESHED_KEY) ?? 0) >= since) return true;
  const answer = await send("/api/v1/auth/refresh", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ device_id: deviceId() }),
  });
  if (answer.ok) localStorage.setItem(REFRESHED_KEY, String(Date.now()));
  return answer.ok;
}

let refreshing: Promise<boolean> | null = null;

/** Renew the session once for all callers and tabs; false when it has ended. */
export function refresh(since: number): Promise<boolean> {
  refreshing ??= (
    navigator.locks ? navigator.locks.request("fieldhand.refresh", () => rotate(since)) : rotate(since)
  ).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** Fetch with one renewal of the session; used directly by the live stream. */
export async function fetchWithSession(path: string, init: RequestInit = {}): Promise<Response> {
  const since = Date.now();
  const answer = await send(path, init);
  if (answer.status !== 401) return answer;
  // Without the page's own token there never was a session: nothing to renew.
  if (csrfToken() && (await refresh(since))) {
    const again = await send(path, init);
    if (again.status !== 401) return again;
  }
  for (const listener of sessionEnded) listener();
  return answer;
}

async function problemOf(answer: Response): Promise<ApiProblem> {
  const body: unknown = await answer.json().catch(() => null);
  if (typeof body !== "object" || body === null) return new ApiProblem(answer.status, answer.statusText, "");
  const { title, detail, ...members } = body as Record<string, unknown>;
  return new ApiProblem(
    answer.status,
    typeof title === "string" ? title : answer.statusText,
    typeof detail === "string" ? detail : "",
    members,
  );
}

async function read<T>(answer: Response): Promise<T> {
  if (!answer.ok) throw await problemOf(answer);
  return (answer.status === 204 ? null : await answer.json()) as T;
}

type Query = Record<string, string | number | readonly string[] | null | undefined>;

/** The path with its query; lists repeat the name, empty values are left out. */
export function withQuery(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return read<T>(await fetchWithSession(withQuery(path, query), signal ? { signal } : {}));
}

async function write<T>(method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.headers = { "Content-Type": "application/json" };
    init.body = JSON.stringify(body);
  }
  return read<T>(await fetchWithSession(path, init));
}

/** PUT or PATCH `body`: what it carries names its version, so a second one does no harm. */
export const put = <T>(path: string, body: unknown) => write<T>("PUT", path, body);
export const patch = <T>(path: string, body: unknown) => write<T>("PATCH", path, body);
export const remove = (path: string) => write<null>("DELETE", path);

/** POST `body`; every call carries an idempotency key of its own, kept over the retry after a refresh. */
export async function post<T>(path: string, body: unknown): Promise<T> {
  const init: RequestInit = {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": uuid() },
    body: JSON.stringify(body),
  };
  return read<T>(await fetchWithSession(path, init));
}

/** POST `body` for a file to come back. */
export async function postFile(path: string, body: unknown): Promise<Blob> {
  const answer = await fetchWithSession(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "*/*" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw await problemOf(answer);
  return answer.blob();
}

/** POST the bytes of a file, as they are. */
export async function sendFile<T>(path: string, file: Blob): Promise<T> {
  const headers = { "Content-Type": "application/octet-stream", "Idempotency-Key": uuid() };
  return read<T>(await fetchWithSession(path, { method: "POST", headers, body: file }));
}

/** PUT some bytes of a file; what the path names says where they belong, so a second time does no harm. */
export async function putBytes<T>(path: string, bytes: Blob): Promise<T> {
  const headers = { "Content-Type": "application/octet-stream" };
  return read<T>(await fetchWithSession(path, { method: "PUT", headers, body: bytes }));
}

/** Open a session kept in cookies. */
export async function logIn(tenant: string, username: string, password: string): Promise<void> {
  const answer = await send("/api/v1/auth/login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ tenant, username, password, device_id: deviceId(), browser: true }),
  });
  await read(answer);
}

export async function logOut(): Promise<void> {
  await send("/api/v1/auth/logout", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: "{}",
  });
}
