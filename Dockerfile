# glibc: Temporal's native core has no musl build. deploy/pin-images.sh says the digest that it has now.
ARG NODE_IMAGE=node:20.19-bookworm-slim
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
RUN npm ci --ignore-scripts
COPY src src
COPY workflows workflows
COPY activities activities
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
# For an SQLite ledger, or what a volume is to hold: a new volume takes over whose it is.
RUN install -d -o node -g node /var/lib/vault-jobs
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY examples examples
USER node
# glibc keeps what was freed, in an arena for each of some twenty threads: a hundred megabytes of a worker, at times more.
ENV MALLOC_ARENA_MAX=2
ENV MALLOC_TRIM_THRESHOLD_=2097152
ENV MALLOC_MMAP_THRESHOLD_=1048576
ENV VAULT_JOBS_METRICS=127.0.0.1:9464
EXPOSE 9464
# Of a worker, which the image runs by default. Other commands that go on running need one of their own.
HEALTHCHECK --interval=10s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9464/healthz').then(({ ok }) => process.exit(ok ? 0 : 1))"]
ENTRYPOINT ["node", "dist/src/cli/main.js"]
CMD ["worker"]
