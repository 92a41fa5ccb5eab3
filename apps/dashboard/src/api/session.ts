import { type AdminRole, roleAllows } from "@darkroom/contract/admin/access";
import { type AdminSession, adminSessionSchema, type Login } from "@darkroom/contract/admin/session";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { z } from "zod";
import { ApiError } from "./api-error.ts";
import { callApi, keepCsrfToken } from "./call-api.ts";
import { queryClient } from "./query-client.ts";

/** Set while somebody is logged in here: without it there is no session to ask for, and no 401 in the browser's console. */
const hintKey = "darkroom-logged-in";

async function readSession(): Promise<AdminSession | null> {
  if (!localStorage.getItem(hintKey)) return null;
  try {
    return keep(await callApi("readSession", adminSessionSchema));
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error;
    localStorage.removeItem(hintKey);
    return null;
  }
}

function keep(session: AdminSession): AdminSession {
  localStorage.setItem(hintKey, "yes");
  keepCsrfToken(session.csrf_token);
  return session;
}

const sessionQuery = queryOptions({ queryKey: ["session"], queryFn: readSession, staleTime: Number.POSITIVE_INFINITY });

/** Null: nobody is logged in. */
export function useSessionQuery() {
  return useQuery(sessionQuery);
}

export async function logIn(login: Login): Promise<void> {
  const session = keep(await callApi("logIn", adminSessionSchema, { body: login }));
  queryClient.setQueryData(sessionQuery.queryKey, session);
}

export async function logOut(): Promise<void> {
  await callApi("logOut", z.unknown());
  endSession();
}

/** Forgets everything that was shown to the one who is gone. */
export function endSession(): void {
  keepCsrfToken("");
  localStorage.removeItem(hintKey);
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
  queryClient.setQueryData(sessionQuery.queryKey, null);
}

/** Any 401 means that the session ended meanwhile. */
export function watchForLogOut(): void {
  const look = (error: unknown) => {
    const isLoggedIn = Boolean(queryClient.getQueryData(sessionQuery.queryKey));
    if (isLoggedIn && error instanceof ApiError && error.status === 401) endSession();
  };
  queryClient.getQueryCache().config.onError = look;
  queryClient.getMutationCache().config.onError = look;
}

export const SessionContext = createContext<AdminSession | null>(null);

export function useSession(): AdminSession {
  const session = useContext(SessionContext);
  if (!session) throw new Error("There is no session here.");
  return session;
}

/** Whether whoever is logged in may do what takes this role. */
export function useMay(role: AdminRole): boolean {
  return roleAllows(useSession().user.role, role);
}
