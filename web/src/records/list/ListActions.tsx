import { ChartColumn, Copy, Ellipsis, FileUp, type LucideIcon, MailPlus, SquareKanban } from "lucide-react";
import { useNavigate } from "react-router";
import type { ObjectDef } from "@/api/catalog.ts";
import { links } from "@/links.ts";
import { IconButton, LinkButton } from "@/ui/Button.tsx";
import { Menu, MenuItem } from "@/ui/Menu.tsx";
import { useNarrow } from "@/ui/useNarrow.ts";
import { compared } from "../duplicates/duplicatesApi.ts";
import { createReason } from "../permissions.ts";

interface Place {
  label: string;
  to: string;
  icon: LucideIcon;
}

/** Where a list leads to besides its records: buttons, or one menu where there is no room for them. */
export function ListActions({ object }: { object: ObjectDef }) {
  const narrow = useNarrow();
  const navigate = useNavigate();
  const places = placesOf(object);
  if (!narrow)
    return places.map(({ label, to, icon: Icon }) => (
      <LinkButton key={label} to={to} icon={<Icon aria-hidden />}>
        {label}
      </LinkButton>
    ));
  if (places.length === 0) return null;
  return (
    <Menu
      trigger={
        <IconButton label="More" variant="secondary">
          <Ellipsis aria-hidden />
        </IconButton>
      }
    >
      {places.map(({ label, to, icon: Icon }) => (
        <MenuItem key={label} icon={<Icon aria-hidden />} onSelect={() => void navigate(to)}>
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}

function placesOf(object: ObjectDef): Place[] {
  const { table } = object;
  const places: (Place | false)[] = [
    (table === "contacts" || table === "companies") && {
      label: "Analytics",
      to: links.analytics(table),
      icon: ChartColumn,
    },
    table === "deals" && { label: "Board", to: links.board(), icon: SquareKanban },
    table === "users" && createReason(object) === undefined && { label: "Invite", to: links.invite(), icon: MailPlus },
    compared(table) && { label: "Duplicates", to: links.duplicates(table), icon: Copy },
    object.permissions.create && { label: "Import", to: links.import(table), icon: FileUp },
  ];
  return places.filter((place) => place !== false);
}
