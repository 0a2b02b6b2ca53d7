# The steps of the demo, one function each; demo/run calls them in order, demo/stop ends what they started.
# shellcheck shell=bash
#
# Everything lives in one temporary folder ($D), named in .cache/demo. Each process has a file $D/<name>.pid; nothing
# is ever ended by name.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Tests run a demo of their own, beside one that a person may have.
mark=${PURLIEU_DEMO_MARK:-$root/.cache/demo}
programs=${PURLIEU_DEMO_BIN:-$root/bin}
D=
if [ -f "$mark" ]; then D=$(<"$mark"); fi

say() { printf '%s\n' "$*"; }
head_line() { printf '\n== %s\n' "$*"; }
die() {
  printf 'demo: %s\n' "$*" >&2
  exit 1
}

# show prints a command as a person would type it, then runs it.
show() {
  printf '\n$ %s\n' "$(basename "$1") ${*:2}"
  "$@"
}

# free_port prints a port of 127.0.0.1 that nothing listens on, below those that a system gives to connections by itself.
free_port() {
  local p
  for _ in $(seq 50); do
    p=$((10000 + RANDOM % 10000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null; then
      echo "$p"
      return
    fi
  done
  die "no free port was found on 127.0.0.1"
}

# as_postgres stands before commands of PostgreSQL, which refuses to run as root.
as_postgres=()
if [ "$(id -u)" -eq 0 ]; then as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups); fi

# begin starts a program behind the demo (not a function: the pid must be its own); log and pid file go by its name.
begin() {
  local name=$1
  shift
  "$@" >"$D/$name.log" 2>&1 </dev/null &
  local pid=$!
  echo "$pid" >"$D/$name.pid"
  # Until it has become the command it is a copy of this shell, which alive takes for a stranger.
  for _ in $(seq 500); do
    if alive "$name" || ! kill -0 "$pid" 2>/dev/null; then return; fi
    sleep 0.01
  done
}

# alive reports whether a process of the demo still runs: its pid must still hold the command that was started.
alive() {
  local pid
  [ -f "$D/$1.pid" ] || return 1
  pid=$(<"$D/$1.pid")
  kill -0 "$pid" 2>/dev/null && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "$D"
}

# wait_for tries a command for up to 30 s while a process of the demo lives, and shows that process's log when it
# doesn't come.
wait_for() {
  local name=$1
  shift
  for _ in $(seq 150); do
    if "$@" >/dev/null 2>&1; then return; fi
    alive "$name" || break
    sleep 0.2
  done
  tail -n 20 "$D/$name.log" >&2
  die "$name did not come up; its log is above"
}

# end stops one process: asks first, insists after 10 s.
end() {
  local name=$1 signal=${2:-TERM} pid
  if alive "$name"; then
    pid=$(<"$D/$name.pid")
    kill "-$signal" "$pid" 2>/dev/null || true
    for _ in $(seq 100); do
      alive "$name" || break
      sleep 0.1
    done
    if alive "$name"; then kill -KILL "$pid" 2>/dev/null || true; fi
  fi
  rm -f "$D/$name.pid"
}

make_folder() {
  mkdir -p "$root/.cache"
  D=$(mktemp -d "${TMPDIR:-/tmp}/purlieu-demo.XXXXXX")
  chmod 755 "$D"
  mkdir -m 700 "$D/account" "$D/node" "$D/client" "$D/secrets"
  echo "$D" >"$mark"
}

# --- the shop -------------------------------------------------------------------------------------------------------

start_shop() {
  local bin
  bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
  if [ -z "$bin" ] && command -v initdb >/dev/null; then bin=$(dirname "$(command -v initdb)"); fi
  [ -n "$bin" ] || die "PostgreSQL is not installed: run 'make deps'"
  shop_port=$(free_port)
  mkdir "$D/shop"
  (umask 077 && openssl rand -hex 16 >"$D/shop/password")
  if [ "$(id -u)" -eq 0 ]; then chown -R postgres "$D/shop"; fi
  "${as_postgres[@]}" "$bin/initdb" -D "$D/shop/data" -U postgres -A scram-sha-256 --pwfile="$D/shop/password" -E UTF8 --locale=C.UTF-8 --no-sync >"$D/initdb.log" 2>&1 ||
    { tail -n 20 "$D/initdb.log" >&2; die "initdb failed; its log is above"; }
  begin shop "${as_postgres[@]}" "$bin/postgres" -D "$D/shop/data" -h 127.0.0.1 -p "$shop_port" -k "$D/shop" -c fsync=off
  wait_for shop "$bin/pg_isready" -h 127.0.0.1 -p "$shop_port"
  echo "$shop_port" >"$D/shop.port"

  scanner_password=$(openssl rand -hex 16)
  shop_sql "$bin" postgres -c 'create database shop' # one statement: it can't run in a transaction
  local f
  for f in "$root"/demo/shop/[1-3]-*.sql; do shop_sql "$bin" shop -1 -f - <"$f"; done
  # psql takes the password from the script's head, so that it stands in no list of processes.
  { echo "\\set password '$scanner_password'"; cat "$root/demo/shop/4-scanner.sql"; } | shop_sql "$bin" shop -1 -f -
  (umask 077 && printf '%s' "$scanner_password" >"$D/secrets/shop-password")
}

# shop_sql runs psql as the shop's owner: folder of the binaries, database, psql's arguments.
shop_sql() {
  local bin=$1 database=$2
  shift 2
  PGPASSWORD=$(<"$D/shop/password") "$bin/psql" -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$shop_port" -U postgres -d "$database" "$@" >>"$D/shop-load.log" 2>&1 ||
    { tail -n 20 "$D/shop-load.log" >&2; die "the shop's data could not be loaded; psql's words are above"; }
}

# --- the account ----------------------------------------------------------------------------------------------------

start_account() {
  account_port=$(free_port)
  web_port=$(free_port)
  echo "$account_port" >"$D/account.port"
  echo "$web_port" >"$D/portal.port"
  run_account
  wait_for account test -s "$D/account/signin-link"
}

# run_account runs the server at its ports: the first time, and again once it was ended. Further flags are the server's.
# A demo is small: it goes on on a disk with less room than an account of your own leaves free.
run_account() {
  PURLIEU_KEEP_FREE="${PURLIEU_KEEP_FREE:-64}" begin account "$programs/purlieu" server --data "$D/account" --listen "127.0.0.1:$(<"$D/account.port")" --http "127.0.0.1:$(<"$D/portal.port")" "$@"
}

account_answers() { client kinds; }

# client runs purlieu with the demo's own sign-in, not yours.
client() { PURLIEU_CONFIG="$D/client" "$programs/purlieu" "$@"; }

# yours lists the sources of a demo that runs which it did not register itself. Where it can't be asked, there may be some.
yours() {
  alive account || return 0
  local list
  list=$(client source list -o table 2>/dev/null) || { printf 'perhaps some: its list of sources could not be had'; return 0; }
  awk 'NR > 1 && $1 != "shop" && $1 != "files" { printf "%s%s", sep, $1; sep = ", " }' <<<"$list"
}

# The one-time link makes the first administrator; the password is only this demo's.
sign_in() {
  (umask 077 && openssl rand -hex 12 >"$D/secrets/demo-password")
  { cat "$D/account/signin-link"; echo demo; cat "$D/secrets/demo-password" "$D/secrets/demo-password"; } | client login --link -
}

# --- the node -------------------------------------------------------------------------------------------------------

runtime() { "$programs/purlieu-runtime" "$@"; }

make_runtime() {
  client runtime add edge
  (umask 077 && client runtime keys edge --plain >"$D/secrets/runtime-key")
  runtime enrol --key-file "$D/secrets/runtime-key" --name edge-1 --state "$D/node"
  # The network's owner decides: this node may reach the shop, on its own loopback, and the shop alone may get its
  # password, without TLS because it never leaves the machine.
  runtime policy allow --state "$D/node" --source "PostgreSql://127.0.0.1:$shop_port"
  runtime policy allow --state "$D/node" --secret file:shop-password --source "PostgreSql://127.0.0.1:$shop_port" --plaintext
  # It may also read the shop's exported files, and no other folder of this machine.
  runtime policy allow --state "$D/node" --folder "$root/demo/files"
}

start_node() {
  begin node "$programs/purlieu-runtime" run --state "$D/node" --vault-file "$D/secrets"
  wait_for node node_is_online
}

node_is_online() { client runtime show edge | grep -qi online; }

# --- the scan -------------------------------------------------------------------------------------------------------

register_shop() {
  client source add PostgreSql shop --set serverEndpoint=127.0.0.1 --set "port=$shop_port" --set sslMode=disable --authority shop
  client credential add BasicAuth shop-scanner --user scanner --secret password=file:shop-password
  client scan add shop nightly --runtime edge --credential shop-scanner --set databaseName=shop --set sampleViews=true --level L3
}

register_files() {
  client source add FileSystem files --set "folder=$root/demo/files" --authority shop-files
  client scan add files nightly --runtime edge --level L3
}

scan_shop() { show_client scan run shop nightly --watch; }

scan_files() { show_client scan run files nightly --watch; }

look_around() {
  show_client search orders
  show_client asset show postgresql://shop/shop/sales/people
  show_client search --class MICROSOFT.PERSONAL.EMAIL
}

show_client() {
  printf '\n$ purlieu %s\n' "$*"
  client "$@"
}

say_what_next() {
  cat <<TXT

Look further:
  export PURLIEU_CONFIG=$D/client PATH=$programs:\$PATH
  purlieu search orders
  purlieu asset show postgresql://shop/shop/sales/open_invoices
  purlieu asset show file://shop-files/orders/2026-05.csv
  purlieu-runtime egress show --state $D/node        what left the network, line by line
  purlieu-runtime egress verify --state $D/node
Logs are in $D/*.log. Stop and remove all of it:  make demo-stop

Open the portal:  http://127.0.0.1:$web_port/
Sign in as demo; the password is in $D/secrets/demo-password
TXT
}
