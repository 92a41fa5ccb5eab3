import type { Route } from "../../route.ts";
import { listAuditRoute } from "./audit/list-audit.ts";
import { countBulkRoute } from "./bulk/count-bulk.ts";
import { listBulkRoute } from "./bulk/list-bulk.ts";
import { readBulkRoute, stopBulkRoute } from "./bulk/read-bulk.ts";
import { startBulkRoute } from "./bulk/start-bulk.ts";
import {
  pauseAdminEndpointRoute,
  readAdminEndpointRoute,
  resumeAdminEndpointRoute,
} from "./endpoints/act-on-endpoint.ts";
import { listAdminDeliveriesRoute, readAdminDeliveryRoute, resendAdminDeliveryRoute } from "./endpoints/deliveries.ts";
import { listAdminEndpointsRoute } from "./endpoints/list-endpoints.ts";
import { cancelAdminReplayRoute, listAdminReplaysRoute, startReplayRoute } from "./endpoints/replays.ts";
import { cancelAdminJobRoute, deleteAdminJobRoute, retryAdminJobRoute } from "./jobs/act-on-job.ts";
import { listAdminJobsRoute } from "./jobs/list-jobs.ts";
import { readAdminJobRoute } from "./jobs/read-job.ts";
import { readOverviewRoute } from "./overview/read-overview.ts";
import { pictureRoutes } from "./pictures/pictures.ts";
import { listAdminModelsRoute } from "./playground/list-models.ts";
import { createPlaygroundJobRoute, quotePlaygroundRoute } from "./playground/playground-jobs.ts";
import { uploadPlaygroundFileRoute } from "./playground/upload-file.ts";
import { pauseDispatchRoute, resumeDispatchRoute } from "./queue/pause-dispatch.ts";
import { readQueueRoute } from "./queue/read-queue.ts";
import { rebuildQueueRoute } from "./queue/rebuild-queue.ts";
import { resetCircuitRoute } from "./queue/reset-circuit.ts";
import { changePasswordRoute } from "./session/change-password.ts";
import { logInRoute } from "./session/log-in.ts";
import { logOutRoute } from "./session/log-out.ts";
import { readSessionRoute } from "./session/read-session.ts";
import { readSpendRoute } from "./spend/read-spend.ts";
import { openStreamRoute } from "./stream/open-stream.ts";
import { listTenantBudgetsRoute, setBudgetRoute } from "./tenants/budgets.ts";
import { createTenantRoute } from "./tenants/create-tenant.ts";
import { createApiKeyRoute, listApiKeysRoute, revokeApiKeyRoute } from "./tenants/keys.ts";
import { listTenantsRoute } from "./tenants/list-tenants.ts";
import { readTenantRoute } from "./tenants/read-tenant.ts";
import { readTenantUsageRoute } from "./tenants/read-usage.ts";
import { updateTenantRoute } from "./tenants/update-tenant.ts";
import { createAdminKeyRoute } from "./users/create-admin-key.ts";
import { createUserRoute } from "./users/create-user.ts";
import { listAdminKeysRoute } from "./users/list-admin-keys.ts";
import { listUsersRoute } from "./users/list-users.ts";
import { revokeAdminKeyRoute } from "./users/revoke-admin-key.ts";
import { updateUserRoute } from "./users/update-user.ts";

/** The routes of /admin/api: not in the public reference, they are the dashboard's own and change with it. */
export const adminRouteTable: readonly Route[] = [
  ...[logInRoute, readSessionRoute, logOutRoute, changePasswordRoute],
  ...[readOverviewRoute, openStreamRoute],
  ...[listAdminJobsRoute, readAdminJobRoute, cancelAdminJobRoute, retryAdminJobRoute, deleteAdminJobRoute],
  ...pictureRoutes,
  ...[countBulkRoute, startBulkRoute, listBulkRoute, readBulkRoute, stopBulkRoute],
  ...[listTenantsRoute, createTenantRoute, readTenantRoute, updateTenantRoute, readTenantUsageRoute],
  ...[listTenantBudgetsRoute, setBudgetRoute, listApiKeysRoute, createApiKeyRoute, revokeApiKeyRoute],
  ...[listAdminEndpointsRoute, readAdminEndpointRoute, pauseAdminEndpointRoute, resumeAdminEndpointRoute],
  ...[listAdminReplaysRoute, startReplayRoute, cancelAdminReplayRoute],
  ...[listAdminDeliveriesRoute, readAdminDeliveryRoute, resendAdminDeliveryRoute],
  ...[readQueueRoute, pauseDispatchRoute, resumeDispatchRoute, rebuildQueueRoute, resetCircuitRoute],
  ...[readSpendRoute, listAuditRoute],
  ...[listAdminModelsRoute, quotePlaygroundRoute, createPlaygroundJobRoute, uploadPlaygroundFileRoute],
  ...[listUsersRoute, createUserRoute, updateUserRoute],
  ...[listAdminKeysRoute, createAdminKeyRoute, revokeAdminKeyRoute],
];
