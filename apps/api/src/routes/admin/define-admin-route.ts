import { type AdminRouteName, adminRoutes } from "@darkroom/contract/admin/routes";
import type { z } from "zod";
import { type Access, defineRoute, type Route, type RouteOf } from "../../route.ts";

type Schema = z.ZodType;
type AccessOf<Name extends AdminRouteName> = (typeof adminRoutes)[Name]["access"];
type Rest<P, Q, H, B, A extends Access> = Omit<
  RouteOf<P, Q, H, B, A>,
  "id" | "method" | "path" | "access" | "tag" | "hidden"
>;

/** A route of /admin/api: method, path and who may call it stand in the contract, where the dashboard and docs/admin.md have them from. */
export function defineAdminRoute<
  Name extends AdminRouteName,
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  H extends Schema | undefined = undefined,
  B extends Schema | undefined = undefined,
>(name: Name, route: Rest<P, Q, H, B, AccessOf<Name>>): Route {
  const { method, path, access } = adminRoutes[name];
  const full = { ...route, id: `admin.${name}`, method, path, access, tag: "Admin", hidden: true };
  return defineRoute(full as unknown as RouteOf<P, Q, H, B, AccessOf<Name>>);
}
