# shellcheck shell=bash
# Shared by ./javelin (when it builds), ./verify and the scripts beside this file; sourced by bash.
# Finds a JDK and installs what is missing, where that can be done.

build_packages=(maven clang llvm gcc g++ libc6-dev libbpf-dev libbpf1 libelf1 zlib1g)
jdk_packages=(openjdk-17-jdk-headless openjdk-21-jdk-headless openjdk-25-jdk-headless default-jdk-headless)

say() {
  echo "${0##*/}: $*" >&2
}

fail() {
  say "$*"
  exit 1
}

# java_version HOME: the first number of the version that a JDK or JRE says it is; empty if none is there.
java_version() {
  local line
  [[ -x $1/bin/java && -r $1/release ]] || return 0
  while read -r line; do
    if [[ $line =~ ^JAVA_VERSION=\"([0-9]+) ]]; then
      echo "${BASH_REMATCH[1]}"
      return
    fi
  done <"$1/release"
}

# find_jdk: prints the home of a JDK of version 17 or newer, the nearest to 17 first; fails if there is none.
find_jdk() {
  local home best="" version best_version=1000
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    [[ -n $home && -x $home/bin/javac ]] || continue
    version=$(java_version "$home")
    if [[ -n $version && $version -ge 17 && $version -lt $best_version ]]; then
      best=$home
      best_version=$version
    fi
  done
  [[ -n $best ]] && echo "$best"
}

can_install() {
  [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null && command -v dpkg-query >/dev/null
}

# missing_packages PACKAGE...: prints those that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

# apt_install PACKAGE...: installs packages, with the lists fetched first where that has not been done.
apt_install() {
  local log
  log=$(mktemp)
  say "installing $*"
  if ! {
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
  } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    fail "apt-get install $* failed; its last words stand above"
  fi
  rm -f "$log"
}

# first_available PACKAGE...: prints the first that apt can install.
first_available() {
  local package
  for package in "$@"; do
    if apt-cache show "$package" >/dev/null 2>&1; then
      echo "$package"
      return
    fi
  done
}

# need_jdk: sets and exports JAVA_HOME, after installing a JDK if need be.
need_jdk() {
  local home
  if ! home=$(find_jdk); then
    can_install || fail "no JDK 17 or newer found: install one, for example the package openjdk-17-jdk-headless, or set JAVA_HOME"
    [[ -n $(first_available "${jdk_packages[@]}") ]] || apt-get update -q >/dev/null 2>&1 || true
    apt_install "$(first_available "${jdk_packages[@]}")"
    home=$(find_jdk) || fail "no JDK 17 or newer found after the installation"
  fi
  export JAVA_HOME=$home
}

# need_packages PURPOSE PACKAGE...: installs what is missing; elsewhere than on Debian and Ubuntu as root it only says so.
need_packages() {
  local purpose=$1 missing
  shift
  command -v dpkg-query >/dev/null || return 0
  # shellcheck disable=SC2046
  missing=$(missing_packages "$@" | tr '\n' ' ')
  [[ -n $missing ]] || return 0
  can_install || fail "to $purpose, install: ${missing% } (as root: apt-get install ${missing% })"
  # shellcheck disable=SC2086
  apt_install $missing
}

# need_tools PURPOSE TOOL...: fails with one line if a program is missing; for systems without dpkg.
need_tools() {
  local purpose=$1 missing=() tool
  shift
  for tool in "$@"; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  [[ ${#missing[@]} -eq 0 ]] || fail "to $purpose, install: ${missing[*]}"
}

# need_build_tools: everything that the build needs.
need_build_tools() {
  [[ $(uname -sm) == "Linux x86_64" ]] || fail "Javelin runs on x86-64 Linux; this is $(uname -sm)"
  need_packages "build Javelin" "${build_packages[@]}"
  need_tools "build Javelin" mvn clang llvm-strip gcc g++ readelf
  need_jdk
}

# debian_mirror: prints the one that the system's own packages come from; nothing if none is found.
debian_mirror() {
  {
    grep -hsE '^URIs:' /etc/apt/sources.list.d/*.sources || true
    grep -hsE '^deb ' /etc/apt/sources.list /etc/apt/sources.list.d/*.list || true
  } | grep -oE 'https?://[^ ]*debian/?( |$)' | head -n 1 | tr -d ' ' || true
}

# unpack_sid TREE PACKAGE[,PACKAGE...]: unpacks packages of Debian sid with all that they depend on; nothing is installed.
unpack_sid() {
  local from log
  from=$(debian_mirror)
  if [[ -z $from ]]; then
    say "no Debian mirror found in the apt sources"
    return 1
  fi
  log=$(mktemp)
  # sid's Release file may be past its date on a mirror of an earlier day.
  if ! mmdebstrap --variant=extract --aptopt='APT::Install-Recommends "false"' \
    --aptopt='Acquire::Check-Valid-Until "false"' --include="$2" sid "$1" \
    "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg check-valid-until=no] $from sid main" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}
