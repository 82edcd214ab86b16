// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The second stage of a launch: a program of a few kilobytes without libc, run
// by the child on memory of its own. Its arguments are the rest of the plan, an
// empty string, and the arguments of the program to execute; its environment is
// that program's. It unpacks the plan and makes the calls by the same loop.

#include "kernel/raw.hpp"
#include "child/child_side.hpp"
#include "child/handover.hpp"

namespace {

using namespace forklift::launch;

alignas(16) unsigned char memory[most_handed_over];

// Unpacks one argument to `to`; returns the end of its output.
unsigned char* unpack(const char* packed, unsigned char* to) {
  const auto* from = reinterpret_cast<const unsigned char*>(packed);
  while (*from) {
    if (*from == zeros) {
      for (int left = from[1]; left > 0; --left) *to++ = 0;
      from += 2;
    } else {
      from += *from == literal;
      *to++ = *from++;
    }
  }
  return to;
}

long address(const void* pointer) { return reinterpret_cast<long>(pointer); }

void relocate(Call& call, const unsigned char* base, char** arguments) {
  for (Argument& argument : call.arguments) {
    if (argument.from == From::text || argument.from == From::data) {
      argument.value += address(base);
    } else if (argument.from == From::texts) {
      argument.value = address(arguments);
    }
  }
}

// The shell's arguments begin one before the program's, in place of the empty
// string, and have the script in place of the program's name.
void list_for_shell(Call& call, char** arguments) {
  arguments[-1] = reinterpret_cast<char*>(call.arguments[0].value);
  call.arguments[1].value = address(arguments - 1);
  call.arguments[script_place].value = address(arguments);
}

// The frame follows the handed-over data, and begins as zeros.
Frame& make_frame(Handover& plan, char** arguments, char** environment) {
  auto* const base = reinterpret_cast<unsigned char*>(&plan);
  auto* const calls = reinterpret_cast<Call*>(&plan + 1);
  const auto* const fills = reinterpret_cast<const Fill*>(calls + plan.calls);
  const long at = (plan.bytes + 15) / 16 * 16;
  for (int i = 0; i < plan.calls; ++i) {
    relocate(calls[i], base, arguments);
    if (calls[i].kind == CallKind::script) list_for_shell(calls[i], arguments);
  }
  for (int i = 0; i < plan.fills; ++i) {
    const Fill& fill = fills[i];
    *reinterpret_cast<long*>(base + at + fill.offset) =
        fill.value + (fill.is_address ? address(base) : 0);
  }
  Frame& frame = *reinterpret_cast<Frame*>(base + at);
  frame.tell = plan.tell;
  frame.environment = environment;
  frame.plan.calls = calls;
  frame.plan.count = plan.calls;
  return frame;
}

}  // namespace

// `stack` is the kernel's initial stack of a program: the number of arguments,
// the arguments, null, the environment, null.
extern "C" [[noreturn]] void forklift_second_stage(char** stack) {
  char** argument = stack + 1;
  char** const environment = argument + address(stack[0]) + 1;
  unsigned char* end = memory;
  for (; *argument && **argument; ++argument) end = unpack(*argument, end);
  forklift_child_side(&make_frame(*reinterpret_cast<Handover*>(memory), argument + 1, environment));
  for (;;) forklift::kernel::raw::call(SYS_exit_group, 127);
}

#if defined(__x86_64__)
asm(".globl _start\n"
    "_start:\n\t"
    "xor %ebp, %ebp\n\t"
    "mov %rsp, %rdi\n\t"
    "and $-16, %rsp\n\t"
    "call forklift_second_stage\n\t"
    "ud2\n");
#elif defined(__aarch64__)
asm(".globl _start\n"
    "_start:\n\t"
    "mov x29, xzr\n\t"
    "mov x30, xzr\n\t"
    "mov x0, sp\n\t"
    "bl forklift_second_stage\n\t"
    "brk #1\n");
#endif
