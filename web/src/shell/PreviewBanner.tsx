import { Eye } from "lucide-react";
import { useNavigate } from "react-router";
import { queryClient } from "@/api/queryClient.ts";
import { endPreview, useSession } from "@/api/session.ts";
import { formatChoice } from "@/format/format.ts";
import { links } from "@/links.ts";
import { Button } from "@/ui/Button.tsx";
import css from "./PreviewBanner.module.css";

/** Says through whose eyes an administrator looks, and leads back. */
export function PreviewBanner() {
  const session = useSession();
  const navigate = useNavigate();
  if (!session?.self) return null;
  const { user, self } = session;
  const back = () => {
    endPreview();
    queryClient.clear();
    void navigate(links.record("users", user.id));
  };
  return (
    <div className={css.banner} role="status">
      <Eye size={16} aria-hidden />
      <span>
        You see Leadhouse as <strong>{user.name}</strong> ({formatChoice(user.role_name)}) sees it. Nothing can be
        changed.
      </span>
      <Button size="s" onClick={back}>
        Back to {self.name}
      </Button>
    </div>
  );
}
