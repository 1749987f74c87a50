#!/bin/sh
# Runs `agent-os verify` in any CI that has git and Node 20.19 or newer. From its environment:
#   AGENT_OS_BASE  the commit before the change; empty or zeros: what the remote's default branch lacks is checked
#   AGENT_OS_HEAD  the last commit of the change, by default HEAD
#   AGENT_OS_JUNIT where a report in JUnit's format goes, by default agent-os-junit.xml
# Exit code 4: the policy says no. 5: something cannot be known, which is no pass.
set -eu

base=${AGENT_OS_BASE:-0000000000000000000000000000000000000000}
head=${AGENT_OS_HEAD:-$(git rev-parse --verify HEAD)}
for commit in "$base" "$head"; do
  case $commit in
    *[!0-9a-f]* | '')
      echo 'AGENT_OS_BASE and AGENT_OS_HEAD are full object ids' >&2
      exit 2
      ;;
  esac
done

if command -v agent-os >/dev/null 2>&1; then
  program=agent-os
else
  # Not in the checkout: an .npmrc there could say where packages come from.
  tools=${TMPDIR:-/tmp}/agent-os-AGENT_OS_VERSION
  (cd / && npm install --no-audit --no-fund --prefix "$tools" agent-os@AGENT_OS_VERSION >&2)
  program=$tools/node_modules/.bin/agent-os
fi

exec "$program" verify "$base..$head" --save "junit=${AGENT_OS_JUNIT:-agent-os-junit.xml}"
