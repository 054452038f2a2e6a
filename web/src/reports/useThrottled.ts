import { useEffect, useRef, useState } from "react";

/** The latest value: at once when nothing happened for `ms`, otherwise when it has rested that long. */
export function useThrottled<T>(value: T, ms: number): T {
  const [shown, setShown] = useState(value);
  const changedAt = useRef(0);
  useEffect(() => {
    const now = performance.now();
    const rested = now - changedAt.current;
    changedAt.current = now;
    if (rested >= ms) {
      setShown(value);
      return undefined;
    }
    const timer = setTimeout(() => setShown(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return shown;
}
