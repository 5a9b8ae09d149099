# SPDX-License-Identifier: Apache-2.0
# setup [build|test|bench|interop|docs]
#     Installs the Debian 12 packages that are missing: to build (build), to build, check and test (test, the default),
#     to count instructions (bench), to run a foreign stack in a virtual machine (interop), or to build the API reference
#     (docs). The other verbs call it themselves.

declare -A PACKAGES=(
  [build]="cmake ninja-build gcc g++ git python3 python3-kconfiglib
           libasio-dev libboost-context-dev libcli11-dev libfmt-dev libmbedtls-dev libssl-dev nlohmann-json3-dev"
  [test]="libgtest-dev libgmock-dev librapidcheck-dev g++-multilib
          clang-16 libclang-rt-16-dev llvm-16 clang-tidy-16 clang-format-16
          gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib
          tshark"
  [bench]="valgrind g++-multilib"
  [interop]="qemu-system-x86 busybox-static bluez bluez-test-tools dbus cpio kmod gcc libc6-dev python3"
  [docs]="doxygen python3"
)

# Prints which of the packages are not installed.
missing_packages() {
  local installed package
  installed=" $(dpkg-query -W -f='${db:Status-Status}:${Package}\n' "$@" 2>/dev/null |
    sed -n 's/^installed://p' | tr '\n' ' ')"
  for package in "$@"; do
    [[ $installed == *" $package "* ]] || echo "$package"
  done
}

verb_setup() {
  (($# <= 1)) || wrong_use "setup takes one group: build, test, bench, interop or docs"
  local group=${1:-test} wanted
  case $group in
    build) wanted=${PACKAGES[build]} ;;
    test | bench) wanted="${PACKAGES[build]} ${PACKAGES[$group]}" ;;
    interop | docs) wanted=${PACKAGES[$group]} ;;
    *) wrong_use "'$group' is no group of packages; they are: build, test, bench, interop, docs" ;;
  esac
  command -v dpkg-query apt-get >/dev/null ||
    fail "packages are installed with apt-get, which is absent" "this system" \
      "use Debian 12, or a Debian 12 container"

  local missing
  # shellcheck disable=SC2086  # a list of words
  missing=$(missing_packages $wanted)
  if [[ -z $missing ]]; then
    [[ $verb != setup ]] || say "Nothing is missing."
    return 0
  fi

  local -a as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      fail "packages are missing, and installing them needs root" "$(echo $missing)" \
        "run './dev setup $group' as root once, or install sudo"
    as_root=(sudo)
    [[ -t 0 && -z ${CI:-} ]] || as_root+=(-n)
    "${as_root[@]}" true ||
      fail "packages are missing, and sudo refused" "$(echo $missing)" \
        "run './dev setup $group' as root once"
  fi

  say "Installing: $(echo $missing)"
  logged apt-update "${as_root[@]}" apt-get update ||
    fail "apt-get update failed" "build/logs/apt-update.log" \
      "check the network and the entries of /etc/apt, then run './dev setup $group' again"
  # shellcheck disable=SC2086
  logged apt-install "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 $missing ||
    fail "apt-get install failed" "build/logs/apt-install.log" \
      "these names are Debian 12's; on another release use a Debian 12 container"
}
