import { useEffect, useRef, useState } from "react";
import { useShownTheme } from "@/theme/theme.ts";
import { Skeleton } from "@/ui/Skeleton.tsx";
import css from "./Chart.module.css";
import type { Drawing } from "./draw.ts";

const LEAST_PX = 40;

/** A Vega-Lite specification drawn in the size of its place and the colours of the theme. */
export function Chart({ vega, label }: { vega: object; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  const theme = useShownTheme();
  const [state, setState] = useState<"waiting" | "drawn" | "failed">("waiting");

  // Vega draws into an element of its own, outside React.
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    let drawing: Drawing | undefined;
    let ended = false;
    const size = () => ({
      width: Math.max(LEAST_PX, element.clientWidth),
      height: Math.max(LEAST_PX, element.clientHeight),
    });
    const begin = async () => {
      try {
        const { draw } = await import("./draw.ts");
        if (ended) return;
        drawing = await draw(element, vega, size());
        if (ended) return drawing.end();
        setState("drawn");
        // What scrolls must be reachable by keyboard.
        if (element.scrollHeight > element.clientHeight) element.tabIndex = 0;
      } catch {
        // What Vega says is for those who write specifications; the page says that there is no picture.
        if (!ended) setState("failed");
      }
    };
    void begin();
    const observer = new ResizeObserver(() => {
      const { width, height } = size();
      drawing?.resize(width, height);
    });
    observer.observe(element);
    return () => {
      ended = true;
      observer.disconnect();
      drawing?.end();
      element.replaceChildren();
    };
  }, [vega, theme]);

  return (
    <figure className={css.chart} aria-label={label} data-state={state}>
      {state === "waiting" && (
        <div className={css.waiting}>
          <Skeleton height={120} />
        </div>
      )}
      {state === "failed" && <p className={css.failed}>This chart cannot be drawn. The table has the same numbers.</p>}
      <div ref={place} className={css.place} />
    </figure>
  );
}
