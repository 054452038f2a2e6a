import { useQuery } from "@tanstack/react-query";
import { NavLink } from "react-router";
import { useCatalog } from "@/api/catalog.ts";
import { links } from "@/links.ts";
import { favouritesQuery } from "@/records/record/bookmarks.ts";
import { iconOf } from "./navigation.tsx";
import css from "./Sidebar.module.css";

/** Favourites in the sidebar; the rest are one search away. */
const SHOWN = 10;

/** The records a person keeps at hand. */
export function Favourites({ onNavigate }: { onNavigate: () => void }) {
  const catalog = useCatalog();
  const favourites = (useQuery(favouritesQuery).data ?? []).slice(0, SHOWN);
  if (favourites.length === 0) return null;
  return (
    <div className={css.section}>
      <p className={css.label}>Favourites</p>
      <ul>
        {favourites.map(({ object: name, record_id: id, title }) => {
          const object = catalog.byName(name);
          if (!object) return null;
          const Icon = iconOf(object.table);
          return (
            <li key={id}>
              <NavLink to={links.record(object.table, id)} className={css.link} onClick={onNavigate}>
                <Icon aria-hidden />
                <span>{title ?? object.label}</span>
              </NavLink>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
