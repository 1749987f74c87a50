# shellcheck shell=sh
# agent-os: the protocol of agent definitions as shell functions, for bash, zsh and POSIX sh.
#
#   source load-context.sh AGENT    print what the agent reads before it begins, and define the functions
#   source load-context.sh          only define them
#
# Rendered by agent-os, which replaces it; what a shell should do besides belongs into a file of its own. POSIX sh hands
# no arguments to a sourced file: there, `set -- AGENT` first. Each function works on the repository of the current
# folder, returns the exit code of the command that it runs, and leaves neither variables nor options behind.
# A text that is `-` is read from standard input.

# The last word of the command that sources this file, as zsh has it before anything else runs.
# shellcheck disable=SC3028
_agent_os_last_word=${_-}

_agent_os_cli() (
  launcher='@launcher@'
  if [ -f "$launcher" ]; then
    for node in "$(command -v node)" '@node@'; do
      case $node in /*) if [ -x "$node" ]; then exec "$node" "$launcher" "$@"; fi ;; esac
    done
    printf 'agent-os: there is no node to run %s with; put Node 20.19 or newer on the PATH\n' "$launcher" >&2
    exit 127
  fi
  program=$(command -v agent-os) || program=
  case $program in /*) exec "$program" "$@" ;; esac
  printf 'agent-os: the program is missing: neither %s nor agent-os on the PATH; install it, then type: agent-os init\n' \
    "$launcher" >&2
  exit 127
)

# Usage: _agent_os_say TEXT COMMAND…, with the text as standard input, whatever is in it.
_agent_os_say() (
  text=$1
  shift
  case $text in
    -) _agent_os_cli "$@" ;;
    *) printf '%s' "$text" 2>/dev/null | _agent_os_cli "$@" ;;
  esac
)

# Usage: _agent_os_needs NUMBER USAGE [ARGUMENT…]; without so many arguments, the usage and exit code 2.
_agent_os_needs() (
  number=$1
  usage=$2
  shift 2
  if [ "$#" -ge "$number" ]; then exit 0; fi
  printf 'usage: %s\n' "$usage" >&2
  exit 2
)

# Who speaks where a function is not told: the agent whose context was loaded.
command -v _agent_os_speaker >/dev/null || _agent_os_speaker() { :; }

announce_agent_start() (
  _agent_os_needs 2 'announce_agent_start AGENT TASK' "$@" || exit
  agent=$1 IFS=' '
  shift
  _agent_os_say "$*" start --agent="$agent" -
)

announce_agent_completion() (
  _agent_os_needs 2 'announce_agent_completion AGENT SUMMARY' "$@" || exit
  agent=$1 IFS=' '
  shift
  _agent_os_say "$*" 'done' --agent="$agent" -
)

lock_resource() (
  _agent_os_needs 2 'lock_resource RESOURCE AGENT [--wait 5m] [--paths GLOB…] [--shared] …' "$@" || exit
  resource=$1 agent=$2
  shift 2
  _agent_os_cli lock --agent="$agent" "$@" -- "$resource"
)

unlock_resource() (
  _agent_os_needs 2 'unlock_resource RESOURCE AGENT' "$@" || exit
  resource=$1 agent=$2
  shift 2
  _agent_os_cli unlock --agent="$agent" "$@" -- "$resource"
)

send_agent_message() (
  _agent_os_needs 3 'send_agent_message FROM TO TEXT' "$@" || exit
  agent=$1 to=$2 IFS=' '
  shift 2
  _agent_os_say "$*" send --agent="$agent" -- "$to" -
)

check_agent_active() (
  _agent_os_needs 1 'check_agent_active AGENT' "$@" || exit
  _agent_os_cli status --active="$1"
)

check_messages() (
  _agent_os_needs 1 'check_messages AGENT' "$@" || exit
  agent=$1
  shift
  _agent_os_cli inbox --agent="$agent" "$@"
)

update_project_state() (
  _agent_os_needs 2 'update_project_state PATH VALUE, where VALUE is JSON or else text' "$@" || exit
  place=${1#.} value=$2
  agent=$(_agent_os_speaker)
  set --
  if [ -z "${AGENT_OS_AGENT-}" ] && [ -n "$agent" ]; then set -- --agent="$agent"; fi
  _agent_os_say "$value" state set "$@" --as=json-or-text -- "$place" -
)

log_agent_activity() (
  _agent_os_needs 2 'log_agent_activity AGENT TEXT' "$@" || exit
  agent=$1 IFS=' '
  shift
  _agent_os_say "$*" log add --agent="$agent" -
)

create_recap() (
  _agent_os_needs 1 'create_recap AGENT [FILE], otherwise from standard input' "$@" || exit
  if [ "$#" -eq 1 ] && [ -t 0 ]; then
    printf 'create_recap: give a FILE, or the recap on standard input\n' >&2
    exit 2
  fi
  _agent_os_cli recap add --agent="$1" -- "${2--}"
)

handoff_to() (
  _agent_os_needs 3 'handoff_to FROM TO TEXT [FILE…]' "$@" || exit
  agent=$1 to=$2 text=$3
  shift 3
  for file in "$@"; do
    set -- "$@" --attach="$file"
    shift
  done
  _agent_os_say "$text" handoff --agent="$agent" "$@" -- "$to" -
)

# Whether this file was sourced with an argument. Bash, zsh and POSIX sh show a file that is sourced without any those of
# whoever sources it. Then the file is the last word of the command, as zsh knows it, and bash has put the file itself
# before the arguments of whoever sources it. Where nothing tells, as in POSIX sh, an agent's name has to do.
_agent_os_has_argument() (
  last=$1 first=$2 file=$3
  shift 3
  if [ "$#" -eq 0 ]; then exit 1; fi
  if [ -n "${ZSH_VERSION-}" ]; then
    eval 'file=${(%):-%x}'
    case $file in "$last" | */"$last") exit 1 ;; esac
    for argument in "$@"; do :; done
    if [ "$argument" = "$last" ]; then exit 0; fi
  elif [ -n "$first$file" ]; then
    [ "$first" != "$file" ]
    exit
  fi
  case $1 in '' | [!a-z0-9]* | *[!a-z0-9_-]*) exit 1 ;; esac
)

_agent_os_load() {
  unset _agent_os_last_word
  if _agent_os_has_argument "$@"; then
    shift 3
    case $1 in
      '' | [!a-z0-9]* | *[!a-z0-9_-]*) ;;
      *) eval "_agent_os_speaker() { printf %s $1; }" ;;
    esac
    _agent_os_cli context --sourced "$@"
  fi
}

# shellcheck disable=SC3028,SC2128
_agent_os_load "$_agent_os_last_word" "${BASH_ARGV-}" "${BASH_SOURCE-}" "$@"
