# One Dockerfile for every service: docker build --build-arg SERVICE=pix -t ipe-bank/pix .
# With --target setup it makes the image of what is done once to the engines: topics, connectors.
ARG NODE_VERSION=24.21.0

FROM node:${NODE_VERSION}-bookworm-slim AS base
WORKDIR /app

# Every package.json there is, and nothing else: packages are installed anew when one of them changes, and not when a
# source does. Found, not listed, so that a new workspace cannot be forgotten.
FROM base AS manifests
COPY . .
RUN find . -name package.json -o -name package-lock.json | while read -r file; do \
    mkdir -p /manifests/$(dirname $file) && cp $file /manifests/$file; \
  done

FROM base AS packages
COPY --from=manifests /manifests ./
RUN npm ci --no-audit --no-fund

FROM packages AS build
COPY . .
RUN npm run --silent generate && npx tsc -b services/*

# What one service runs on: the packages that it and its libs depend on, and their compiled code. npm's --omit=dev leaves
# out the development packages of the root only; those of the workspaces go with their lines.
FROM packages AS service
ARG SERVICE
RUN npm pkg delete devDependencies --workspaces \
  && npm ci --omit=dev --offline --workspace @ipe/${SERVICE} --include-workspace-root=false --no-audit --no-fund
COPY --from=build /app/libs /build/libs
COPY --from=build /app/services /build/services
RUN for package in node_modules/@ipe/*; do \
    folder=$(readlink -f $package) && mkdir -p /out/$folder && cp $folder/package.json /out/$folder/ \
    && cp -r /build/${folder#/app/}/dist /out/$folder/ && find /out/$folder -type f ! -name '*.js' ! -name package.json -exec rm {} + \
    && if [ -d $folder/node_modules ]; then cp -r $folder/node_modules /out/$folder/; fi || exit 1; \
  done

FROM base AS setup
COPY --from=packages /app/node_modules/kafkajs node_modules/kafkajs
COPY tools/topics.mjs tools/topics.json tools/
COPY kafka-connect kafka-connect
USER 1000
CMD ["node", "--disable-warning=TimeoutNegativeWarning", "tools/topics.mjs"]

FROM base
ARG SERVICE
ENV NODE_ENV=production
COPY --from=service /app/node_modules node_modules
COPY --from=service /out/app ./
# A folder and not a build argument in the command, which cannot see one.
WORKDIR /app/services/${SERVICE}
# By number, so that an orchestrator can see that it is not root. Nothing of the image belongs to it.
USER 1000
# Exec form: node itself hears SIGTERM, and drains. The warning is kafkajs' own.
CMD ["node", "--disable-warning=TimeoutNegativeWarning", "--import", "@ipe/service-kit/telemetry", "dist/main.js"]
