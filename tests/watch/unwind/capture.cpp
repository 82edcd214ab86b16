// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "capture.hpp"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <unistd.h>

namespace {

constexpr std::size_t most_bytes = 16384;

// Through the kernel, which sanitizers do not check; less than requested at the
// end of the stack.
std::vector<std::byte> read_memory(pid_t pid, std::uint64_t address) {
  std::vector<std::byte> bytes(most_bytes);
  std::size_t got = 0;
  while (got < bytes.size()) {
    const std::size_t page_end = 4096 - (address + got) % 4096;
    const iovec into{bytes.data() + got, std::min(bytes.size() - got, page_end)};
    const iovec from{reinterpret_cast<void*>(address + got), into.iov_len};
    const ssize_t read = ::process_vm_readv(pid, &into, 1, &from, 1, 0);
    if (read <= 0) break;
    got += static_cast<std::size_t>(read);
  }
  bytes.resize(got);
  return bytes;
}

#if defined(__x86_64__)

watch::Registers registers_of(const ucontext_t& context) {
  const auto get = [&](int number) {
    return static_cast<std::uint64_t>(context.uc_mcontext.gregs[number]);
  };
  watch::Registers registers;
  registers.ip = get(REG_RIP);
  registers.sp = get(REG_RSP);
  registers.bp = get(REG_RBP);
  registers.bx = get(REG_RBX);
  registers.r12 = get(REG_R12);
  registers.r13 = get(REG_R13);
  registers.r14 = get(REG_R14);
  registers.r15 = get(REG_R15);
  return registers;
}

watch::Registers registers_of_stopped(pid_t thread) {
  user_regs_struct r{};
  ::ptrace(PTRACE_GETREGS, thread, nullptr, &r);
  return {r.rip, r.rsp, r.rbp, r.rax, r.rbx, r.rcx, r.rdx, r.rsi, r.rdi,
          r.r8,  r.r9,  r.r10, r.r11, r.r12, r.r13, r.r14, r.r15};
}

std::uint64_t stack_pointer_of(const watch::Registers& registers) { return registers.sp; }

#else

watch::Registers registers_of(const ucontext_t& context) {
  watch::Registers registers;
  for (int i = 0; i < 31; ++i) registers.general[i] = context.uc_mcontext.regs[i];
  registers.general[31] = context.uc_mcontext.sp;
  registers.general[32] = context.uc_mcontext.pc;
  return registers;
}

watch::Registers registers_of_stopped(pid_t thread) {
  watch::Registers registers;
  iovec into{registers.general, sizeof registers.general};
  ::ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &into);
  return registers;
}

std::uint64_t stack_pointer_of(const watch::Registers& registers) { return registers.general[31]; }

#endif

}  // namespace

Capture capture_here(const ucontext_t& context) {
  Capture capture{::gettid(), registers_of(context), {}};
  capture.bytes = read_memory(::getpid(), stack_pointer_of(capture.registers));
  return capture;
}

Capture capture_stopped(pid_t thread) {
  Capture capture{thread, registers_of_stopped(thread), {}};
  capture.bytes = read_memory(thread, stack_pointer_of(capture.registers));
  return capture;
}
