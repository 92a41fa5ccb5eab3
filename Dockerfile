# syntax=docker/dockerfile:1
#
# One image for every role; the command names it:
#   docker run darkroom api | worker | cli … | migrate | emulator
# Not in it: the tests, and what only the Lite stack needs (embedded Postgres, s3rver).

FROM node:24.20.0-bookworm-slim AS source
WORKDIR /app
# What the image runs. Whatever these need of ours (contract, core) comes with them.
ENV WORKSPACES="-w apps/api -w apps/worker -w apps/cli -w packages/fal-emulator"
COPY . .

# In this stage and the next: the lock file may have been written where npm could not see packages for other platforms, and npm 11
# then refuses to `ci` (npm/cli#4828). `npm install` takes the same versions from the same lock and adds what this platform needs.
# No package runs code at install time: .npmrc says ignore-scripts.

FROM source AS build
# The dashboard is built here and served by the api as files: what it is made of need not be in the image.
ENV BUILT="$WORKSPACES -w apps/dashboard"
RUN --mount=type=cache,target=/root/.npm,sharing=locked \
    npm ci --include=dev --include-workspace-root $BUILT \
    || npm install --include=dev --include-workspace-root $BUILT
# `generate` does not run Prisma's schema engine, so any file that exists will do, and nothing is downloaded.
RUN PRISMA_SCHEMA_ENGINE_BINARY="$(command -v node)" CHECKPOINT_DISABLE=1 node_modules/.bin/prisma generate
RUN TURBO_TELEMETRY_DISABLED=1 DO_NOT_TRACK=1 node_modules/.bin/turbo run build --ui=stream --output-logs=errors-only \
    --filter=@darkroom/api --filter=@darkroom/worker --filter=@darkroom/cli --filter=@darkroom/fal-emulator \
    --filter=@darkroom/dashboard
# Of each built workspace: what it is and what was built; the sources stay behind.
RUN mkdir /out && for dist in apps/*/dist packages/*/dist; do \
      cp -a --parents "$dist" "$(dirname "$dist")/package.json" /out; \
    done && cp -a --parents prisma/migrations packages/core/bin /out

FROM source AS packages
# Prisma's CLI and TypeScript are optional peers of @prisma/client: they would stay for as long as the root asks for them.
RUN npm pkg delete devDependencies
RUN --mount=type=cache,target=/root/.npm,sharing=locked \
    npm ci --omit=dev --omit=peer $WORKSPACES \
    || npm install --omit=dev --omit=peer $WORKSPACES
RUN mkdir /out && find . -name node_modules -prune -exec cp -a --parents -t /out {} +

FROM node:24.20.0-bookworm-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Darkroom" \
      org.opencontainers.image.description="Self-hosted, multi-tenant job service for image generation on fal.ai" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps
WORKDIR /app
COPY --from=packages /out .
COPY --from=build /out .
COPY LICENSE .
COPY --chmod=755 <<'ROLE' /usr/local/bin/darkroom
#!/bin/sh
# The first argument names the role; the rest belongs to it. `exec`: signals reach node itself.
set -eu
role="${1:-}"
[ "$#" -eq 0 ] || shift
case "$role" in
  # A larger young generation: packages/local/src/app-child.ts has the reason, docs/performance.md the figures.
  api) exec node --max-semi-space-size=32 /app/apps/api/dist/main.js "$@" ;;
  worker | cli) exec node "/app/apps/$role/dist/main.js" "$@" ;;
  migrate) exec node /app/apps/cli/dist/main.js migrate "$@" ;;
  emulator) exec node /app/packages/fal-emulator/dist/main.js --host 0.0.0.0 "$@" ;;
  *)
    echo "Usage: darkroom api | worker | cli … | migrate | emulator" >&2
    exit 64
    ;;
esac
ROLE
# The numeric id of the image's user `node`: Kubernetes' runAsNonRoot cannot judge a name. Nothing is written to disk.
USER 1000:1000
# api, worker (health and metrics), emulator
EXPOSE 4000 4001 8788
# No tini: api and worker stop by themselves on SIGTERM, and the one process the api starts (thumbnails) ends with it. Only while they
# are still starting is nobody there to hear it; with `--init` (docker-compose.yml sets it) they end at once then too. Health checks are
# the orchestrator's.
ENTRYPOINT ["darkroom"]
CMD ["api"]
