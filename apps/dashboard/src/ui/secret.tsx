import { Button, CopyButton, Group } from "@mantine/core";
import { Notice } from "./notice.tsx";
import styles from "./secret.module.css";

/** Shown this once: kept nowhere, so it must be copied now. */
export function Secret({ value, what, onDone }: { value: string; what: string; onDone: () => void }) {
  return (
    <>
      <Notice tone="warn">This {what} is shown only now. Copy it to where it will be used.</Notice>
      <div className={styles.secret}>
        <span className="mono">{value}</span>
      </div>
      <Group justify="flex-end" gap="xs" mt="md">
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button onClick={copy} variant={copied ? "default" : "filled"} data-autofocus>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
        <Button variant="default" onClick={onDone}>
          I have it
        </Button>
      </Group>
    </>
  );
}
