import { Button } from "@mantine/core";
import { IconArrowUp, IconRefresh } from "@tabler/icons-react";
import styles from "./fresh-pill.module.css";
import { freshMax } from "./use-job-list.ts";

type Props = { fresh: number; hasGap: boolean; onShow: () => void };

/** New jobs wait here until one wants to see them. */
export function FreshPill({ fresh, hasGap, onShow }: Props) {
  const text = fresh >= freshMax ? `${freshMax}+ new` : `${fresh} new`;
  return (
    <div className={styles.place} role="status">
      {(fresh > 0 || hasGap) && (
        <Button
          size="compact-sm"
          radius="xl"
          className={styles.pill}
          leftSection={fresh > 0 ? <IconArrowUp size={14} /> : <IconRefresh size={14} />}
          onClick={() => {
            window.scrollTo({ top: 0 });
            onShow();
          }}
        >
          {fresh > 0 ? text : "More has changed: refresh"}
        </Button>
      )}
    </div>
  );
}
