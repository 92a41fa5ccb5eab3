import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ApiError, describeError } from "../api/api-error.ts";
import styles from "./notice.module.css";

type Tone = "bad" | "warn" | "good" | "info";

/** A sentence within a page or dialog: what was refused and why, or what one should know. */
export function Notice({ error, tone = "bad", children }: { error?: unknown; tone?: Tone; children?: ReactNode }) {
  const Icon = tone === "good" ? IconCircleCheck : tone === "info" ? IconInfoCircle : IconAlertTriangle;
  return (
    <div className={styles.notice} data-tone={tone} role={tone === "bad" ? "alert" : "status"}>
      <Icon size={17} aria-hidden="true" className={styles.icon} />
      <div className={styles.text}>{error === undefined ? children : <Said error={error} />}</div>
    </div>
  );
}

function Said({ error }: { error: unknown }) {
  const { title, message, remedy } = describeError(error);
  const fields = error instanceof ApiError ? (error.problem?.errors ?? []) : [];
  return (
    <>
      <strong>{title}.</strong> {message} {remedy}
      {fields.length > 0 && (
        <ul>
          {fields.map(({ pointer, message: what }) => (
            <li key={`${pointer} ${what}`}>
              <span className="mono">{pointer}</span> {what}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
