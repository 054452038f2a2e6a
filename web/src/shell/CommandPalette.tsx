import { Command } from "cmdk";
import { Keyboard, LogOut, Moon, Plus, Sun } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useCatalog } from "@/api/catalog.ts";
import { signOut } from "@/api/renewal.ts";
import { useSession } from "@/api/session.ts";
import { links } from "@/links.ts";
import { chooseTheme } from "@/theme/theme.ts";
import css from "./CommandPalette.module.css";
import { FoundRecords } from "./FoundRecords.tsx";
import { sections, workObjects } from "./navigation.tsx";

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
  const run = (action: () => void) => () => {
    onClose();
    action();
  };
  const go = (to: string) => run(() => void navigate(to));
  const matches = (...words: string[]) =>
    text.trim() === "" || words.join(" ").toLowerCase().includes(text.trim().toLowerCase());
  const places = sections(catalog, useSession()?.user.role)
    .flatMap((section) => section.places)
    .filter((place) => matches("go to", place.label));
  const creatable = workObjects(catalog).filter(
    (object) => object.permissions.create && matches("new create", object.label),
  );
  const commands = [
    { label: "Light theme", icon: Sun, action: () => chooseTheme("light") },
    { label: "Dark theme", icon: Moon, action: () => chooseTheme("dark") },
    { label: "Keyboard shortcuts", icon: Keyboard, action: onOpenSheet },
    { label: "Sign out", icon: LogOut, action: () => void signOut() },
  ].filter((command) => matches(command.label));
  return (
    <Command label="Search and commands" shouldFilter={false} loop>
      <Command.Input
        className={css.input}
        value={text}
        onValueChange={setText}
        placeholder="Search: @ people, # companies, $ deals, ! tasks"
        autoFocus
      />
      <Command.List className={css.list}>
        <FoundRecords text={text} onOpen={(to) => go(to)()} />
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
