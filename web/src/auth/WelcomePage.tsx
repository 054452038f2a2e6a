import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link, useNavigate } from "react-router";
import { answered, api } from "@/api/client.ts";
import { IN_COOKIES } from "@/api/cookies.ts";
import { queryClient } from "@/api/queryClient.ts";
import { sessionOf, startSession } from "@/api/session.ts";
import { links } from "@/links.ts";
import { AuthLayout } from "./AuthLayout.tsx";
import { ChoosePassword } from "./ChoosePassword.tsx";
import { mailedToken } from "./mailedToken.ts";

/** Where an invitation leads. */
export default function WelcomePage() {
  const [token] = useState(mailedToken);
  const navigate = useNavigate();
  useEffect(() => {
    document.title = "Welcome · Leadhouse";
  }, []);
  const accept = useMutation({
    mutationFn: (password: string) =>
      answered(api.POST("/api/auth/invitation", { body: { token, password }, headers: IN_COOKIES })),
    onSuccess: (answer) => {
      queryClient.clear();
      startSession(sessionOf(answer));
      void navigate(links.home(), { replace: true });
    },
  });
  return (
    <AuthLayout
      title="Welcome"
      intro="Your account is ready. Choose a password and you are in."
      below={
        <>
          Have a password already? <Link to={links.signIn()}>Sign in</Link>
        </>
      }
    >
      <ChoosePassword
        token={token}
        verb="Set the password and sign in"
        busy={accept.isPending}
        error={accept.error}
        onChosen={(password) => accept.mutate(password)}
      />
    </AuthLayout>
  );
}
