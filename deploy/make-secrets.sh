#!/bin/sh
# Makes the secret files of docker-compose.yml in deploy/secrets, or in the folder given. Never overwrites one: what the
# encryption key encrypted is lost with it, so keep a copy in a safe place.
set -eu

folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
# Containers read the files as users of their own, so nobody but the folder keeps other people of this machine out.
chmod 700 "$folder"

make() {
  file=$folder/$1
  [ -e "$file" ] && return
  unfinished=$(mktemp "$folder/.unfinished-XXXXXX")
  "$2" >"$unfinished"
  chmod 644 "$unfinished"
  mv "$unfinished" "$file"
  echo "Made $file"
}
hex() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
key() { head -c 32 /dev/urandom | base64; }

# PostgreSQL's superuser, whom only the one-shot postgres-roles is, and a role for each of its users.
make postgres-password hex
make temporal-db-password hex
make ledger-owner-password hex
make ledger-worker-password hex
make ledger-demo-password hex
make grafana-password hex
make codec-token hex
make encryption-key key
# Empty, until the UI has a sign-in.
make oidc-client-secret true
