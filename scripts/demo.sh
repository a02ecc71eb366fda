#!/bin/sh
# The main job on real input: converts the bundled model, then reads the bundled line images with it, from C and from
# Python, from the ONNX file and from the native one. Fails if any text is not the expected one.
set -eu
cd "$(dirname "$0")/.."

model=examples/models/reader.onnx
native=build/demo/reader.crnn
expected=build/demo/expected.tsv
mkdir -p build/demo

make -s -C examples/c BUILD=../../build/examples PKG_CONFIG_PATH="$PWD/dist/lib/pkgconfig"

echo "\$ crnn-convert $model -o $native --verify"
dist/bin/crnn-convert "$model" -o "$native" --verify --force

cut -f 1,2 examples/images/expected.tsv | sort > "$expected"
images=$(cut -f 1 "$expected" | sed 's|^|examples/images/|')

# Lines are path, confidence and text, separated by tabs.
check() {
  sed 's|^examples/images/||' "$1" | cut -f 1,3 | sort | diff "$expected" - > build/demo/differences || {
    echo "the texts are not the expected ones:" >&2
    cat build/demo/differences >&2
    exit 1
  }
}

for file in "$model" "$native"; do
  echo
  echo "\$ read_line $file examples/images/*.png     (C)"
  # shellcheck disable=SC2086
  build/examples/read_line "$file" $images | tee build/demo/c.tsv
  check build/demo/c.tsv
  echo
  echo "\$ python -m crnn $file examples/images/*.png"
  # shellcheck disable=SC2086
  PYTHONPATH=bindings/python build/venv/bin/python -m crnn "$file" $images | tee build/demo/python.tsv
  check build/demo/python.tsv
done

echo
echo "All $(wc -l < "$expected") images were read as expected, from C and Python, from both files."
