import { type Role, useSession } from "@/api/session.ts";
import { formatToday } from "@/format/format.ts";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { AnalystHome } from "./AnalystHome.tsx";
import { CustomHome } from "./CustomHome.tsx";
import { ExecutiveHome } from "./ExecutiveHome.tsx";
import css from "./Home.module.css";
import { ManagerHome } from "./ManagerHome.tsx";
import { RepHome } from "./RepHome.tsx";
import { SupportHome } from "./SupportHome.tsx";
import { greeting } from "./greeting.ts";

const HOMES: Record<Role | "custom", () => React.ReactNode> = {
  rep: RepHome,
  support: SupportHome,
  manager: ManagerHome,
  admin: ManagerHome,
  analyst: AnalystHome,
  executive: ExecutiveHome,
  custom: CustomHome,
};

/** What matters today, for each kind of person. */
export default function HomePage() {
  const user = useSession()?.user;
  if (!user) return null;
  const Home = HOMES[user.role];
  return (
    <>
      <PageHeader title={`${greeting()}, ${user.name.split(" ")[0] ?? user.name}`} subtitle={formatToday()} />
      <div className={css.home}>
        <Home />
      </div>
    </>
  );
}
