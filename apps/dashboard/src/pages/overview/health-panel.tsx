import type { Finding, Overview } from "@darkroom/contract/admin/overview";
import {
  IconAlertOctagon,
  IconAlertTriangle,
  IconChevronRight,
  IconCircleCheck,
  IconInfoCircle,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { Sentence } from "../../ui/sentence.tsx";
import styles from "./health-panel.module.css";

const headings = { ok: "Healthy", degraded: "Degraded", down: "Down" } as const;
const icons = { ok: IconCircleCheck, degraded: IconAlertTriangle, down: IconAlertOctagon } as const;
const findingIcons = { critical: IconAlertOctagon, warning: IconAlertTriangle, info: IconInfoCircle } as const;

/** Healthy or not, in one glance; and what to know, worst first. */
export function HealthPanel({ health }: { health: Overview["health"] }) {
  const Icon = icons[health.verdict];
  const isSaidTwice = health.findings.some(({ sentence }) => sentence === health.sentence);
  return (
    <section className={styles.panel} data-verdict={health.verdict} aria-label="Health">
      <div className={styles.verdict}>
        <Icon size={22} aria-hidden="true" />
        <strong>{headings[health.verdict]}</strong>
        {!isSaidTwice && <span>{health.sentence}</span>}
      </div>
      {health.findings.length > 0 && (
        <ul className={styles.findings}>
          {health.findings.map((finding) => (
            <li key={`${finding.code} ${finding.sentence}`}>
              <FindingLine finding={finding} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function FindingLine({ finding }: { finding: Finding }) {
  const Icon = findingIcons[finding.severity];
  const content = (
    <>
      <Icon size={16} aria-hidden="true" className={styles.icon} data-severity={finding.severity} />
      <span>
        <Sentence text={finding.sentence} />
      </span>
    </>
  );
  if (!finding.link) return <div className={styles.finding}>{content}</div>;
  return (
    <Link to={finding.link.replace(/^\/admin(?=\/|$)/, "") || "/"} className={styles.finding} data-link="true">
      {content}
      <IconChevronRight size={15} aria-hidden="true" className={styles.go} />
    </Link>
  );
}
