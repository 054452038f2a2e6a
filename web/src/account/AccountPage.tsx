import { useSession } from "@/api/session.ts";
import { PageHeader } from "@/ui/PageHeader.tsx";
import css from "./Account.module.css";
import { ActivityCard } from "./ActivityCard.tsx";
import { LinkedCard } from "./LinkedCard.tsx";
import { PasswordCard } from "./PasswordCard.tsx";
import { PreferencesCard } from "./PreferencesCard.tsx";
import { ProfileCard } from "./ProfileCard.tsx";
import { SecondFactorCard } from "./SecondFactorCard.tsx";
import { SessionsCard } from "./SessionsCard.tsx";
import { TokensCard } from "./TokensCard.tsx";

/** What people see and change about their own account. */
export default function AccountPage() {
  const session = useSession();
  if (!session) return null;
  return (
    <>
      <PageHeader title="Your account" subtitle={`Signed in as ${session.user.username}`} />
      <div className={css.page}>
        <div className={css.stack}>
          <ProfileCard id={session.user.id} />
          <PreferencesCard id={session.user.id} />
          <ActivityCard id={session.user.id} />
        </div>
        <div className={css.stack}>
          <PasswordCard id={session.user.id} />
          <SecondFactorCard />
          <LinkedCard />
          <SessionsCard />
          <TokensCard />
        </div>
      </div>
    </>
  );
}
