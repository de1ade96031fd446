#!/bin/sh
# Writes compose.override.yml beside docker-compose.yml: each image by the digest that its version has now. Needs Docker and
# the network. Keep the file under version control, and run this again to take over updates of the images.
set -eu

cd "$(dirname "$0")/.."
[ ! -e compose.override.yml ] || grep -q '^# Made by deploy/pin-images.sh' compose.override.yml || {
  echo 'compose.override.yml is yours: move its contents into a file of another name first' >&2
  exit 1
}
unfinished=$(mktemp ./.pin-images-XXXXXX)
trap 'rm -f "$unfinished"' EXIT

{
  echo '# Made by deploy/pin-images.sh'
  echo 'services:'
  docker compose -f docker-compose.yml --profile '*' config --format json |
    docker run --rm -i "node:20.19-bookworm-slim" node -e '
      const { services } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
      for (const [name, { image, build }] of Object.entries(services)) if (!build) console.log(name, image);' |
    while read -r service image; do
      docker pull --quiet "$image" >/dev/null
      digest=$(docker image inspect --format '{{index .RepoDigests 0}}' "$image")
      printf '  %s:\n    image: %s@%s\n' "$service" "$image" "${digest#*@}"
    done
} >"$unfinished"
grep -q '@sha256:' "$unfinished"
chmod 644 "$unfinished"
mv "$unfinished" compose.override.yml
echo 'Made compose.override.yml'
echo "For the Dockerfile's base: docker build --build-arg NODE_IMAGE=$(docker image inspect --format '{{index .RepoDigests 0}}' node:20.19-bookworm-slim) ."
