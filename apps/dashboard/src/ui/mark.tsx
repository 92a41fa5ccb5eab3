import type { ReactNode } from "react";
import styles from "./mark.module.css";

export type Tone = "good" | "bad" | "warn" | "busy" | "idle";

/** A coloured dot and a word: the word alone says it all, the colour only helps the eye. */
export function Mark({ tone, children, pulse = false }: { tone: Tone; children: ReactNode; pulse?: boolean }) {
  return (
    <span className={styles.mark} data-tone={tone}>
      <span className={styles.dot} data-pulse={pulse || undefined} aria-hidden="true" />
      {children}
    </span>
  );
}

/** A word on a soft ground, for what should be found at a glance. */
export function Chip({ tone, children, title }: { tone: Tone; children: ReactNode; title?: string }) {
  return (
    <span className={styles.chip} data-tone={tone} title={title}>
      {children}
    </span>
  );
}
