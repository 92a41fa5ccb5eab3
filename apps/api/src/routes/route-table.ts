import type { Route } from "../route.ts";
import { adminRouteTable } from "./admin/admin-routes.ts";
import { cancelBatchRoute } from "./batches/cancel-batch.ts";
import { createBatchRoute } from "./batches/create-batch.ts";
import { readBatchRoute } from "./batches/read-batch.ts";
import { listDeliveriesRoute } from "./deliveries/list-deliveries.ts";
import { readDeliveryRoute } from "./deliveries/read-delivery.ts";
import { resendDeliveryRoute } from "./deliveries/resend-delivery.ts";
import { deleteEndpointRoute, pauseEndpointRoute, resumeEndpointRoute } from "./endpoints/change-state.ts";
import { createEndpointRoute } from "./endpoints/create-endpoint.ts";
import { listEndpointsRoute } from "./endpoints/list-endpoints.ts";
import { readEndpointRoute } from "./endpoints/read-endpoint.ts";
import { readKeysRoute } from "./endpoints/read-keys.ts";
import { cancelReplayRoute, createReplayRoute, listReplaysRoute, readReplayRoute } from "./endpoints/replay-events.ts";
import { rotateSecretRoute } from "./endpoints/rotate-secret.ts";
import { testEndpointRoute } from "./endpoints/test-endpoint.ts";
import { updateEndpointRoute } from "./endpoints/update-endpoint.ts";
import { listEventsRoute } from "./events/list-events.ts";
import { receiveWebhookRoute } from "./fal/receive-webhook.ts";
import { deleteFileRoute } from "./files/delete-file.ts";
import { readFileRoute } from "./files/read-file.ts";
import { uploadFileRoute } from "./files/upload-file.ts";
import { cancelJobRoute } from "./jobs/cancel-job.ts";
import { createJobRoute } from "./jobs/create-job.ts";
import { deleteJobRoute } from "./jobs/delete-job.ts";
import { explainJobRoute } from "./jobs/explain-job.ts";
import { listJobsRoute } from "./jobs/list-jobs.ts";
import { readJobRoute } from "./jobs/read-job.ts";
import { readTimelineRoute } from "./jobs/read-timeline.ts";
import { retryJobRoute } from "./jobs/retry-job.ts";
import { streamJobRoute } from "./jobs/stream-job.ts";
import { listModelsRoute } from "./models/list-models.ts";
import { readModelRoute } from "./models/read-model.ts";
import { liveRoute } from "./operations/live.ts";
import { metricsRoute } from "./operations/metrics.ts";
import { openApiRoute } from "./operations/openapi.ts";
import { readyRoute } from "./operations/ready.ts";
import { welcomeRoute } from "./operations/welcome.ts";
import { readOutputRoute } from "./outputs/read-output.ts";
import { listBudgetsRoute } from "./usage/list-budgets.ts";
import { readUsageRoute } from "./usage/read-usage.ts";

/** In the order of the reference page; a path before a pattern that would take it. */
const described: readonly Route[] = [
  createJobRoute,
  listJobsRoute,
  createBatchRoute,
  readJobRoute,
  cancelJobRoute,
  retryJobRoute,
  deleteJobRoute,
  explainJobRoute,
  readTimelineRoute,
  streamJobRoute,
  readBatchRoute,
  cancelBatchRoute,
  uploadFileRoute,
  readFileRoute,
  deleteFileRoute,
  readOutputRoute,
  listModelsRoute,
  readModelRoute,
  readUsageRoute,
  listBudgetsRoute,
  createEndpointRoute,
  listEndpointsRoute,
  readEndpointRoute,
  updateEndpointRoute,
  deleteEndpointRoute,
  rotateSecretRoute,
  pauseEndpointRoute,
  resumeEndpointRoute,
  testEndpointRoute,
  readKeysRoute,
  createReplayRoute,
  listReplaysRoute,
  readReplayRoute,
  cancelReplayRoute,
  listDeliveriesRoute,
  readDeliveryRoute,
  resendDeliveryRoute,
  listEventsRoute,
  receiveWebhookRoute,
  welcomeRoute,
  liveRoute,
  readyRoute,
  metricsRoute,
];

/** Every route there is. */
export const routeTable: readonly Route[] = [...described, openApiRoute(described), ...adminRouteTable];
