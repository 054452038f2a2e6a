/** Live changes: the server's event stream keeps the cache fresh. */
import { createParser } from "eventsource-parser";
import { useEffect, useSyncExternalStore } from "react";
import { send } from "./client.ts";
import { hearJob } from "./jobs.ts";
import { keys } from "./keys.ts";
import { Problem } from "./problem.ts";
import { queryClient } from "./queryClient.ts";
import { useSession } from "./session.ts";

export interface LiveChange {
  table: string;
  /** Absent for changes of many rows at once. */
  id?: string;
  action: "create" | "update" | "delete" | "restore" | "bulk";
  version?: number;
  actor?: string;
  at?: string;
}

/** Changes that come together refresh once. */
const GATHER_MS = 400;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

const listeners = new Set<(change: LiveChange) => void>();
const liveListeners = new Set<() => void>();
let live = false;

/** Hears every change the caller may see. */
export function onLiveChange(listener: (change: LiveChange) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether changes of others show up by themselves right now. */
export function useLive(): boolean {
  return useSyncExternalStore(
    (listener) => {
      liveListeners.add(listener);
      return () => liveListeners.delete(listener);
    },
    () => live,
  );
}

function setLive(now: boolean): void {
  if (live === now) return;
  live = now;
  for (const listener of liveListeners) listener();
}

/** Listens as long as somebody is signed in. */
export function useLiveChanges(): void {
  const person = useSession()?.user.id;
  useEffect(() => {
    if (!person) return;
    const stop = new AbortController();
    void listen(stop.signal);
    return () => stop.abort();
  }, [person]);
}

async function listen(signal: AbortSignal): Promise<void> {
  let retryMs = FIRST_RETRY_MS;
  let missed = false;
  let lastId = "";
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = { accept: "text/event-stream" };
      if (lastId) headers["last-event-id"] = lastId;
      const response = await send("/api/events", { headers, signal });
      if (missed) resync();
      retryMs = FIRST_RETRY_MS;
      setLive(true);
      await read(response, (id) => (lastId = id));
    } catch (thrown) {
      // A server without live changes says so once; lists still refresh on focus.
      if (signal.aborted || (thrown instanceof Problem && [401, 403, 404].includes(thrown.status)))
        return setLive(false);
    }
    setLive(false);
    missed = true;
    await pause(retryMs, signal);
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
  }
}

async function read(response: Response, onId: (id: string) => void): Promise<void> {
  const parser = createParser({
    onEvent: ({ event, data, id }) => {
      if (id) onId(id);
      if (event === "change") hear(JSON.parse(data));
      if (event === "job") hearJob(JSON.parse(data));
      if (event === "resync") resync();
    },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    parser.feed(value);
  }
}

/** Something may have been missed: everything shown is read again. */
function resync(): void {
  void queryClient.invalidateQueries({ queryKey: ["records"] });
  void queryClient.invalidateQueries({ queryKey: keys.jobs() });
}

let gathered = new Set<string>();

function hear(change: LiveChange): void {
  for (const listener of listeners) listener(change);
  if (gathered.size === 0) setTimeout(refresh, GATHER_MS);
  gathered.add(change.table);
}

function refresh(): void {
  const tables = gathered;
  gathered = new Set();
  for (const table of tables) void queryClient.invalidateQueries({ queryKey: keys.table(table) });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
