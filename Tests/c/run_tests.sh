#!/bin/sh
# Tests an installation (or dist/) from C and C++:
#
#     run_tests.sh PREFIX MODEL [IMAGE.pgm TEXT]
#
# MODEL is a recogniser, IMAGE.pgm a gray line image that it reads as TEXT.
# Compilers come from CC and CXX, flags beside the usual ones from CFLAGS; EMULATOR runs the programs, if it is set.
set -eu

prefix=$(cd "$1" && pwd)
shift
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

warnings="-Wall -Wextra -pedantic -Werror"
include="-I$prefix/include"
fixtures="-DFIXTURES=\"$here/../fixtures\""
link="-L$prefix/lib -Wl,-rpath,$prefix/lib -lcrnn"

sh "$here/check_exports.sh" "$prefix/lib/libcrnn.so" "$prefix/include/crnn.h"

# The test program must call whatever there is.
for name in $(nm -D --defined-only "$prefix/lib/libcrnn.so" | awk '$2 != "A" { print $3 }' | sed 's/@.*//'); do
  grep -q "$name(" "$here"/*.c || { echo "no test in $here calls $name" >&2; exit 1; }
done

# shellcheck disable=SC2086
{
  ${CC:-cc} -std=c99 $warnings ${CFLAGS:-} $include "$fixtures" "$here"/*.c $link -lm -lpthread -o "$folder/test_api"
  ${CXX:-c++} -std=c++11 $warnings ${CFLAGS:-} $include "$here/test_header.cpp" $link -o "$folder/test_header"
}
${EMULATOR:-} "$folder/test_header"
${EMULATOR:-} "$folder/test_api" "$@"
