import { Fragment, type ReactNode } from "react";
import styles from "./facts.module.css";

/** Names and values, one under the other. What is undefined is left out. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={styles.facts}>
      {facts
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value ?? "–"}</dd>
          </Fragment>
        ))}
    </dl>
  );
}
