import { useLink } from "../live/live-store.ts";
import { Mark } from "../ui/mark.tsx";
import styles from "./link-light.module.css";

const words = { live: "Live", connecting: "Connecting", down: "Stream is down" } as const;
const tones = { live: "good", connecting: "idle", down: "bad" } as const;

/** Whether what one sees is kept up to date. */
export function LinkLight() {
  const link = useLink();
  return (
    <div className={styles.light} role="status">
      <Mark tone={tones[link]}>{words[link]}</Mark>
    </div>
  );
}
