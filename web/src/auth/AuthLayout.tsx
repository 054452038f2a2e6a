import type { ReactNode } from "react";
import { Logo } from "@/shell/Logo.tsx";
import css from "./AuthLayout.module.css";

/** The frame of sign-in and registration. */
export function AuthLayout({
  title,
  intro,
  children,
  below,
}: {
  title: string;
  intro: ReactNode;
  children: ReactNode;
  below: ReactNode;
}) {
  return (
    <main className={css.layout}>
      <div className={css.panel}>
        <Logo />
        <div className={css.heading}>
          <h1>{title}</h1>
          <p>{intro}</p>
        </div>
        {children}
        <div className={css.below}>{below}</div>
      </div>
    </main>
  );
}

export function Notice({ tone, children }: { tone: "danger" | "info"; children: ReactNode }) {
  return (
    <p className={tone === "danger" ? css.danger : css.info} role={tone === "danger" ? "alert" : "status"}>
      {children}
    </p>
  );
}
