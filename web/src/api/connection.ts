/** Whether the server is within reach, from the browser's word and from what requests met. */
import { useSyncExternalStore } from "react";

export type Connection = "online" | "offline" | "unreachable";

const FAILURES_UNTIL_UNREACHABLE = 2;
let failures = 0;
const listeners = new Set<() => void>();

export function reached(): void {
  if (failures === 0) return;
  failures = 0;
  tell();
}

export function notReached(): void {
  failures += 1;
  tell();
}

export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, connection);
}

function connection(): Connection {
  if (!navigator.onLine) return "offline";
  return failures >= FAILURES_UNTIL_UNREACHABLE ? "unreachable" : "online";
}

function tell(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("online", listener);
  addEventListener("offline", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("online", listener);
    removeEventListener("offline", listener);
  };
}
