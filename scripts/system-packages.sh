#!/usr/bin/env bash
# Makes sure the named Debian packages are there: installs what is missing, or says in one sentence how to.
set -u
missing=()
for package in "$@"; do
  case "$package" in
    chromium) command -v chromium >/dev/null || missing+=(chromium) ;;
    curl) command -v curl >/dev/null || missing+=(curl) ;;
    postgresql) compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql) ;;
    *) missing+=("$package") ;;
  esac
done
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo -n)
echo "Installing ${missing[*]} (needed by the tests)"
if command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; } &&
  "${sudo[@]}" apt-get update -qq >/dev/null &&
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then
  exit 0
fi
echo "The tests need ${missing[*]}: install with 'sudo apt-get install ${missing[*]}' and run the command again." >&2
exit 1
