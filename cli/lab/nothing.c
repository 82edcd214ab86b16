// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The smallest program: the launch is measured, not the program.

#include <sys/syscall.h>

__attribute__((noreturn)) void _start(void);

void _start(void) {
#if defined(__x86_64__)
  __asm__ volatile("syscall" : : "a"(SYS_exit_group), "D"(0) : "rcx", "r11", "memory");
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = SYS_exit_group;
  register long x0 __asm__("x0") = 0;
  __asm__ volatile("svc #0" : : "r"(x8), "r"(x0) : "memory");
#endif
  __builtin_unreachable();
}
