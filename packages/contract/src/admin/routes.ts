/**
 * Who may call a route of /admin/api: `public` is the login; `admin:` and a role; `admin:payloads`: any role with the payload
 * permission; `admin:self`: whoever is logged in.
 */
export const adminAccesses = [
  "public",
  "admin:self",
  "admin:viewer",
  "admin:operator",
  "admin:admin",
  "admin:payloads",
] as const;
export type AdminAccess = (typeof adminAccesses)[number];

type AdminRoute = { method: "get" | "post" | "patch" | "delete"; path: string; access: AdminAccess };

/** Every route of /admin/api: the API serves, the dashboard calls, and docs/admin.md lists exactly these. */
export const adminRoutes = {
  logIn: { method: "post", path: "/admin/api/session", access: "public" },
  readSession: { method: "get", path: "/admin/api/session", access: "admin:self" },
  logOut: { method: "delete", path: "/admin/api/session", access: "admin:self" },
  changePassword: { method: "post", path: "/admin/api/session/password", access: "admin:self" },

  readOverview: { method: "get", path: "/admin/api/overview", access: "admin:viewer" },
  openStream: { method: "get", path: "/admin/api/stream", access: "admin:viewer" },

  listJobs: { method: "get", path: "/admin/api/jobs", access: "admin:viewer" },
  readJob: { method: "get", path: "/admin/api/jobs/{id}", access: "admin:viewer" },
  cancelJob: { method: "post", path: "/admin/api/jobs/{id}/cancel", access: "admin:operator" },
  retryJob: { method: "post", path: "/admin/api/jobs/{id}/retry", access: "admin:operator" },
  deleteJob: { method: "delete", path: "/admin/api/jobs/{id}", access: "admin:operator" },

  readOutput: { method: "get", path: "/admin/api/outputs/{id}", access: "admin:payloads" },
  readOutputThumbnail: { method: "get", path: "/admin/api/outputs/{id}/thumbnail", access: "admin:payloads" },
  readFile: { method: "get", path: "/admin/api/files/{id}", access: "admin:payloads" },
  readFileThumbnail: { method: "get", path: "/admin/api/files/{id}/thumbnail", access: "admin:payloads" },

  countBulk: { method: "post", path: "/admin/api/bulk/count", access: "admin:operator" },
  startBulk: { method: "post", path: "/admin/api/bulk", access: "admin:operator" },
  listBulk: { method: "get", path: "/admin/api/bulk", access: "admin:viewer" },
  readBulk: { method: "get", path: "/admin/api/bulk/{id}", access: "admin:viewer" },
  stopBulk: { method: "post", path: "/admin/api/bulk/{id}/stop", access: "admin:operator" },

  listTenants: { method: "get", path: "/admin/api/tenants", access: "admin:viewer" },
  createTenant: { method: "post", path: "/admin/api/tenants", access: "admin:admin" },
  readTenant: { method: "get", path: "/admin/api/tenants/{id}", access: "admin:viewer" },
  updateTenant: { method: "patch", path: "/admin/api/tenants/{id}", access: "admin:admin" },
  readTenantUsage: { method: "get", path: "/admin/api/tenants/{id}/usage", access: "admin:viewer" },
  listBudgets: { method: "get", path: "/admin/api/tenants/{id}/budgets", access: "admin:viewer" },
  setBudget: { method: "post", path: "/admin/api/tenants/{id}/budgets", access: "admin:admin" },
  listApiKeys: { method: "get", path: "/admin/api/tenants/{id}/keys", access: "admin:viewer" },
  createApiKey: { method: "post", path: "/admin/api/tenants/{id}/keys", access: "admin:admin" },
  revokeApiKey: { method: "delete", path: "/admin/api/keys/{id}", access: "admin:admin" },

  listEndpoints: { method: "get", path: "/admin/api/endpoints", access: "admin:viewer" },
  readEndpoint: { method: "get", path: "/admin/api/endpoints/{id}", access: "admin:viewer" },
  pauseEndpoint: { method: "post", path: "/admin/api/endpoints/{id}/pause", access: "admin:operator" },
  resumeEndpoint: { method: "post", path: "/admin/api/endpoints/{id}/resume", access: "admin:operator" },
  listReplays: { method: "get", path: "/admin/api/endpoints/{id}/replays", access: "admin:viewer" },
  startReplay: { method: "post", path: "/admin/api/endpoints/{id}/replays", access: "admin:operator" },
  cancelReplay: { method: "post", path: "/admin/api/replays/{id}/cancel", access: "admin:operator" },
  listDeliveries: { method: "get", path: "/admin/api/deliveries", access: "admin:viewer" },
  readDelivery: { method: "get", path: "/admin/api/deliveries/{id}", access: "admin:viewer" },
  resendDelivery: { method: "post", path: "/admin/api/deliveries/{id}/resend", access: "admin:operator" },

  readQueue: { method: "get", path: "/admin/api/queue", access: "admin:viewer" },
  pauseDispatch: { method: "post", path: "/admin/api/queue/pause", access: "admin:operator" },
  resumeDispatch: { method: "post", path: "/admin/api/queue/resume", access: "admin:operator" },
  rebuildQueue: { method: "post", path: "/admin/api/queue/rebuild", access: "admin:operator" },
  resetCircuit: { method: "post", path: "/admin/api/queue/circuits/reset", access: "admin:operator" },

  readSpend: { method: "get", path: "/admin/api/spend", access: "admin:viewer" },
  listAudit: { method: "get", path: "/admin/api/audit", access: "admin:viewer" },

  listModels: { method: "get", path: "/admin/api/models", access: "admin:viewer" },
  quotePlayground: { method: "post", path: "/admin/api/playground/quote", access: "admin:operator" },
  createPlaygroundJob: { method: "post", path: "/admin/api/playground/jobs", access: "admin:operator" },
  uploadPlaygroundFile: { method: "post", path: "/admin/api/playground/files", access: "admin:operator" },

  listUsers: { method: "get", path: "/admin/api/users", access: "admin:admin" },
  createUser: { method: "post", path: "/admin/api/users", access: "admin:admin" },
  updateUser: { method: "patch", path: "/admin/api/users/{id}", access: "admin:admin" },
  listAdminKeys: { method: "get", path: "/admin/api/admin-keys", access: "admin:admin" },
  createAdminKey: { method: "post", path: "/admin/api/admin-keys", access: "admin:admin" },
  revokeAdminKey: { method: "delete", path: "/admin/api/admin-keys/{id}", access: "admin:admin" },
} as const satisfies Record<string, AdminRoute>;

export type AdminRouteName = keyof typeof adminRoutes;
