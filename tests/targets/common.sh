# For `tests/windows/run` and `tests/targets/run`: Debian's compiler, and the crate with few dev-dependencies.
#
# Debian's compiler builds std from its own source, since no other has it for these targets. cargo and rustc of rustup
# stay the default ones. On an error that is none of the crate, `skip` says why and ends the script.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

skip() { echo "skipped: $*" && exit 0; }

# install NAME PACKAGE...: installs what is missing, as root.
install() {
  local name=$1
  shift
  set -- rustc-web cargo-web rust-web-src "$@"
  dpkg-query --show --showformat '${Status}\n' "$@" >"$log" 2>&1 && ! grep -qv ' installed$' "$log" && return
  command -v apt-get >/dev/null || skip "$name: this is not Debian"
  { timeout 120 apt-get update && timeout 600 apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1 ||
    skip "$name: cannot install its packages: $(tail -n 1 "$log")"
}

# The same crates for tests and programs, so that std is built once.
cargo_std() { /usr/bin/cargo "$1" -Zbuild-std=std,panic_unwind,test --quiet "${@:2}"; }

# build NAME TARGET ARGUMENT...: builds tests for the target, without the dev-dependencies that only benches and other
# tests need, which take longer than all the rest.
build() {
  local name=$1 target=$2 part
  shift 2
  export CARGO_TARGET_DIR=$root/target/$target
  mkdir -p "$CARGO_TARGET_DIR/package"
  cd "$CARGO_TARGET_DIR/package"
  for part in src tests examples benches integrations README.md CHANGELOG.md; do
    ln -sfn "$root/$part" "$part"
  done
  sed -E '/^(async-trait|axum|criterion|futures-core|jsonschema|object_store|snapbox|tokio) = /d' "$root/Cargo.toml" \
    >Cargo.toml
  cp "$root/Cargo.lock" .
  export CARGO=/usr/bin/cargo RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc RUSTC_BOOTSTRAP=1
  export CARGO_BUILD_TARGET=$target CARGO_PROFILE_DEV_DEBUG=0
  unset RUSTUP_TOOLCHAIN
  cargo_std test --no-run "$@" >"$log" 2>&1 && return
  ! grep -qE 'failed to download|network failure|spurious network' "$log" || skip "$name: $(tail -n 1 "$log")"
  cat "$log"
  exit 1
}
