import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { Lost, Oops } from "./lost.tsx";
import { auditSearch, deliverySearch, endpointSearch, jobSearch, overviewSearch, spendSearch } from "./page-search.ts";
import { parseSearch, stringifySearch } from "./search-params.ts";
import { Shell } from "./shell.tsx";

const root = createRootRoute({ component: Shell, notFoundComponent: Lost, errorComponent: Oops });
const below = { getParentRoute: () => root } as const;

const routes = [
  createRoute({
    ...below,
    path: "/",
    validateSearch: overviewSearch,
    component: lazyRouteComponent(() => import("../pages/overview/overview-page.tsx"), "OverviewPage"),
  }),
  createRoute({
    ...below,
    path: "/jobs",
    validateSearch: jobSearch,
    component: lazyRouteComponent(() => import("../pages/jobs/jobs-page.tsx"), "JobsPage"),
  }),
  createRoute({
    ...below,
    path: "/jobs/$id",
    component: lazyRouteComponent(() => import("../pages/job/job-page.tsx"), "JobPage"),
  }),
  createRoute({
    ...below,
    path: "/playground",
    component: lazyRouteComponent(() => import("../pages/playground/playground-page.tsx"), "PlaygroundPage"),
  }),
  createRoute({
    ...below,
    path: "/tenants",
    component: lazyRouteComponent(() => import("../pages/tenants/tenants-page.tsx"), "TenantsPage"),
  }),
  createRoute({
    ...below,
    path: "/tenants/$id",
    component: lazyRouteComponent(() => import("../pages/tenant/tenant-page.tsx"), "TenantPage"),
  }),
  createRoute({
    ...below,
    path: "/endpoints",
    validateSearch: endpointSearch,
    component: lazyRouteComponent(() => import("../pages/endpoints/endpoints-page.tsx"), "EndpointsPage"),
  }),
  createRoute({
    ...below,
    path: "/endpoints/$id",
    component: lazyRouteComponent(() => import("../pages/endpoints/endpoint-page.tsx"), "EndpointPage"),
  }),
  createRoute({
    ...below,
    path: "/deliveries",
    validateSearch: deliverySearch,
    component: lazyRouteComponent(() => import("../pages/deliveries/deliveries-page.tsx"), "DeliveriesPage"),
  }),
  createRoute({
    ...below,
    path: "/deliveries/$id",
    component: lazyRouteComponent(() => import("../pages/deliveries/delivery-page.tsx"), "DeliveryPage"),
  }),
  createRoute({
    ...below,
    path: "/queue",
    component: lazyRouteComponent(() => import("../pages/queue/queue-page.tsx"), "QueuePage"),
  }),
  createRoute({
    ...below,
    path: "/spend",
    validateSearch: spendSearch,
    component: lazyRouteComponent(() => import("../pages/spend/spend-page.tsx"), "SpendPage"),
  }),
  createRoute({
    ...below,
    path: "/audit",
    validateSearch: auditSearch,
    component: lazyRouteComponent(() => import("../pages/audit/audit-page.tsx"), "AuditPage"),
  }),
  createRoute({
    ...below,
    path: "/users",
    component: lazyRouteComponent(() => import("../pages/users/users-page.tsx"), "UsersPage"),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren(routes),
  basepath: "/admin",
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
