import { useQuery } from "@tanstack/react-query";
import { LockKeyhole } from "lucide-react";
import { useCatalog } from "@/api/catalog.ts";
import { request } from "@/api/client.ts";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { AnalystHome } from "./AnalystHome.tsx";
import { RepHome } from "./RepHome.tsx";

/** Cards about these are on a rep's home. */
const REP_NEEDS = ["leads", "deals", "tasks"];

/** The home of a role that administrators made: a rep's where it sees what a rep sees. */
export function CustomHome() {
  const catalog = useCatalog();
  const me = useQuery({
    queryKey: ["records", "users", "me"],
    queryFn: ({ signal }) => request<{ role_problem: string | null }>("/api/auth/me", { signal }),
  });
  if (me.data?.role_problem)
    return (
      <EmptyState icon={<LockKeyhole aria-hidden />} title="Nothing can be shown">
        {me.data.role_problem}
      </EmptyState>
    );
  if (catalog.objects.length === 0)
    return (
      <EmptyState icon={<LockKeyhole aria-hidden />} title="Nothing can be shown">
        Your role grants nothing yet. Ask an administrator.
      </EmptyState>
    );
  return REP_NEEDS.every((table) => catalog.byTable(table)) ? <RepHome /> : <AnalystHome />;
}
