import type { ReactNode } from "react";
import { Navigate, useLocation } from "react-router";
import { signedOutReason, useSession } from "@/api/session.ts";
import { links } from "@/links.ts";

/** Shows its children to those who are signed in; sends everybody else to sign in and back. */
export function RequireSession({ children }: { children: ReactNode }) {
  const session = useSession();
  const location = useLocation();
  if (session) return children;
  const here = location.pathname + location.search;
  const back = signedOutReason() === "signed_out" || here === "/" ? undefined : here;
  return <Navigate to={links.signIn(back)} replace />;
}
