import { useSuspenseQuery } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { Outlet, useLocation } from "react-router";
import { catalogQuery } from "@/api/catalog.ts";
import { useLiveChanges } from "@/api/events.ts";
import { classes } from "@/ui/classes.ts";
import { PageSkeleton } from "@/ui/Skeleton.tsx";
import { CommandPalette } from "./CommandPalette.tsx";
import { Logo } from "./Logo.tsx";
import { OfflineStrip } from "./OfflineStrip.tsx";
import { PreviewBanner } from "./PreviewBanner.tsx";
import css from "./Shell.module.css";
import { ShortcutSheet } from "./ShortcutSheet.tsx";
import { Sidebar } from "./Sidebar.tsx";
import { Topbar } from "./Topbar.tsx";
import { useRemembered } from "./useRemembered.ts";
import { useShortcuts } from "./useShortcuts.ts";

/** Everything around a page. */
export function Shell() {
  useSuspenseQuery(catalogQuery);
  useLiveChanges();
  const [collapsed, setCollapsed] = useRemembered("leadhouse.sidebar", false);
  const [drawerOpen, setDrawerOpen] = useState(false);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [sheetOpen, setSheetOpen] = useState(false);
  useShortcuts({ openPalette: () => setPaletteOpen(true), openSheet: () => setSheetOpen(true) });
  const { pathname } = useLocation();
  return (
    <div className={classes(css.shell, collapsed && css.narrow)}>
      <a href="#page" className={css.skip}>
        Skip to the page
      </a>
      <aside className={classes(css.side, drawerOpen && css.open)}>
        <div className={css.brand}>
          <Logo compact={collapsed && !drawerOpen} />
        </div>
        <Sidebar collapsed={collapsed && !drawerOpen} onNavigate={() => setDrawerOpen(false)} />
      </aside>
      {drawerOpen && (
        <button type="button" className={css.scrim} aria-label="Close the menu" onClick={() => setDrawerOpen(false)} />
      )}
      <div className={css.main}>
        <Topbar
          collapsed={collapsed}
          onToggleSidebar={() => setCollapsed(!collapsed)}
          onOpenDrawer={() => setDrawerOpen(true)}
          onOpenPalette={() => setPaletteOpen(true)}
          onOpenSheet={() => setSheetOpen(true)}
        />
        <PreviewBanner />
        <OfflineStrip />
        <main id="page" tabIndex={-1} className={css.page}>
          <Suspense key={pathname} fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <CommandPalette open={paletteOpen} onClose={() => setPaletteOpen(false)} onOpenSheet={() => setSheetOpen(true)} />
      <ShortcutSheet open={sheetOpen} onClose={() => setSheetOpen(false)} />
    </div>
  );
}
