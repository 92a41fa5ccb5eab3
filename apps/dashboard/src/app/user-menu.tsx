import { ActionIcon, Menu, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconKey, IconLogout, IconSelector, IconUserCircle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { logOut, useSession } from "../api/session.ts";
import { PasswordDialog } from "./password-dialog.tsx";
import styles from "./user-menu.module.css";

/** Who is logged in; light or dark; one's password; the way out. */
export function UserMenu({ compact = false }: { compact?: boolean }) {
  const { user, installation } = useSession();
  const [isOpen, { open, close }] = useDisclosure();
  const leave = useMutation({ mutationFn: logOut });
  return (
    <>
      <Menu position={compact ? "bottom-end" : "top-start"} width={230} shadow="md" radius="md">
        <Menu.Target>
          {compact ? (
            <ActionIcon variant="subtle" color="gray" size={38} aria-label="Account">
              <IconUserCircle size={21} />
            </ActionIcon>
          ) : (
            <UnstyledButton className={styles.button}>
              <span className="visually-hidden">Account: </span>
              <span className={styles.who}>
                <span className={styles.email}>{user.email}</span>
                <span className={styles.role}>{user.role}</span>
              </span>
              <IconSelector size={15} aria-hidden="true" />
            </UnstyledButton>
          )}
        </Menu.Target>
        <Menu.Dropdown>
          <SchemeChoice />
          <Menu.Divider />
          <Menu.Item leftSection={<IconKey size={15} />} onClick={open}>
            Change password
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout size={15} />} onClick={() => leave.mutate()}>
            Log out
          </Menu.Item>
          <Menu.Divider />
          <p className={styles.version}>Darkroom {installation.version}</p>
        </Menu.Dropdown>
      </Menu>
      <PasswordDialog isOpen={isOpen} onClose={close} />
    </>
  );
}

function SchemeChoice() {
  // Leaving the transitions out would inject a <style>.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  return (
    <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as typeof colorScheme)}>
      <Menu.Label>Colours</Menu.Label>
      <Menu.RadioItem value="light">Light</Menu.RadioItem>
      <Menu.RadioItem value="dark">Dark</Menu.RadioItem>
      <Menu.RadioItem value="auto">As the system</Menu.RadioItem>
    </Menu.RadioGroup>
  );
}
