#!/bin/sh
# Bundles the classroom client into dist/ (or the folder given): index.html, client.js, client.css, hash. Needs esbuild only.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/dist}
mkdir -p "$out"
esbuild "$here/src/main.ts" --bundle --minify --format=iife --target=es2021 --charset=utf8 --legal-comments=none \
    --log-level=warning --outfile="$out/client.js"
esbuild "$here/src/client.css" --minify --charset=utf8 --log-level=warning --outfile="$out/client.css"
hash=$(cat "$out/client.js" "$out/client.css" | sha256sum | cut -c1-16)
printf '%s\n' "$hash" >"$out/hash"
sed "s/@HASH@/$hash/g" "$here/src/index.html" >"$out/index.html"
