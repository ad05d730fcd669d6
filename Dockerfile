# syntax=docker/dockerfile:1

FROM node:22-slim AS screens
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web ./
RUN npm run build

FROM eclipse-mosquitto:2.0 AS broker
RUN mkdir -p /mosquitto/files && chown -R 10001:10001 /mosquitto
COPY deploy/mosquitto /deploy
USER 10001:10001
ENTRYPOINT ["/bin/sh", "/deploy/entry.sh"]

FROM python:3.11-slim AS packages
COPY requirements-tools.lock requirements.lock /
RUN python -m venv /tools \
    && /tools/bin/pip install --no-cache-dir --require-hashes -r /requirements-tools.lock \
    && /tools/bin/uv venv /opt/fieldhand/.venv \
    && /tools/bin/uv pip sync --no-cache --require-hashes --compile-bytecode --python /opt/fieldhand/.venv/bin/python /requirements.lock

FROM python:3.11-slim AS app
RUN groupadd --gid 10001 fieldhand \
    && useradd --uid 10001 --gid 10001 --home-dir /var/lib/fieldhand --no-create-home --shell /usr/sbin/nologin fieldhand \
    && install -d -o 10001 -g 10001 /var/lib/fieldhand /mosquitto/files
COPY --from=packages /opt/fieldhand/.venv /opt/fieldhand/.venv
WORKDIR /opt/fieldhand
COPY kernel kernel
COPY inventory inventory
COPY dispatch dispatch
COPY iot_gateway iot_gateway
COPY backend backend
COPY mobile_api mobile_api
COPY firmware_sim firmware_sim
COPY migrations migrations
COPY --from=screens /src/web/dist web/dist
ENV PATH=/opt/fieldhand/.venv/bin:$PATH \
    PYTHONPATH=/opt/fieldhand \
    PYTHONDONTWRITEBYTECODE=1 \
    FIELDHAND_WEB_DIST=/opt/fieldhand/web/dist \
    NUMBA_CACHE_DIR=/var/lib/fieldhand/numba
USER 10001:10001
EXPOSE 8000 8001
ENTRYPOINT ["python", "-P", "-m", "backend.cli.main"]
