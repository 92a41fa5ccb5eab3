import {
  IconActivityHeartbeat,
  IconCoin,
  IconHistory,
  IconPhoto,
  IconPlugConnected,
  IconSend,
  IconStack2,
  IconUserShield,
  IconUsers,
  IconWand,
} from "@tabler/icons-react";
import { Link, type LinkProps } from "@tanstack/react-router";
import { useMay } from "../api/session.ts";
import { Brand } from "./brand.tsx";
import { JumpSearch } from "./jump-search.tsx";
import { LinkLight } from "./link-light.tsx";
import styles from "./navigation.module.css";
import { UserMenu } from "./user-menu.tsx";

type Item = { to: LinkProps["to"]; label: string; Icon: typeof IconPhoto; exact?: boolean };

const work: Item[] = [
  { to: "/", label: "Overview", Icon: IconActivityHeartbeat, exact: true },
  { to: "/jobs", label: "Jobs", Icon: IconPhoto },
  { to: "/playground", label: "Playground", Icon: IconWand },
];
const customers: Item[] = [
  { to: "/tenants", label: "Tenants", Icon: IconUsers },
  { to: "/endpoints", label: "Endpoints", Icon: IconPlugConnected },
  { to: "/deliveries", label: "Deliveries", Icon: IconSend },
];
const service: Item[] = [
  { to: "/queue", label: "Queue", Icon: IconStack2 },
  { to: "/spend", label: "Spend", Icon: IconCoin },
  { to: "/audit", label: "Audit", Icon: IconHistory },
];
const users: Item = { to: "/users", label: "Users", Icon: IconUserShield };

export function Navigation({ withoutBrand = false }: { withoutBrand?: boolean }) {
  const isAdmin = useMay("admin");
  const mayTry = useMay("operator");
  return (
    <div className={styles.column}>
      {!withoutBrand && (
        <div className={styles.brand}>
          <Brand />
        </div>
      )}
      <JumpSearch />
      <nav className={styles.nav} aria-label="Main">
        <Items items={mayTry ? work : work.slice(0, 2)} />
        <Items title="Customers" items={customers} />
        <Items title="Service" items={isAdmin ? [...service, users] : service} />
      </nav>
      <div className={styles.foot}>
        <LinkLight />
        {!withoutBrand && <UserMenu />}
      </div>
    </div>
  );
}

function Items({ title, items }: { title?: string; items: Item[] }) {
  return (
    <div className={styles.group}>
      {title && <p className={styles.title}>{title}</p>}
      <ul>
        {items.map(({ to, label, Icon, exact }) => (
          <li key={label}>
            <Link to={to} className={styles.link} activeOptions={{ exact: exact ?? false, includeSearch: false }}>
              <Icon size={17} stroke={1.7} aria-hidden="true" />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
