import { useTitle } from "@/records/titles.ts";

/** With whose rights a rule acts. */
export function Author({ id }: { id: string }) {
  const { title, loading } = useTitle("user", id || null);
  if (loading) return <>Acts with the rights of …</>;
  return <>{id ? `Acts with the rights of ${title ?? "somebody whom you do not see"}` : "Acts for Leadhouse itself"}</>;
}
