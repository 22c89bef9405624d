# shellcheck shell=bash
# Sourced by ./javelin and scripts/build.

# sources_changed ROOT: true when javelin.jar is missing or older than a source. Directories count, so that removals are seen.
sources_changed() {
  local built=$1/collector/target/javelin.built
  [[ -e $built && -e $1/collector/target/javelin.jar ]] || return 0
  [[ -n $(find "$1"/{bpf,collector,flamegraph,javaagent}/{src/main,pom.xml} \
    "$1"/{pom.xml,LICENSE,NOTICE,licenses,bpf/build-bpf.sh} -newer "$built" -print -quit) ]]
}
