import { Button } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { formatCount } from "../../format/numbers.ts";
import styles from "./selection-bar.module.css";
import type { Selection } from "./use-selection.ts";

/** What can be done to the ticked jobs. */
export function SelectionBar({
  selection,
  onAct,
}: {
  selection: Selection;
  onAct: (action: "cancel" | "retry") => void;
}) {
  useHotkeys([["Escape", selection.clear]]);
  if (!selection.isSome) return null;
  return (
    <div className={styles.bar} role="toolbar" aria-label="Selected jobs">
      <span className={styles.count}>{formatCount(selection.ids.size)} selected</span>
      <Button size="xs" variant="default" onClick={() => onAct("retry")}>
        Retry
      </Button>
      <Button size="xs" variant="default" onClick={() => onAct("cancel")}>
        Cancel
      </Button>
      <Button size="xs" variant="subtle" color="gray" onClick={selection.clear}>
        Clear
      </Button>
    </div>
  );
}
