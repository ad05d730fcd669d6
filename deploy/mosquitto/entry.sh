#!/bin/sh
# Starts Mosquitto and has it read users and rights again whenever the gateway rewrites them.
set -eu
files=/mosquitto/files
config=/tmp/mosquitto.conf

umask 077
cp /deploy/mosquitto.conf "$config"
# A certificate of your own in deploy/certs goes before the one of `fieldhand ca`.
mkdir -p /tmp/tls
own=/mosquitto/certs
[ -r "$own/server.crt" ] && [ -r "$own/server.key" ] || own=$files
cp "$own/server.crt" "$own/server.key" /tmp/tls/

touch "$files/passwords" "$files/acl" "$files/gateway-passwords"
mosquitto_passwd -b "$files/gateway-passwords" "$GATEWAY_USER" "$GATEWAY_PASSWORD"
unset GATEWAY_PASSWORD
if [ ! -e "$files/gateway-acl" ]; then
    printf 'user %s\ntopic readwrite fieldhand/#\ntopic readwrite spBv1.0/#\ntopic read $SYS/broker/#\n\n' "$GATEWAY_USER" \
        >"$files/gateway-acl"
fi

state() {
    cat "$files/passwords" "$files/acl" "$files/gateway-passwords" "$files/gateway-acl" "$files/crl.pem" | cksum
}

mosquitto -c "$config" &
broker=$!
trap 'kill -TERM "$broker"' TERM INT
known=$(state)
while kill -0 "$broker" 2>/dev/null; do
    sleep 1 &
    wait $! || true
    now=$(state)
    if [ "$now" != "$known" ]; then
        known=$now
        kill -HUP "$broker" 2>/dev/null || true
    fi
done
wait "$broker"
