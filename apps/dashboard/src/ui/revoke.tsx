import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { Confirm } from "./confirm.tsx";

/** Takes a key away, after asking. `children` says what follows from it. */
export function Revoke(props: { name: string; onRevoke: () => Promise<unknown>; children: ReactNode }) {
  return (
    <Confirm
      title={`Revoke ${props.name}?`}
      action="Revoke for good"
      danger
      onConfirm={props.onRevoke}
      trigger={(open) => (
        <Button size="compact-xs" variant="subtle" color="red" onClick={open}>
          Revoke
        </Button>
      )}
    >
      {props.children}
    </Confirm>
  );
}
