#!/bin/sh
# Restarts instances behind nginx, one after the other, so that no request is lost.
#
#   rolling-restart.sh 8000 8001
#
# takes the instance at each port out of nginx, restarts it, waits until it is ready, and puts it
# back. The first that does not become ready ends it: that one stays out, the others serve on.
#
#   UPSTREAM   the file with one `server …:PORT …;` line for each   [/etc/nginx/taskhaven-upstream.conf]
#   RESTART    restarts the instance at {port}                      [systemctl restart taskhaven@{port}]
#   CHECK      waits until the instance at {port} is ready
#              [PORT={port} /opt/taskhaven/bin/taskhaven health --wait 60]
#   RELOAD     has nginx read its configuration again               [nginx -t -q && nginx -s reload]
#   SETTLE     seconds for what nginx has under way                 [2]
set -eu

UPSTREAM=${UPSTREAM:-/etc/nginx/taskhaven-upstream.conf}
RESTART=${RESTART:-systemctl restart taskhaven@\{port\}}
CHECK=${CHECK:-PORT=\{port\} /opt/taskhaven/bin/taskhaven health --wait 60}
RELOAD=${RELOAD:-nginx -t -q && nginx -s reload}
SETTLE=${SETTLE:-2}

say() { printf '%s\n' "$*" >&2; }
of() { printf '%s' "$1" | sed "s/{port}/$2/g"; }
# Rewritten in place, so that the file stays the one that nginx was told of.
rewrite() { sed "$1" "$UPSTREAM" > "$UPSTREAM.new" && cat "$UPSTREAM.new" > "$UPSTREAM" && rm "$UPSTREAM.new"; }
out() { rewrite "s/^\( *server [^;]*:$1\)\( down\)*\([ ;]\)/\1 down\3/" && sh -c "$RELOAD"; }
back() { rewrite "s/^\( *server [^;]*:$1\)\( down\)*/\1/" && sh -c "$RELOAD"; }
# Whether another than the instance at that port is in.
others() { sed -n '/^ *server /p' "$UPSTREAM" | grep -v ":$1[ ;]" | grep -qv ' down[ ;]'; }

case ${1:-} in '' | -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 2 ;; esac

for port in "$@"; do
    case $port in *[!0-9]*) say "$port is no port"; exit 2 ;; esac
    grep -q "^ *server [^;]*:$port[ ;]" "$UPSTREAM" || { say "$UPSTREAM has no line for $port"; exit 2; }
done

for port in "$@"; do
    others "$port" || { say "nobody could stand in for $port: all others are down in $UPSTREAM"; exit 2; }
    say "$port: out"
    out "$port"
    sleep "$SETTLE"
    sh -c "$(of "$RESTART" "$port")"
    if ! sh -c "$(of "$CHECK" "$port")" >&2; then
        say "$port did not become ready and stays out: look at its log"
        exit 1
    fi
    say "$port: back"
    back "$port"
    sleep "$SETTLE"
done
