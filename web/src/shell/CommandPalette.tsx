import { useQueries } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Keyboard, LogOut, Moon, Plus, Sun } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useDeferredValue, useState } from "react";
import { useNavigate } from "react-router";
import { type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { listRecords, textOf } from "@/api/records.ts";
import { endSession } from "@/api/session.ts";
import { formatChoice } from "@/format/format.ts";
import { links } from "@/links.ts";
import { chooseTheme } from "@/theme/theme.ts";
import css from "./CommandPalette.module.css";
import { iconOf, sections, workObjects } from "./navigation.tsx";

const SEARCHED = ["leads", "contacts", "companies", "deals", "tasks"];
const FOUND_PER_OBJECT = 4;
const MIN_SEARCH = 2;

export function CommandPalette({
  open,
  onClose,
  onOpenSheet,
}: {
  open: boolean;
  onClose: () => void;
  onOpenSheet: () => void;
}) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={css.overlay} />
        <Radix.Content className={css.palette} aria-describedby={undefined}>
          <Radix.Title className="visually-hidden">Search and commands</Radix.Title>
          <Commands onClose={onClose} onOpenSheet={onOpenSheet} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Commands({ onClose, onOpenSheet }: { onClose: () => void; onOpenSheet: () => void }) {
  const catalog = useCatalog();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const sought = useDeferredValue(text.trim());
  const run = (action: () => void) => () => {
    onClose();
    action();
  };
  const go = (to: string) => run(() => void navigate(to));
  const matches = (...words: string[]) =>
    text.trim() === "" || words.join(" ").toLowerCase().includes(text.trim().toLowerCase());
  const places = sections(catalog)
    .flatMap((section) => section.places)
    .filter((place) => matches("go to", place.label));
  const creatable = workObjects(catalog).filter(
    (object) => object.permissions.create && matches("new create", object.label),
  );
  const commands = [
    { label: "Light theme", icon: Sun, action: () => chooseTheme("light") },
    { label: "Dark theme", icon: Moon, action: () => chooseTheme("dark") },
    { label: "Keyboard shortcuts", icon: Keyboard, action: onOpenSheet },
    { label: "Sign out", icon: LogOut, action: () => endSession("signed_out") },
  ].filter((command) => matches(command.label));
  return (
    <Command label="Search and commands" shouldFilter={false} loop>
      <Command.Input
        className={css.input}
        value={text}
        onValueChange={setText}
        placeholder="Search records, pages and commands"
        autoFocus
      />
      <Command.List className={css.list}>
        <FoundRecords sought={sought} onOpen={(to) => go(to)()} />
        {places.length > 0 && (
          <Command.Group heading="Go to">
            {places.map(({ label, to, icon: Icon }) => (
              <Command.Item key={to} value={`go ${to}`} onSelect={go(to)}>
                <Icon aria-hidden />
                {label}
              </Command.Item>
            ))}
          </Command.Group>
        )}
        {creatable.length > 0 && (
          <Command.Group heading="Create">
            {creatable.map((object) => (
              <Command.Item key={object.table} value={`new ${object.table}`} onSelect={go(links.create(object.table))}>
                <Plus aria-hidden />
                New {object.label.toLowerCase()}
              </Command.Item>
            ))}
          </Command.Group>
        )}
        {commands.length > 0 && (
          <Command.Group heading="Commands">
            {commands.map(({ label, icon: Icon, action }) => (
              <Command.Item key={label} value={label} onSelect={run(action)}>
                <Icon aria-hidden />
                {label}
              </Command.Item>
            ))}
          </Command.Group>
        )}
        <Command.Empty className={css.empty}>Nothing matches “{text}”.</Command.Empty>
      </Command.List>
    </Command>
  );
}

function FoundRecords({ sought, onOpen }: { sought: string; onOpen: (to: string) => void }) {
  const catalog = useCatalog();
  const objects = SEARCHED.map((table) => catalog.byTable(table)).filter(
    (object): object is ObjectDef => object !== undefined,
  );
  const found = useQueries({
    queries: objects.map((object) => {
      const ask = { q: sought, limit: FOUND_PER_OBJECT };
      return {
        queryKey: keys.list(object.table, ask),
        queryFn: ({ signal }: { signal: AbortSignal }) => listRecords(object.table, ask, signal),
        enabled: sought.length >= MIN_SEARCH,
      };
    }),
  });
  if (sought.length < MIN_SEARCH) return null;
  return objects.map((object, position) => {
    const items = found[position]?.data?.items ?? [];
    if (items.length === 0) return null;
    const Icon = iconOf(object.table);
    return (
      <Command.Group key={object.table} heading={object.plural_label}>
        {items.map((record) => (
          <Command.Item
            key={record.id}
            value={record.id}
            onSelect={() => onOpen(links.record(object.table, record.id))}
          >
            <Icon aria-hidden />
            <span>{textOf(record, object.title) || "Untitled"}</span>
            <span className={css.detail}>
              {textOf(record, "company_name") || formatChoice(textOf(record, "industry") || textOf(record, "status"))}
            </span>
          </Command.Item>
        ))}
      </Command.Group>
    );
  });
}
