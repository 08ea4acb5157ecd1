# Functions for `tests/windows/run` and `tests/targets/run` that install compilers and build the crate.
#
# Debian's compiler builds std from source, because std is not packaged for these targets. The compiler of rustup stays the
# default.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Ends the script after a failure outside the crate.
skip() { echo "skipped: $*" && exit 0; }

# install NAME PACKAGE...: installs missing packages, as root.
install() {
  local name=$1
  shift
  set -- rustc-web cargo-web rust-web-src "$@"
  dpkg-query --show --showformat '${Status}\n' "$@" >"$log" 2>&1 && ! grep -qv ' installed$' "$log" && return
  command -v apt-get >/dev/null || skip "$name: this is not Debian"
  { timeout 120 apt-get update && timeout 600 apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1 ||
    skip "$name: cannot install its packages: $(tail -n 1 "$log")"
}

# Passes the same std crates for tests and programs, so that std is built once.
cargo_std() { /usr/bin/cargo "$1" -Zbuild-std=std,panic_unwind,test --quiet "${@:2}"; }

# build NAME TARGET ARGUMENT...: builds tests for the target. Removes the dev-dependencies of benches and of other tests,
# which take longer to compile than the rest.
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
