import { useRouteError } from "react-router";
import { ProblemState } from "@/ui/ProblemState.tsx";

/** A page that broke; the rest of the application goes on. */
export function PageFailed() {
  const error = useRouteError();
  return <ProblemState error={error} onRetry={() => location.reload()} />;
}
