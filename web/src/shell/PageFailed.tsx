import { RefreshCw } from "lucide-react";
import { useRouteError } from "react-router";
import { RequireSession } from "@/auth/RequireSession.tsx";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";

/** A page that broke; the rest of the application goes on. Without a session it leads to sign in. */
export function PageFailed() {
  const error = useRouteError();
  return (
    <RequireSession>{renewed(error) ? <Renewed /> : <ProblemState error={error} onRetry={reload} />}</RequireSession>
  );
}

/** The server has a newer application than this tab: its parts are gone. */
function Renewed() {
  return (
    <EmptyState
      title="Leadhouse was updated"
      icon={<RefreshCw />}
      action={
        <Button variant="primary" onClick={reload}>
          Load the new version
        </Button>
      }
    >
      This page belongs to a version that is no longer there.
    </EmptyState>
  );
}

function renewed(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|module script/i.test(error.message);
}

function reload(): void {
  location.reload();
}
