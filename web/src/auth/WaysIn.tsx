import { useQuery } from "@tanstack/react-query";
import { answered, api } from "@/api/client.ts";
import { Button } from "@/ui/Button.tsx";
import css from "./AuthLayout.module.css";
import { leaveFor } from "./leaving.ts";

/** Providers that people may sign in with besides; nothing where none is configured. */
export function WaysIn({ back }: { back: string }) {
  const providers = useQuery({
    queryKey: ["sign-in providers"],
    queryFn: ({ signal }) => answered(api.GET("/api/auth/providers", { signal })),
    staleTime: 60_000,
  });
  const items = providers.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <div className={css.ways}>
      <span className={css.or}>or</span>
      {items.map(({ name, label }) => (
        <Button key={name} onClick={() => leaveFor(name, back)}>
          Continue with {label}
        </Button>
      ))}
    </div>
  );
}
