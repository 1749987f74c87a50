# What the hooks of agent-os share. POSIX sh. Nothing here starts a process before there is something to do: a fork
# costs as much as the rest of a hook.

# git_dir and common, relative to the folder in which git runs its hooks. Fails where agent-os keeps nothing.
agent_os_find() {
  git_dir=${GIT_DIR:-.git}
  if [ -f "$git_dir" ]; then
    IFS= read -r git_dir <"$git_dir"
    git_dir=${git_dir#gitdir: }
  fi
  [ -d "$git_dir" ] || git_dir=.
  common=$git_dir
  if [ -f "$git_dir/commondir" ]; then
    IFS= read -r common <"$git_dir/commondir"
    case $common in /*) ;; *) common=$git_dir/$common ;; esac
  fi
  [ -d "$common/agent-os" ]
}

# Whether git reaches this hook is proved by this answer; nothing else happens then.
agent_os_probed() {
  [ -n "${AGENT_OS_PROBE-}" ] || return 1
  echo "$1" >>"$AGENT_OS_PROBE"
}

# What the marker says: agent, session, whether locks of others guard anything, whether own locks do, whether messages
# get trailers. Fails when there is none, when it is torn, and when anything that it was made from is newer.
agent_os_marker() {
  agent=- session=- guard=1 own=1 trailers=1 until=0 boot=- remote=- ref=- asked=- version='' whole=''
  marker=$git_dir/agent-os/marker
  [ -f "$marker" ] || return 1
  read -r version agent session guard own trailers until boot remote ref asked whole <"$marker"
  [ "$version$whole" = 1ok ] && [ "$asked" = "${AGENT_OS_AGENT:--}" ] || return 1
  [ "$session" = - ] || [ -f "$git_dir/agent-os/session.json" ] || return 1
  for path in "$git_dir/agent-os/session.json" "$common/agent-os/held-locks.json" "$common/refs/agent-os" \
    "$common/refs/agent-os/remote/$remote" "$common/$ref" "$common/config" "$git_dir/config.worktree" \
    "${GIT_CONFIG_GLOBAL:-${HOME-}/.gitconfig}"; do
    if [ "$path" -nt "$marker" ]; then return 1; fi
  done
}

# Whether the work tree may be one of the agent-os branch, which is no code: only Node can tell.
agent_os_aside() {
  [ -f config.yaml ] && { [ -d sessions ] || [ -d agents ]; }
}

# Seconds since boot; since 1970 where the system does not tell.
agent_os_now() {
  now='' id=-
  [ -r /proc/uptime ] && [ -r /proc/sys/kernel/random/boot_id ] && read -r now id </proc/uptime &&
    read -r id </proc/sys/kernel/random/boot_id
  now=${now%%.*}
  [ -n "$now" ] || { id=- now=$(date +%s); }
}

# Whether what the marker says of other clones may still be believed.
agent_os_fresh() {
  [ "$until" != - ] || return 0
  agent_os_now
  [ "$id" = "$boot" ] && [ "$now" -lt "$until" ]
}

agent_os_first() {
  for found in "$@"; do
    if [ -f "$found" ]; then return 0; fi
  done
  found=
  return 1
}

# node and program: as `hooks install` noted them, else wherever they usually are. A graphical client has no PATH of a
# shell, and a version manager moves both.
agent_os_locate() {
  node='' program=''
  if [ -r "$common/agent-os/hooks/launcher" ]; then
    { IFS= read -r node && IFS= read -r program; } <"$common/agent-os/hooks/launcher"
  fi
  if [ ! -x "$node" ]; then
    node=$(command -v node) || {
      agent_os_first "${NVM_DIR:-$HOME/.nvm}"/versions/node/v2[0-9]*/bin/node "$HOME/.volta/bin/node" \
        "$HOME/.asdf/shims/node" "$HOME/.local/share/mise/shims/node" \
        "$HOME/.local/share/fnm/aliases/default/bin/node" /opt/homebrew/bin/node /usr/local/bin/node /usr/bin/node
      node=$found
    }
  fi
  if [ ! -f "$program" ]; then
    agent_os_first node_modules/agent-os/bin/agent-os.js "$(command -v agent-os)" "${node%/*}/agent-os" \
      "${NVM_DIR:-$HOME/.nvm}"/versions/node/v2[0-9]*/bin/agent-os "$HOME/.volta/bin/agent-os" \
      /opt/homebrew/bin/agent-os /usr/local/bin/agent-os
    program=$found
  fi
  [ -n "$node" ] && [ -n "$program" ]
}

# Lets agent-os decide. Only its "no" (held by another: 3, policy: 4) ends the hook; whatever else goes wrong is not
# the committer's fault and costs a line.
agent_os_ask() {
  if ! agent_os_locate; then
    agent_os_unchecked "agent-os: not checked ($1): no node or no agent-os was found; see 'agent-os hooks status'"
    return 0
  fi
  if agent_os_said; then
    words=$("$node" "$program" --no-input hooks run "$@" 2>&1)
    answer=$?
    case $answer in 0 | 3 | 4) [ -z "$words" ] || printf '%s\n' "$words" >&2 ;; esac
  else
    "$node" "$program" --no-input hooks run "$@"
    answer=$?
  fi
  case $answer in
    0) ;;
    3 | 4) exit "$answer" ;;
    *) agent_os_unchecked "agent-os: not checked ($1): agent-os ended with $answer; see 'agent-os doctor'" ;;
  esac
}

# What keeps one hook of a commit from checking keeps the next one, too: it is said once, by the first.
agent_os_unchecked() {
  said_by=
  agent_os_said || { echo "$1" >&2; said_by=$PPID; }
  [ ! -d "$git_dir/agent-os" ] || { echo "$said_by" >"$git_dir/agent-os/unchecked"; } 2>/dev/null || :
}

agent_os_said() {
  said=
  [ -f "$git_dir/agent-os/unchecked" ] && read -r said <"$git_dir/agent-os/unchecked" && [ "$said" = "$PPID" ]
}

# One line for the work in the background: kind, two values, and where. What it does is in src/domain/journal.ts.
agent_os_note() {
  case $PWD in *'
'*) return 0 ;; esac
  printf '%s %s %s %s %s %s\n' "$1" "$2" "$3" "$agent" "$session" "$PWD" >>"$common/agent-os/journal"
}

# The commit that HEAD is. $1: its kind, `pick` where it may be somebody else's.
agent_os_note_head() {
  oid=''
  IFS= read -r head <"$git_dir/HEAD"
  case $head in
    'ref: refs/heads/'*) [ ! -f "$common/${head#ref: }" ] || read -r oid <"$common/${head#ref: }" ;;
    *' '*) ;;
    *) oid=$head ;;
  esac
  [ -n "$oid" ] || oid=$(git rev-parse HEAD)
  kind=$1
  # A rebase makes commits again.
  if [ -d "$git_dir/rebase-merge" ] || [ -d "$git_dir/rebase-apply" ]; then kind=pick; fi
  agent_os_note "$kind" "$oid" -
}

# One process for all that was noted, a moment later: ten commits make one push. Whoever notes looks for it after
# noting, and it gives up its place before it looks for notes, so that one of the two sees the other.
agent_os_work() {
  worker=$common/agent-os/worker
  if [ -f "$worker" ] && read -r pid at boot <"$worker" && kill -0 "$pid" 2>/dev/null; then
    agent_os_now
    if [ "$boot" = "$id" ] && [ "$((now - at))" -lt 600 ]; then return 0; fi
  fi
  agent_os_locate || return 0
  (
    trap '' HUP
    sleep "${AGENT_OS_PAUSE:-1}"
    exec "$node" "$program" --quiet --no-input sync --background
  ) </dev/null >/dev/null 2>&1 &
  agent_os_now
  echo "$! $now $id" >"$worker"
}
