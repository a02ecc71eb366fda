#!/bin/sh
# Checks that a shared library is what docs and header promise:
#
#     check_exports.sh LIBRARY [HEADER]
#
# It exports exactly the functions that crnn.h declares, under the version node
# CRNN_1; needs libc, libm and the loader only; is named libcrnn.so.0; is bound
# at load time with read-only relocations and no executable stack; and is
# smaller than 1 MB.
set -eu

library=$1
header=${2:-$(dirname "$0")/../../include/crnn.h}
failures=0

fail() {
  echo "$library: $*" >&2
  failures=$((failures + 1))
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Comments are left out; a declaration is CRNN_API … name(.
sed -e 's|//.*||' -e ':a; s|/\*[^*]*\*\+\([^/*][^*]*\*\+\)*/||g; ta; /\/\*/{N; ba}' "$header" |
  tr '\n' ' ' | tr ';' '\n' | sed -n 's/.*CRNN_API[^(]*[ *]\(crnn_[a-z0-9_]*\)(.*/\1/p' |
  sort -u > "$folder/declared"
[ "$(wc -l < "$folder/declared")" -gt 10 ] || fail "no functions found in $header"

# The node itself is an absolute symbol.
nm -D --defined-only --with-symbol-versions "$library" | awk '$2 != "A" { print $3 }' > "$folder/symbols"
sed 's/@.*//' "$folder/symbols" | sort -u > "$folder/exported"
diff "$folder/declared" "$folder/exported" > "$folder/difference" ||
  fail "exports differ from $header (<: declared, >: exported):
$(grep '^[<>]' "$folder/difference")"
if grep -v '@@CRNN_1$' "$folder/symbols" > "$folder/unversioned"; then
  fail "symbols without version CRNN_1: $(tr '\n' ' ' < "$folder/unversioned")"
fi

readelf -dW "$library" > "$folder/dynamic"
for needed in $(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' "$folder/dynamic"); do
  case $needed in
    libc.so.* | libm.so.* | ld-linux*.so.*) ;;
    *) fail "needs $needed; only libc and libm are allowed" ;;
  esac
done
grep -q '(SONAME).*\[libcrnn.so.0\]' "$folder/dynamic" || fail "SONAME is not libcrnn.so.0"
grep -Eq '\((RPATH|RUNPATH|TEXTREL)\)' "$folder/dynamic" && fail "has an RPATH, RUNPATH or text relocations"
grep -Eq 'BIND_NOW|FLAGS_1.*NOW' "$folder/dynamic" || fail "is not linked with -z now"
grep -Eq 'FLAGS_1.*NODELETE' "$folder/dynamic" || fail "is not linked with -z nodelete"

readelf -lW "$library" > "$folder/segments"
grep -q GNU_RELRO "$folder/segments" || fail "has no read-only relocations (-z relro)"
if grep GNU_STACK "$folder/segments" | grep -q 'RWE'; then fail "has an executable stack"; fi

size=$(stat -L -c %s "$library")
[ "$size" -lt 1000000 ] || fail "has $size bytes, expected less than 1000000"

[ "$failures" -eq 0 ] || exit 1
echo "$library: $(wc -l < "$folder/exported") functions, $size bytes"
