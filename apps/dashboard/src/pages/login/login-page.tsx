import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { logIn } from "../../api/session.ts";
import { BrandMark } from "../../app/brand.tsx";
import { Notice } from "../../ui/notice.tsx";
import styles from "./login-page.module.css";

export function LoginPage() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const enter = useMutation({ mutationFn: () => logIn({ email: email.trim(), password }) });
  return (
    <main className={styles.page}>
      <title>Log in · Darkroom</title>
      <form
        className={styles.card}
        onSubmit={(event) => {
          event.preventDefault();
          enter.mutate();
        }}
      >
        <BrandMark size={34} />
        <h1 className={styles.title}>Log in to Darkroom</h1>
        <Stack gap="sm">
          <TextInput
            label="E-mail"
            type="email"
            name="email"
            autoComplete="username"
            required
            withAsterisk={false}
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {enter.error && <Notice error={enter.error} />}
          <Button type="submit" loading={enter.isPending} fullWidth mt={4}>
            Log in
          </Button>
        </Stack>
        <p className={styles.help}>
          Forgotten? Whoever runs this installation can set a new password on the command line.
        </p>
      </form>
    </main>
  );
}
