#!/usr/bin/env bash
# Builds what Maven cannot: the BPF objects, the native libraries that travel in the jar, and (with "test") the tests' own.
# Usage: build-bpf.sh main|test      Sources unchanged since the last run are not built again.
set -euo pipefail
cd "$(dirname "$0")"

clang=${CLANG:-clang}
strip=${LLVM_STRIP:-llvm-strip}
cc=${CC:-gcc}
multiarch=x86_64-linux-gnu
packages="clang llvm gcc g++ libc6-dev libbpf-dev libbpf1 libelf1 zlib1g"
main_out=target/classes/dev/javelin/bpf
native_out=$main_out/native/linux-x86-64
test_out=target/test-classes/dev/javelin/bpf

fail() {
  echo "build-bpf: $*" >&2
  exit 1
}

# Where the C compiler finds a library; empty when there is none.
library() {
  local path
  path=$("$cc" -print-file-name="$1")
  if [[ $path == /* ]]; then realpath --no-symlinks "$path"; fi
}

check_tools() {
  local missing=() tool
  for tool in "$clang" "$strip" "$cc" readelf; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  [[ -e /usr/include/bpf/bpf_helpers.h ]] || missing+=("bpf/bpf_helpers.h")
  if command -v "$cc" >/dev/null; then
    [[ -n $(library libsupc++.a) ]] || missing+=("libsupc++.a")
    for tool in libbpf.so.1 libelf.so.1 libz.so.1; do
      [[ -n $(library "$tool") ]] || missing+=("$tool")
    done
  fi
  [[ ${#missing[@]} -eq 0 ]] || fail "not found: ${missing[*]}. On Debian or Ubuntu: apt-get install $packages"
}

# newer OUT SOURCE...: true when OUT is absent or older than one of the sources.
newer() {
  local out=$1 source
  shift
  for source in "$@"; do
    [[ $out -nt $source ]] || return 0
  done
  return 1
}

# bpf_object SOURCE OUT FLAG...
bpf_object() {
  local source=$1 out=$2
  shift 2
  "$clang" -O2 -g -target bpf -mcpu=v3 -Wall -Wextra -Wno-unused-parameter -Werror -D__TARGET_ARCH_x86 "$@" \
    -idirafter "/usr/include/$multiarch" -c "$source" -o "$out.tmp"
  "$strip" -g "$out.tmp"
  mv "$out.tmp" "$out"
  echo "build-bpf: $(basename "$out"):$(instruction_counts "$out")"
}

# Eight bytes an instruction. Printed so that growth shows in review.
instruction_counts() {
  readelf -sW "$1" | awk '$4 == "FUNC" { printf " %s %d", $8, $3 / 8; total += $3 / 8 } END { print ";", total + 0, "instructions" }'
}

# bpf_objects SOURCE_DIR OUT_DIR INCLUDE_DIR...
bpf_objects() {
  local dir=$1 out_dir=$2 source out include
  shift 2
  local flags=() headers=()
  for include in "$@"; do
    flags+=(-I "$include")
    headers+=("$include"/*.h)
  done
  mkdir -p "$out_dir"
  for out in "$out_dir"/*.bpf.o; do
    [[ -e $dir/$(basename "$out" .o).c ]] || rm "$out"
  done
  for source in "$dir"/*.bpf.c; do
    out=$out_dir/$(basename "$source" .c).o
    if newer "$out" "$source" "${headers[@]}" build-bpf.sh; then bpf_object "$source" "$out" "${flags[@]}"; fi
  done
}

# Our few lines of C: the demangler and libbpf's message buffer. Nothing but its own functions is exported.
own_library() {
  local sources=(src/main/native/*.c) map=src/main/native/exports.map out=$native_out/libjavelin.so
  newer "$out" "${sources[@]}" "$map" build-bpf.sh || return 0
  "$cc" -O2 -shared -fPIC -Wall -Wextra -Werror -ffunction-sections -Wl,--gc-sections -Wl,-soname,libjavelin.so \
    -Wl,--version-script="$map" -Wl,-z,defs -Wl,-z,relro,-z,now -s -o "$out.tmp" "${sources[@]}" \
    -Wl,-Bstatic -lsupc++ -Wl,-Bdynamic -static-libgcc
  mv "$out.tmp" "$out"
}

# The libraries a library needs, glibc's own left out: those are the host's.
needed_by() {
  readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
    grep -vE '^(libc|libm|libdl|libpthread|librt|ld-linux-x86-64)\.so' || true
}

# Copies a library after all those it needs, and notes it in the list that gives the order of loading.
carry() {
  local name=$1 path need
  grep -qxF "$name" "$native_out/libraries.tmp" && return
  path=$(library "$name")
  [[ -n $path ]] || fail "not found: $name. On Debian or Ubuntu: apt-get install $packages"
  for need in $(needed_by "$path"); do carry "$need"; done
  install -m 644 "$path" "$native_out/$name"
  licence "$path"
  echo "$name" >>"$native_out/libraries.tmp"
}

# The package's copyright file, and the common licences that it refers to.
licence() {
  local owner text
  owner=$(dpkg -S "$1" 2>/dev/null || dpkg -S "${1#/usr}" 2>/dev/null) || fail "$1 belongs to no Debian package, so its licence cannot be shipped"
  owner=${owner%%:*}
  install -m 644 "/usr/share/doc/$owner/copyright" "$native_out/$owner.copyright"
  { grep -ohE '/usr/share/common-licenses/[A-Za-z0-9.-]*[A-Za-z0-9]' "/usr/share/doc/$owner/copyright" || true; } | sort -u | while read -r text; do
    if [[ -e $text ]]; then install -m 644 "$text" "$native_out/$(basename "$text").licence"; fi
  done
}

carried_libraries() {
  newer "$native_out/libraries" build-bpf.sh "$(library libbpf.so.1)" "$(library libelf.so.1)" "$(library libz.so.1)" || return 0
  : >"$native_out/libraries.tmp"
  carry libbpf.so.1
  mv "$native_out/libraries.tmp" "$native_out/libraries"
}

# Programs that print the C side's sizes and offsets, for the tests that compare them with the Java constants.
test_programs() {
  local source out
  for source in src/test/c/*.c; do
    out=target/test-c/$(basename "$source" .c)
    mkdir -p target/test-c
    if newer "$out" "$source" build-bpf.sh; then "$cc" -O1 -Wall -Wextra -Werror -I src/main/bpf -o "$out" "$source"; fi
  done
}

[[ $(uname -m) == x86_64 ]] || fail "only x86-64 is supported, this is $(uname -m)"
check_tools
shopt -s nullglob
mkdir -p "$native_out"
case ${1:-} in
  main)
    bpf_objects src/main/bpf "$main_out" src/main/bpf
    own_library
    carried_libraries
    ;;
  test)
    bpf_objects src/test/bpf "$test_out" src/main/bpf src/test/bpf
    test_programs
    ;;
  *) fail "usage: build-bpf.sh main|test" ;;
esac
