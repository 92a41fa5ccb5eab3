import type { ReactNode } from "react";
import styles from "./page.module.css";

type Props = { title: string; heading?: ReactNode; note?: ReactNode; actions?: ReactNode; children: ReactNode };

/** A page with its title, which the browser's tab shows, too. */
export function Page({ title, heading, note, actions, children }: Props) {
  return (
    <div className={styles.page}>
      <title>{`${title} · Darkroom`}</title>
      <header className={styles.header}>
        <div className={styles.titles}>
          <h1 className={styles.title}>{heading ?? title}</h1>
          {note && <div className={styles.note}>{note}</div>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}
