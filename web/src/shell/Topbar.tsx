import { CircleHelp, LogOut, Menu as MenuIcon, Monitor, Moon, PanelLeft, Search, Sun, UserRound } from "lucide-react";
import { useNavigate } from "react-router";
import { useLive } from "@/api/events.ts";
import { signOut } from "@/api/renewal.ts";
import { useSession } from "@/api/session.ts";
import { formatChoice } from "@/format/format.ts";
import { links } from "@/links.ts";
import { chooseTheme, type ThemeChoice, useThemeChoice } from "@/theme/theme.ts";
import { Avatar } from "@/ui/Avatar.tsx";
import { Kbd } from "@/ui/Badge.tsx";
import { IconButton } from "@/ui/Button.tsx";
import { Menu, MenuChoices, MenuItem, MenuLabel, MenuSeparator } from "@/ui/Menu.tsx";
import { Tooltip } from "@/ui/Tooltip.tsx";
import { InboxBell } from "./InboxBell.tsx";
import { JobTray } from "./JobTray.tsx";
import css from "./Topbar.module.css";

const THEMES: { value: ThemeChoice; label: string; icon: React.ReactNode }[] = [
  { value: "light", label: "Light", icon: <Sun aria-hidden /> },
  { value: "dark", label: "Dark", icon: <Moon aria-hidden /> },
  { value: "system", label: "As the system", icon: <Monitor aria-hidden /> },
];

export interface TopbarProps {
  collapsed: boolean;
  onToggleSidebar: () => void;
  onOpenDrawer: () => void;
  onOpenPalette: () => void;
  onOpenSheet: () => void;
}

export function Topbar({ collapsed, onToggleSidebar, onOpenDrawer, onOpenPalette, onOpenSheet }: TopbarProps) {
  return (
    <header className={css.bar}>
      <span className={css.wide}>
        <IconButton label={collapsed ? "Widen the sidebar" : "Narrow the sidebar"} onClick={onToggleSidebar}>
          <PanelLeft aria-hidden />
        </IconButton>
      </span>
      <span className={css.small}>
        <IconButton label="Menu" onClick={onOpenDrawer}>
          <MenuIcon aria-hidden />
        </IconButton>
      </span>
      <button type="button" className={css.search} onClick={onOpenPalette}>
        <Search size={15} aria-hidden />
        <span>Search or do something</span>
        <span className={css.keys} aria-hidden>
          <Kbd>Ctrl</Kbd>
          <Kbd>K</Kbd>
        </span>
      </button>
      <span className={css.space} />
      <LiveMark />
      <JobTray />
      <InboxBell />
      <IconButton label="Keyboard shortcuts" onClick={onOpenSheet}>
        <CircleHelp aria-hidden />
      </IconButton>
      <PersonMenu />
    </header>
  );
}

/** Says that what is on the page follows the changes of others. */
function LiveMark() {
  const live = useLive();
  return (
    <Tooltip
      text={
        live
          ? "Changes of others show up by themselves."
          : "Changes of others show up when you come back to this window or load it anew."
      }
    >
      <span className={css.live} data-live={live} role="status">
        {live ? "Live" : "Not live"}
      </span>
    </Tooltip>
  );
}

function PersonMenu() {
  const session = useSession();
  const theme = useThemeChoice();
  const navigate = useNavigate();
  if (!session) return null;
  const { user } = session;
  return (
    <Menu
      trigger={
        <button type="button" className={css.person} aria-label={`${user.name}: account and theme`}>
          <Avatar name={user.name} size={28} />
        </button>
      }
    >
      <div className={css.who}>
        <strong>{user.name}</strong>
        <span>{formatChoice(user.role_name)}</span>
      </div>
      <MenuSeparator />
      <MenuItem icon={<UserRound aria-hidden />} onSelect={() => void navigate(links.account())}>
        Your account
      </MenuItem>
      <MenuSeparator />
      <MenuLabel>Theme</MenuLabel>
      <MenuChoices value={theme} options={THEMES} onChange={chooseTheme} />
      <MenuSeparator />
      <MenuItem icon={<LogOut aria-hidden />} onSelect={() => void signOut()}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
