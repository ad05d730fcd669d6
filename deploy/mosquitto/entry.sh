#!/bin/sh
# Starts Mosquitto and has it read users and rights again whenever the gateway rewrites them.
set -eu
files=/mosquitto/files
config=/tmp/mosquitto.conf

umask 077
cp /deploy/mosquitto.conf "$config"
if [ -r /mosquitto/certs/server.crt ] && [ -r /mosquitto/certs/server.key ]; then
    cat >>"$config" <<TLS

listener 8883
use_username_as_clientid true
certfile /mosquitto/certs/server.crt
keyfile /mosquitto/certs/server.key
tls_version tlsv1.2
TLS
fi

touch "$files/passwords"
mosquitto_passwd -b "$files/passwords" "$GATEWAY_USER" "$GATEWAY_PASSWORD"
unset GATEWAY_PASSWORD
if [ ! -e "$files/acl" ]; then
    printf 'user %s\ntopic readwrite fieldhand/#\n' "$GATEWAY_USER" >"$files/acl"
fi

mosquitto -c "$config" &
broker=$!
trap 'kill -TERM "$broker"' TERM INT
known=$(cat "$files/passwords" "$files/acl" | cksum)
while kill -0 "$broker" 2>/dev/null; do
    sleep 1 &
    wait $! || true
    now=$(cat "$files/passwords" "$files/acl" | cksum)
    if [ "$now" != "$known" ]; then
        known=$now
        kill -HUP "$broker" 2>/dev/null || true
    fi
done
wait "$broker"
