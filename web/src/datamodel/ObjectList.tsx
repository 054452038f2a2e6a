import { NavLink } from "react-router";
import type { ObjectDef } from "@/api/catalog.ts";
import { formatCount } from "@/format/format.ts";
import { links } from "@/links.ts";
import type { CustomField } from "./fields.ts";
import css from "./DataModel.module.css";

/** The objects that can have fields of one's own, with how many they have. */
export function ObjectList({
  objects,
  fields,
  chosen,
}: {
  objects: readonly ObjectDef[];
  fields: readonly CustomField[];
  chosen: string;
}) {
  return (
    <nav className={css.objects} aria-label="Objects">
      <ul>
        {objects.map(({ name, plural_label }) => {
          const own = fields.filter(({ object }) => object === name).length;
          return (
            <li key={name}>
              {/* The first object is shown under the plain address too. */}
              <NavLink
                to={links.dataModel(name)}
                className={css.object}
                aria-current={name === chosen ? "page" : undefined}
              >
                <span>{plural_label}</span>
                {own > 0 && (
                  <span className={css.count} aria-label={formatCount(own, "field of your own", "fields of your own")}>
                    +{own}
                  </span>
                )}
              </NavLink>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
