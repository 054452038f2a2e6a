import { Kbd } from "@/ui/Badge.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import css from "./ShortcutSheet.module.css";
import { GO_TO } from "./useShortcuts.ts";

const GROUPS: { title: string; keys: [string[], string][] }[] = [
  {
    title: "Everywhere",
    keys: [
      [["Ctrl", "K"], "Search and commands"],
      [["/"], "Search"],
      [["?"], "This sheet"],
      [["Esc"], "Close what is open"],
    ],
  },
  {
    title: "Lists",
    keys: [
      [["↑", "↓"], "Move between rows"],
      [["Enter"], "Open the record"],
      [["Space"], "Peek at the record"],
      [["x"], "Select the row; with Shift every row from the one before"],
      [["n"], "New record"],
    ],
  },
  {
    title: "Board",
    keys: [
      [["Space"], "Pick up or drop a deal"],
      [["←", "→"], "Move it between stages"],
      [["Esc"], "Put it back"],
    ],
  },
  { title: "Go to", keys: Object.entries(GO_TO).map(([key, { label }]) => [["g", key], label]) },
];

export function ShortcutSheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard shortcuts" shape="wide">
      <div className={css.groups}>
        {GROUPS.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.keys.map(([keys, what]) => (
                <div key={what} className={css.line}>
                  <dt>{what}</dt>
                  <dd>
                    {keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
