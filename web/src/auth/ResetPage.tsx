import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { api } from "@/api/client.ts";
import { links } from "@/links.ts";
import { AuthLayout, Notice } from "./AuthLayout.tsx";
import { ChoosePassword } from "./ChoosePassword.tsx";
import { mailedToken } from "./mailedToken.ts";

/** Where the mail after a forgotten password leads. */
export default function ResetPage() {
  const [token] = useState(mailedToken);
  useEffect(() => {
    document.title = "Choose a new password · Leadhouse";
  }, []);
  const reset = useMutation({
    mutationFn: (password: string) => api.POST("/api/auth/reset", { body: { token, password } }),
  });
  return (
    <AuthLayout
      title="Choose a new password"
      intro="It ends every session that is open with the old one."
      below={<Link to={links.signIn()}>Sign in</Link>}
    >
      {reset.isSuccess ? (
        <Notice tone="info">Your new password counts. Sign in with it.</Notice>
      ) : (
        <ChoosePassword
          token={token}
          verb="Set the password"
          busy={reset.isPending}
          error={reset.error}
          onChosen={(password) => reset.mutate(password)}
        />
      )}
    </AuthLayout>
  );
}
