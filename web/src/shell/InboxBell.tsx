import { useQuery } from "@tanstack/react-query";
import { Bell } from "lucide-react";
import { Link } from "react-router";
import css from "@/inbox/Inbox.module.css";
import { unreadQuery } from "@/inbox/notifications.ts";
import { links } from "@/links.ts";
import { Tooltip } from "@/ui/Tooltip.tsx";

const MOST_SHOWN = 99;

/** The way to the inbox, with how much in it is unread. */
export function InboxBell() {
  const unread = useQuery(unreadQuery).data ?? 0;
  return (
    <Tooltip text="Inbox">
      <Link to={links.inbox()} className={css.bell} aria-label={unread > 0 ? `Inbox, ${unread} unread` : "Inbox"}>
        <Bell size={17} aria-hidden />
        {unread > 0 && (
          <span className={css.count} aria-hidden>
            {unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}
          </span>
        )}
      </Link>
    </Tooltip>
  );
}
