import { Link } from "react-router";
import { useCatalog } from "@/api/catalog.ts";
import { links } from "@/links.ts";
import { EXAMPLES } from "./examples.ts";
import { sentence } from "./sentence.ts";
import css from "./Workflow.module.css";

/** Ready rules that fill the editor. */
export function Examples() {
  const catalog = useCatalog();
  return (
    <ul className={css.examples} aria-label="Examples">
      {EXAMPLES.map(({ name, draft }) => {
        const rule = draft();
        return (
          catalog.byName(rule.object) && (
            <li key={name}>
              <Link to={links.newWorkflowRule({ example: name })} className={css.example}>
                <strong>{rule.name}</strong>
                <span>{sentence(catalog, rule)}</span>
              </Link>
            </li>
          )
        );
      })}
    </ul>
  );
}
