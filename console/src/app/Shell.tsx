import AppLayout, { type AppLayoutProps } from "@cloudscape-design/components/app-layout";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import type { IconProps } from "@cloudscape-design/components/icon";
import SideNavigation from "@cloudscape-design/components/side-navigation";
import { type ComponentType, lazy, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { Outlet, useLocation, useMatches, useNavigation } from "react-router";

import { session, subscribe } from "../aws/session";
import { SignIn } from "../features/sign-in/SignIn";
import { CALLS_DRAWER, drawer, GUIDE_DRAWER, openDrawer, subscribe as subscribeToDrawers } from "./drawers";
import { activeEntry, NAVIGATION } from "./navigation";
import { Notifications } from "./Notifications";
import { to } from "./paths";
import type { Crumb, Handle } from "./route";
import { TopBar } from "./TopBar";

const NARROW_PX = 900;
const DRAWER_PX = 420;
const CallsDrawer = lazy(() => import("./CallsDrawer"));
const GuideDrawer = lazy(() => import("../features/home/GuideDrawer"));

const DRAWERS: AppLayoutProps.Drawer[] = [
  drawerOf(CALLS_DRAWER, "Calls", "script", CallsDrawer),
  drawerOf(GUIDE_DRAWER, "Tutorial", "suggestions", GuideDrawer),
];

function drawerOf(id: string, name: string, iconName: IconProps.Name, Content: ComponentType): AppLayoutProps.Drawer {
  const small = name.toLowerCase();
  return {
    id,
    content: (
      <Suspense>
        <Content />
      </Suspense>
    ),
    trigger: { iconName },
    resizable: true,
    defaultSize: DRAWER_PX,
    ariaLabels: {
      drawerName: name,
      triggerButton: `Show ${small}`,
      closeButton: `Close ${small}`,
      resizeHandle: `Resize ${small}`,
    },
  };
}

/** The frame of every page: top bar, side navigation, breadcrumbs and flash bar; or the sign-in. */
export function Shell() {
  const signedIn = useSyncExternalStore(subscribe, session);
  const [navigating, setNavigating] = useState(window.innerWidth > NARROW_PX);
  const open = useSyncExternalStore(subscribeToDrawers, drawer);
  const { pathname } = useLocation();
  const crumbs = useCrumbs();
  const busy = useNavigation().state === "loading";
  useEffect(() => {
    document.title = crumbs.length ? `${crumbs.at(-1)?.text} · Tailrace` : "Tailrace";
  }, [crumbs]);
  if (!signedIn) return <SignIn />;
  return (
    <>
      <div id="top-bar" style={{ position: "sticky", top: 0, zIndex: 1002 }}>
        <TopBar session={signedIn} />
      </div>
      <AppLayout
        headerSelector="#top-bar"
        navigationOpen={navigating}
        onNavigationChange={({ detail }) => setNavigating(detail.open)}
        navigation={
          <SideNavigation
            header={{ text: "Services", href: to.home() }}
            items={NAVIGATION}
            activeHref={activeEntry(pathname) ?? to.home()}
          />
        }
        toolsHide
        activeDrawerId={open}
        onDrawerChange={({ detail }) => openDrawer(detail.activeDrawerId)}
        drawers={DRAWERS}
        breadcrumbs={crumbs.length > 0 && <BreadcrumbGroup items={crumbs} ariaLabel="Breadcrumbs" />}
        notifications={<Notifications session={signedIn} />}
        stickyNotifications
        content={
          <div aria-busy={busy}>
            <Outlet />
          </div>
        }
        ariaLabels={{
          navigation: "Side navigation",
          navigationClose: "Close side navigation",
          navigationToggle: "Open side navigation",
          notifications: "Notifications",
        }}
      />
    </>
  );
}

function useCrumbs(): Crumb[] {
  const match = useMatches().at(-1);
  const handle = match?.handle as Handle | undefined;
  return handle ? handle.crumbs(match?.params as Record<string, string>) : [];
}
