// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/tracing/registers.hpp"

#include <algorithm>

namespace watch::tracing {

Registers registers_of(std::span<const unsigned long long> kernel) {
#if defined(__x86_64__)
  enum { r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, ip = 16, sp = 19 };
  return {.ip = kernel[ip],
          .sp = kernel[sp],
          .bp = kernel[bp],
          .ax = kernel[ax],
          .bx = kernel[bx],
          .cx = kernel[cx],
          .dx = kernel[dx],
          .si = kernel[si],
          .di = kernel[di],
          .r8 = kernel[r8],
          .r9 = kernel[r9],
          .r10 = kernel[r10],
          .r11 = kernel[r11],
          .r12 = kernel[r12],
          .r13 = kernel[r13],
          .r14 = kernel[r14],
          .r15 = kernel[r15]};
#else
  Registers registers;
  std::copy_n(kernel.begin(), std::size(registers.general), std::begin(registers.general));
  return registers;
#endif
}

}  // namespace watch::tracing
