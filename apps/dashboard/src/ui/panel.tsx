import type { ReactNode } from "react";
import { useId } from "react";
import styles from "./panel.module.css";

type Props = { title?: ReactNode; note?: ReactNode; actions?: ReactNode; flush?: boolean; children: ReactNode };

/** A titled box. `flush`: its content reaches the edges, as tables do. */
export function Panel({ title, note, actions, flush = false, children }: Props) {
  const id = useId();
  return (
    <section className={styles.panel} aria-labelledby={title ? id : undefined}>
      {(title || actions) && (
        <header className={styles.header}>
          <div className={styles.titles}>
            <h2 id={id} className={styles.title}>
              {title}
            </h2>
            {note && <p className={styles.note}>{note}</p>}
          </div>
          {actions && <div className={styles.actions}>{actions}</div>}
        </header>
      )}
      <div className={flush ? styles.flush : styles.body}>{children}</div>
    </section>
  );
}
