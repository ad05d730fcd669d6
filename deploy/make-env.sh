#!/bin/sh
# Writes .env for docker-compose.yml with a generated secret for each name that has none yet.
set -eu
cd "$(dirname -- "$0")/.."
umask 077
touch .env
for name in ADMIN_PASSWORD APP_PASSWORD INGEST_PASSWORD SYSTEM_PASSWORD REDIS_PASSWORD MQTT_GATEWAY_PASSWORD SECRET_KEY; do
    if ! grep -q "^FIELDHAND_$name=." .env; then
        secret=$(head -c 48 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' | head -c 48)
        printf 'FIELDHAND_%s=%s\n' "$name" "$secret" >>.env
    fi
done
echo "secrets are in .env; read .env.example for what else can be set"
