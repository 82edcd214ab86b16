// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace forklift::kernel {

/// Whether valgrind interprets this program, detected by its documented no-op
/// instruction sequence, so that its header is not needed.
inline bool runs_under_valgrind() noexcept {
  std::uint64_t request[6] = {0x1001 /* VG_USERREQ__RUNNING_ON_VALGRIND */, 0, 0, 0, 0, 0};
  std::uint64_t answer = 0;
#if defined(__x86_64__)
  asm volatile(
      "rolq $3, %%rdi; rolq $13, %%rdi; rolq $61, %%rdi; rolq $51, %%rdi\n\t"
      "xchgq %%rbx, %%rbx"
      : "+d"(answer)
      : "a"(request)
      : "cc", "memory");
#elif defined(__aarch64__)
  register std::uint64_t x3 asm("x3") = 0;
  register std::uint64_t* x4 asm("x4") = request;
  asm volatile(
      "ror x12, x12, #3; ror x12, x12, #13; ror x12, x12, #51; ror x12, x12, #61\n\t"
      "orr x10, x10, x10"
      : "+r"(x3)
      : "r"(x4)
      : "cc", "memory");
  answer = x3;
#endif
  return answer != 0;
}

}  // namespace forklift::kernel
