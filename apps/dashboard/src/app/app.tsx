import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";
import { queryClient } from "../api/query-client.ts";
import { SessionContext, useSessionQuery, watchForLogOut } from "../api/session.ts";
import { openLive, useLiveEvents } from "../live/live-store.ts";
import { LoginPage } from "../pages/login/login-page.tsx";
import { Failure } from "../ui/states.tsx";
import { Crash } from "./crash.tsx";
import { router } from "./router.tsx";
import { theme } from "./theme.ts";

watchForLogOut();

export function App() {
  return (
    // Both would inject a <style>; tokens.css has what is needed.
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" limit={4} />
        <Crash>
          <Gate />
        </Crash>
      </QueryClientProvider>
    </MantineProvider>
  );
}

const whenEnded = {
  end: ({ reason }: { reason: "session_ended" | "stopping" }) => {
    if (reason === "session_ended") void queryClient.invalidateQueries({ queryKey: ["session"] });
  },
};

/** The login, or the dashboard for the one who is logged in. The address stays: after the login one is where one wanted to be. */
function Gate() {
  const { data: session, error, refetch } = useSessionQuery();
  const isLoggedIn = Boolean(session);
  useEffect(() => (isLoggedIn ? openLive() : undefined), [isLoggedIn]);
  useLiveEvents(whenEnded);
  if (session === undefined) return error ? <Failure error={error} onRetry={() => void refetch()} /> : null;
  if (session === null) return <LoginPage />;
  return (
    <SessionContext value={session}>
      <RouterProvider router={router} />
    </SessionContext>
  );
}
