import styles from "./code.module.css";
import { Copy } from "./copy.tsx";

/** Text of a machine, with a button to copy it. */
export function Code({ text, what, tall = false }: { text: string; what: string; tall?: boolean }) {
  return (
    <div className={styles.code}>
      <div className={styles.copy}>
        <Copy value={text} what={what} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section className={styles.scroll} data-tall={tall || undefined} tabIndex={0} aria-label={what}>
        <pre>{text}</pre>
      </section>
    </div>
  );
}

export function Json({ value, what, tall }: { value: unknown; what: string; tall?: boolean }) {
  return <Code text={JSON.stringify(value, null, 2)} what={what} tall={tall} />;
}
