import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { NavLink } from "react-router";
import { useCatalog } from "@/api/catalog.ts";
import { useSession } from "@/api/session.ts";
import { classes } from "@/ui/classes.ts";
import { Tooltip } from "@/ui/Tooltip.tsx";
import { Favourites } from "./Favourites.tsx";
import { type Place, type Section, sections } from "./navigation.tsx";
import css from "./Sidebar.module.css";

export function Sidebar({ collapsed, onNavigate }: { collapsed: boolean; onNavigate: () => void }) {
  const catalog = useCatalog();
  const role = useSession()?.user.role;
  return (
    <nav className={classes(css.nav, collapsed && css.collapsed)} aria-label="Main">
      {!collapsed && <Favourites onNavigate={onNavigate} />}
      {sections(catalog, role).map((section) =>
        section.label === "More" && !collapsed ? (
          <MoreSection key="more" section={section} onNavigate={onNavigate} />
        ) : (
          <div key={section.label ?? "top"} className={css.section}>
            {section.label && <p className={css.label}>{section.label}</p>}
            <Places places={section.places} collapsed={collapsed} onNavigate={onNavigate} />
          </div>
        ),
      )}
    </nav>
  );
}

function MoreSection({ section, onNavigate }: { section: Section; onNavigate: () => void }) {
  const [open, setOpen] = useState(false);
  return (
    <div className={css.section}>
      <button type="button" className={css.more} aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight aria-hidden data-open={open} />
        {section.label}
      </button>
      {open && <Places places={section.places} collapsed={false} onNavigate={onNavigate} />}
    </div>
  );
}

function Places({ places, collapsed, onNavigate }: { places: Place[]; collapsed: boolean; onNavigate: () => void }) {
  return (
    <ul>
      {places.map((place) => (
        <li key={place.to}>
          {collapsed ? (
            <Tooltip text={place.label} side="right">
              <PlaceLink place={place} collapsed onNavigate={onNavigate} />
            </Tooltip>
          ) : (
            <PlaceLink place={place} collapsed={false} onNavigate={onNavigate} />
          )}
        </li>
      ))}
    </ul>
  );
}

function PlaceLink({
  place,
  collapsed,
  onNavigate,
  ...rest
}: {
  place: Place;
  collapsed: boolean;
  onNavigate: () => void;
}) {
  const Icon = place.icon;
  return (
    <NavLink
      {...rest}
      to={place.to}
      end={place.to === "/" || place.to === "/deals"}
      className={css.link}
      aria-label={collapsed ? place.label : undefined}
      onClick={onNavigate}
    >
      <Icon aria-hidden />
      {!collapsed && <span>{place.label}</span>}
    </NavLink>
  );
}
