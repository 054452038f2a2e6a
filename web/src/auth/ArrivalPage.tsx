import { useMutation } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { api } from "@/api/client.ts";
import { IN_COOKIES } from "@/api/cookies.ts";
import { asProblem } from "@/api/problem.ts";
import { queryClient } from "@/api/queryClient.ts";
import { sessionOf, startSession } from "@/api/session.ts";
import { links } from "@/links.ts";
import { say } from "@/ui/toast.tsx";
import { AuthLayout, Notice } from "./AuthLayout.tsx";
import { takeBack } from "./leaving.ts";

/** Where a sign-in provider sends the browser back to. */
export default function ArrivalPage() {
  const { provider = "" } = useParams();
  const [parameters] = useSearchParams();
  const navigate = useNavigate();
  const code = parameters.get("code");
  const state = parameters.get("state");
  const arrive = useMutation({
    mutationFn: () =>
      api.POST("/api/auth/oidc/{provider}/callback", {
        params: { path: { provider } },
        body: { code: code ?? "", state: state ?? "" },
        headers: IN_COOKIES,
      }),
    onSuccess: ({ data }) => {
      if (!data) {
        say("Linked");
        void navigate(links.account(), { replace: true });
        return;
      }
      queryClient.clear();
      startSession(sessionOf(data));
      void navigate(takeBack(), { replace: true });
    },
  });
  const begin = useEffectEvent(() => {
    if (code && state && arrive.isIdle) arrive.mutate();
  });
  useEffect(() => {
    document.title = "Signing in · Leadhouse";
    begin();
  }, []);
  return (
    <AuthLayout
      title="Signing in"
      intro="One moment: we ask the provider who you are."
      below={<Link to={links.signIn()}>Back to signing in</Link>}
    >
      {arrive.error ? (
        <Notice tone="danger">{messageOf(arrive.error)}</Notice>
      ) : code && state ? (
        <Notice tone="info">Almost there.</Notice>
      ) : (
        <Notice tone="danger">The provider did not sign you in. Begin again, or sign in with your password.</Notice>
      )}
    </AuthLayout>
  );
}

function messageOf(thrown: unknown): string {
  const problem = asProblem(thrown);
  return problem.fields.state ?? problem.message;
}
