import { Eye } from "lucide-react";
import { useNavigate } from "react-router";
import { queryClient } from "@/api/queryClient.ts";
import { type CrmRecord, textOf } from "@/api/records.ts";
import { startPreview, useSession, userOf } from "@/api/session.ts";
import { links } from "@/links.ts";
import { Button } from "@/ui/Button.tsx";

/** Lets an administrator see what another person sees; nothing for everybody else. */
export function PreviewButton({ record }: { record: CrmRecord }) {
  const session = useSession();
  const navigate = useNavigate();
  if (!session || session.self || session.user.role !== "admin" || session.user.id === record.id) return null;
  const active = textOf(record, "status") === "active";
  const look = () => {
    startPreview(userOf(record));
    queryClient.clear();
    void navigate(links.home());
  };
  return (
    <Button
      icon={<Eye aria-hidden />}
      reason={active ? undefined : "The account is not active, so there is nothing to see"}
      onClick={look}
    >
      Preview as
    </Button>
  );
}
