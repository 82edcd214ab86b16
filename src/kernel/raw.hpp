// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// System calls without libc: the result is the kernel's own, `-errno` on
// failure. A child that shares our memory also shares our thread pointer, so it
// may not touch `errno`; it may make only these calls.

#pragma once

#include <sys/syscall.h>

#include <type_traits>

// The instruction that enters the kernel, written here only.
#if defined(__x86_64__)
#define FORKLIFT_ENTER_KERNEL "syscall"
#elif defined(__aarch64__)
#define FORKLIFT_ENTER_KERNEL "svc #0"
#else
#error "forklift knows the system calls of x86-64 and AArch64 only"
#endif

namespace forklift::kernel::raw {

template <class T>
[[gnu::always_inline]] inline long as_word(T value) noexcept {
  if constexpr (std::is_pointer_v<T>) {
    return reinterpret_cast<long>(value);
  } else if constexpr (std::is_null_pointer_v<T>) {
    return 0;
  } else {
    return static_cast<long>(value);
  }
}

/// Enters the kernel with six argument words; returns its result unchanged.
///
/// Errors: `-errno`, never `errno`.
/// Threads: any, also a child on its parent's memory.
[[gnu::always_inline]] inline long enter(long number, long a, long b, long c, long d, long e,
                                         long f) noexcept {
#if defined(__x86_64__)
  long result;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile(FORKLIFT_ENTER_KERNEL
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  register long x5 asm("x5") = f;
  asm volatile(FORKLIFT_ENTER_KERNEL
               : "+r"(x0)
               : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
               : "memory");
  return x0;
#endif
}

/// Makes the system call `number`; missing arguments are zero.
template <class A = int, class B = int, class C = int, class D = int, class E = int, class F = int>
[[gnu::always_inline]] inline long call(long number, A a = {}, B b = {}, C c = {}, D d = {},
                                        E e = {}, F f = {}) noexcept {
  return enter(number, as_word(a), as_word(b), as_word(c), as_word(d), as_word(e), as_word(f));
}

}  // namespace forklift::kernel::raw
