import { ActionIcon, Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconMenu2 } from "@tabler/icons-react";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { useSession } from "../api/session.ts";
import { useLink } from "../live/live-store.ts";
import { Brand } from "./brand.tsx";
import { Navigation } from "./navigation.tsx";
import styles from "./shell.module.css";
import { UserMenu } from "./user-menu.tsx";

/** Navigation at the side, or behind a button where there is no room; and what has to be known on every page. */
export function Shell() {
  const [isOpen, { open, close }] = useDisclosure();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the navigation.
  useEffect(close, [path]);
  return (
    <div className={styles.shell}>
      <a href="#main" className={styles.skip}>
        Skip to content
      </a>
      <aside className={styles.side}>
        <Navigation />
      </aside>
      <header className={styles.top}>
        <ActionIcon variant="subtle" color="gray" size={38} onClick={open} aria-label="Open navigation">
          <IconMenu2 size={20} />
        </ActionIcon>
        <Brand />
        <UserMenu compact />
      </header>
      <Drawer opened={isOpen} onClose={close} size={264} title={<Brand />} lockScroll={false} padding="md">
        <Navigation withoutBrand />
      </Drawer>
      <main id="main" className={styles.main} tabIndex={-1}>
        <StaleBanner />
        <EmulatorBanner />
        <Outlet />
      </main>
    </div>
  );
}

function StaleBanner() {
  const link = useLink();
  if (link !== "down") return null;
  return (
    <div className={styles.banner} data-tone="warn" role="status">
      The live stream is down: what you see may be old. Trying to connect again.
    </div>
  );
}

function EmulatorBanner() {
  const { installation } = useSession();
  if (!installation.fal_emulated) return null;
  return (
    <div className={styles.banner} role="note">
      Pictures come from the fal emulator. Prices are fal's, but nothing is charged.
    </div>
  );
}
