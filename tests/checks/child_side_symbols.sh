#!/bin/sh
# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
#
# The law of the child side: what runs between clone and exec calls nothing, so
# its object files have no undefined symbol.
status=0
for object in "$@"; do
  undefined=$(nm -u "$object") || exit 1
  if [ -n "$undefined" ]; then
    echo "$object has undefined symbols:" "$undefined"
    status=1
  fi
done
[ $status -ne 0 ] || echo "no undefined symbol in $*"
exit $status
