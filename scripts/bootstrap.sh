#!/bin/sh
# Installs what a step needs and the machine lacks: Debian packages (as root or through sudo) and a Python environment
# under build/venv; those of the benchmarks are build/bench-venv and build/decoders-venv, that of the libraries
# beside this one build/neighbours-venv.
#
#     bootstrap.sh build | demo | test | test-emulated | test-reliability | test-neighbours | bench | bench-decoders
set -eu
cd "$(dirname "$0")/.."

venv=build/venv
alone=""
case ${1:-} in
  build) packages="binutils make libonnx-dev libprotobuf-dev zlib1g-dev" modules="" ;;
  demo) packages="gcc libc6-dev make pkg-config libpng-dev python3-venv" modules="numpy pillow" ;;
  test | test-emulated | test-reliability)
    packages="gcc g++ libc6-dev make pkg-config libpng-dev python3-venv cmake"
    modules="numpy pillow pytest>=9.0 onnx==1.23.2 onnxruntime==1.32.0 xxhash setuptools>=70.1 wheel"
    case $1 in
      test-emulated) packages="$packages qemu-user" ;;
      test-reliability) packages="$packages valgrind" ;;
    esac
    ;;
  bench)
    packages="binutils make python3-venv"
    modules="numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 ncnn==1.0.20261020 MNN==3.6.1"
    modules="$modules opencv-python-headless==5.0.0.93 matplotlib==3.11.2"
    # ncnn's converter. The program in it stands alone; the package would bring PyTorch.
    alone=pnnx==20261020
    venv=build/bench-venv
    ;;
  bench-decoders)
    packages="g++ cmake make python3-dev python3-venv"
    modules="numpy==1.26.4 onnx==1.19.1 flashlight-text==0.0.7 pyctcdecode==0.5.0 kenlm==0.3.0"
    venv=build/decoders-venv
    ;;
  test-neighbours)
    packages="python3-venv"
    modules="numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 torch==2.13.0 tensorflow-cpu==2.21.0"
    venv=build/neighbours-venv
    ;;
  *)
    echo "usage: $0 build | demo | test | test-emulated | test-reliability | test-neighbours | bench | bench-decoders" >&2
    exit 2
    ;;
esac

if ! command -v swift > /dev/null; then
  echo "swift is not on the PATH: install Swift 6.3 or newer for Debian 12 first (swift.org/install)" >&2
  exit 1
fi

missing=""
for package in $packages; do
  dpkg-query -W -f='${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
  echo "installing Debian packages:$missing"
  root=""
  [ "$(id -u)" = 0 ] || root=sudo
  $root apt-get update -qq
  # shellcheck disable=SC2086
  $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing > /dev/null
fi

if [ -n "$modules" ]; then
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
  stamp="$venv/installed-$(echo "$modules $alone" | cksum | cut -d ' ' -f 1)"
  if [ ! -e "$stamp" ]; then
    echo "installing Python packages: $modules $alone"
    # shellcheck disable=SC2086
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check $modules
    # shellcheck disable=SC2086
    [ -z "$alone" ] || "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps $alone
    touch "$stamp"
  fi
fi
